package io.leonardoroutes.ledger;

import java.math.BigDecimal;

/**
 * What the jobs of one account and one day (UTC) may cost together.
 *
 * @param unit {@code DOLLARS} or {@code CREDITS}; costs in another one are counted as what was
 *     reserved for them
 * @param priceUnknown what a job is taken to cost while no price was ever seen
 */
public record Budget(BigDecimal perDay, String unit, BigDecimal priceUnknown) {
  /** What a job of the account is told that does not fit into what is left. */
  String waits(String account, BigDecimal price, BigDecimal left) {
    String of = account.equals(Job.DEFAULT_ACCOUNT) ? "" : "accounts." + account + ".";
    return "waits for the budget: it is taken to cost %s %s, and of the %s for a day %s are left; it goes on tomorrow (UTC) or with a higher leonardo.%sbudget.per-day"
        .formatted(
            price.toPlainString(),
            unit,
            perDay.toPlainString(),
            left.max(BigDecimal.ZERO).toPlainString(),
            of);
  }
}
