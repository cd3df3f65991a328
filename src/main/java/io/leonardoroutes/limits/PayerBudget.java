package io.leonardoroutes.limits;

import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.Tag;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What the jobs of one caller, or with one tag, may cost together, in whatever account: a budget
 * beside that of the account.
 *
 * @param name as in {@code leonardo.budgets.NAME}
 * @param tag whose jobs, or null
 * @param caller whose jobs, or null
 * @param perDay for a day (UTC), or null
 * @param perMonth for a calendar month (UTC), or null
 */
public record PayerBudget(String name, Tag tag, String caller, Budget perDay, Budget perMonth) {
  /**
   * Why a job does not fit; empty if it does.
   *
   * @param learned what like jobs cost
   */
  Optional<String> refuses(Handle handle, Optional<BigDecimal> learned, Instant now) {
    return refuses(handle, false, learned, now).or(() -> refuses(handle, true, learned, now));
  }

  private Optional<String> refuses(
      Handle handle, boolean month, Optional<BigDecimal> learned, Instant now) {
    Budget budget = month ? perMonth : perDay;
    if (budget == null) {
      return Optional.empty();
    }
    BigDecimal price = learned.orElse(budget.priceUnknown());
    Budget.Used used = used(handle, month, now);
    return budget.lets(price, used.amount())
        ? Optional.empty()
        : Optional.of(waits(month ? "month" : "day", budget, price, used));
  }

  private String waits(String period, Budget budget, BigDecimal price, Budget.Used used) {
    BigDecimal left = budget.perDay().subtract(used.amount()).max(BigDecimal.ZERO);
    String other =
        used.otherUnit() == null ? "" : ", as a cost came in %s".formatted(used.otherUnit());
    return "waits for the budget %s: it is taken to cost %s %s, and of the %s for a %s %s are left%s; it goes on next %s (UTC) or with a higher leonardo.budgets.%s.per-%s"
        .formatted(
            name,
            price.toPlainString(),
            budget.unit(),
            budget.perDay().toPlainString(),
            period,
            left.toPlainString(),
            other,
            period,
            name,
            period);
  }

  /** What is spent and reserved of it today, or in this month. */
  public Budget.Used used(Handle handle, boolean month, Instant now) {
    LocalDate day = LocalDate.ofInstant(now, ZoneOffset.UTC);
    return month
        ? Spent.of(handle, payer(), null, perMonth, day.withDayOfMonth(1), day)
        : Spent.of(handle, payer(), null, perDay, day, day);
  }

  /** Either of its budgets: both have the same unit, and take an unknown price for the same. */
  Budget any() {
    return perDay == null ? perMonth : perDay;
  }

  Spent.Payer payer() {
    return tag == null ? Spent.caller(caller) : Spent.tag(tag);
  }

  /** Whether it is a budget for this job. */
  boolean isFor(Job job) {
    return Spent.payers(job).contains(payer());
  }
}
