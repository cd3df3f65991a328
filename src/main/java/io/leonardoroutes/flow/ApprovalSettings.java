package io.leonardoroutes.flow;

import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.SettingReader;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Set;

/**
 * Which jobs an operator has to approve before they may be submitted.
 *
 * @param above those that will cost more; null for none
 * @param expires how long a job waits for the decision
 */
public record ApprovalSettings(BigDecimal above, String currency, Duration expires) {
  private static final Set<String> CURRENCIES = Set.of("DOLLARS", "CREDITS");

  static ApprovalSettings read(SettingReader keys) {
    String currency = keys.text("leonardo.approval.currency");
    if (!CURRENCIES.contains(currency)) {
      throw new BadSetting(
          "leonardo.approval.currency", "'" + currency + "' is neither DOLLARS nor CREDITS");
    }
    return new ApprovalSettings(
        keys.amount("leonardo.approval.above"),
        currency,
        keys.duration("leonardo.approval.expires"));
  }
}
