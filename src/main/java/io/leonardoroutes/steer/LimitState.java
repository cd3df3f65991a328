package io.leonardoroutes.steer;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.leonardoroutes.limits.LiveLimit;
import java.math.BigDecimal;
import java.util.List;

/**
 * A limit, by where its values come from.
 *
 * @param file the value in the settings; null for a limit that they no longer have
 * @param ledger the value that an operator has set; null, as all that follows, for none
 * @param inForce the one that holds; null for a limit that the settings no longer have
 * @param unit of a budget, else null
 * @param by the name of the operator, or where the call came from
 * @param reason the operator's words, if there are any
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LimitState(
    String name,
    BigDecimal file,
    BigDecimal ledger,
    BigDecimal inForce,
    String unit,
    String since,
    String by,
    String reason) {

  /** All limits. */
  public record LimitList(List<LimitState> items) {}

  /**
   * A limit as it is now.
   *
   * @param live null if no operator has set one
   */
  static LimitState of(String name, BigDecimal file, String unit, LiveLimit live) {
    if (live == null) {
      return new LimitState(name, file, null, file, unit, null, null, null);
    }
    return new LimitState(
        name,
        file,
        live.amount(),
        file == null ? null : live.amount(),
        unit,
        live.since().toString(),
        live.by().name() == null ? live.by().source() : live.by().name(),
        live.reason());
  }
}
