package io.leonardoroutes.limits;

import io.leonardoroutes.job.Job;
import java.math.BigDecimal;

/**
 * What the jobs of one account and one day (UTC) may cost together.
 *
 * @param perDay what a day may cost, or the month of a {@link PayerBudget}; with 0 none is
 *     submitted, whatever it costs
 * @param unit {@code DOLLARS} or {@code CREDITS}; a cost that comes in another one, if it is not 0,
 *     uses up the day, as nobody knows what it leaves
 * @param priceUnknown what a job is taken to cost while no price was ever seen
 * @param refund whether what a job cost that the provider made no video for is taken to be given
 *     back
 */
public record Budget(BigDecimal perDay, String unit, BigDecimal priceUnknown, boolean refund) {
  /** The most that one can be. */
  static final long MOST = 999_999_999_999L;

  /**
   * What is spent and reserved of a day's budget.
   *
   * @param otherUnit the unit of a cost that the budget cannot count, so that none of it is left;
   *     null if there is none
   */
  public record Used(BigDecimal amount, String otherUnit) {
    static final Used NOTHING = new Used(BigDecimal.ZERO, null);

    Used and(Used more) {
      return new Used(amount.add(more.amount), otherUnit == null ? more.otherUnit : otherUnit);
    }
  }

  /** The same, where the cost of failed jobs is assumed to be refunded. */
  public Budget(BigDecimal perDay, String unit, BigDecimal priceUnknown) {
    this(perDay, unit, priceUnknown, true);
  }

  /** Whether a job of this price fits into the rest of the budget. */
  public boolean lets(BigDecimal price, BigDecimal used) {
    return perDay.signum() > 0 && used.add(price).compareTo(perDay) <= 0;
  }

  /** The warning for a job of the account that does not fit. */
  public String waits(String account, BigDecimal price, Used used) {
    String key =
        account.equals(Job.DEFAULT_ACCOUNT)
            ? "leonardo.budget."
            : "leonardo.accounts." + account + ".budget.";
    if (perDay.signum() == 0) {
      return "waits for the budget: with one of 0 nothing is submitted; it goes on with a higher %sper-day"
          .formatted(key);
    }
    if (used.otherUnit() != null) {
      return "waits for the budget: a cost of today came in %s, and what it leaves of the %s %s is not known; it goes on tomorrow (UTC) or with %scurrency=%s"
          .formatted(used.otherUnit(), perDay.toPlainString(), unit, key, used.otherUnit());
    }
    return "waits for the budget: it is taken to cost %s %s, and of the %s for a day %s are left; it goes on tomorrow (UTC) or with a higher %sper-day"
        .formatted(
            price.toPlainString(),
            unit,
            perDay.toPlainString(),
            perDay.subtract(used.amount()).max(BigDecimal.ZERO).toPlainString(),
            key);
  }
}
