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
 * @param batchAbove the same for all jobs of a batch together
 * @param expires how long a job or a batch waits for the decision
 */
public record ApprovalSettings(
    BigDecimal above, BigDecimal batchAbove, String currency, Duration expires) {
  private static final Set<String> CURRENCIES = Set.of("DOLLARS", "CREDITS");

  static ApprovalSettings read(SettingReader keys) {
    String currency = keys.text("leonardo.approval.currency");
    if (!CURRENCIES.contains(currency)) {
      throw new BadSetting(
          "leonardo.approval.currency", "'" + currency + "' is neither DOLLARS nor CREDITS");
    }
    return new ApprovalSettings(
        keys.amount("leonardo.approval.above"),
        keys.amount("leonardo.approval.batch-above"),
        currency,
        keys.duration("leonardo.approval.expires"));
  }
}
