package io.leonardoroutes.limits;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;

/**
 * What jobs cost, read from the jobs themselves, so that no running total can go wrong. A job
 * belongs to the day on which its paid call was begun. Sums are made of the few different prices
 * times how often each occurs, in decimals.
 */
public final class CostQueries {
  private static final long A_DAY = Duration.ofDays(1).toMillis();
  private static final int ANY_JOBS = 1000;

  /**
   * Whether the provider took the job and made no video. Who gave up a doubt does not know that.
   */
  static final String WITHOUT =
      "CASE WHEN state = 'FAILED' AND generation_id IS NOT NULL THEN 1 ELSE 0 END";

  /** SQLite would else go by the account, past all that it ever paid. */
  public static final String USED =
      """
      SELECT cost_amount, cost_unit, reserved_amount, reserved_unit, %1$s AS unmade, count(*) AS jobs
      FROM job
      WHERE submitted_at >= :day AND submitted_at < :next AND (account = :account) IS TRUE
        AND state NOT IN ('ACCEPTED', 'CANCELLED')
      GROUP BY cost_amount, cost_unit, reserved_amount, reserved_unit, %1$s
      """
          .formatted(WITHOUT);

  private CostQueries() {}

  /** How much of the account's budget is spent and reserved today. */
  public static Budget.Used used(Handle handle, AccountLimits limits, Instant now) {
    Budget budget = limits.budget();
    long day = now.toEpochMilli() / A_DAY * A_DAY;
    return handle
        .createQuery(USED)
        .bind("account", limits.account())
        .bind("day", day)
        .bind("next", day + A_DAY)
        .map((row, context) -> used(row, budget))
        .stream()
        .reduce(Budget.Used.NOTHING, Budget.Used::and);
  }

  static Budget.Used used(ResultSet row, Budget budget) throws SQLException {
    String cost = row.getString("cost_unit");
    String reserved = row.getString("reserved_unit");
    BigDecimal jobs = BigDecimal.valueOf(row.getLong("jobs"));
    BigDecimal amount = cost == null ? null : new BigDecimal(row.getString("cost_amount"));
    boolean free = amount != null && amount.signum() == 0;
    if (free || (budget.refund() && row.getInt("unmade") == 1)) {
      return Budget.Used.NOTHING;
    }
    if (budget.unit().equals(cost)) {
      return new Budget.Used(amount.multiply(jobs), null);
    }
    // What was both reserved and paid in another unit was of another budget: the currency changed.
    if (cost != null && !cost.equals(reserved)) {
      return new Budget.Used(budget.perDay().multiply(jobs), cost);
    }
    return budget.unit().equals(reserved)
        ? new Budget.Used(new BigDecimal(row.getString("reserved_amount")).multiply(jobs), null)
        : Budget.Used.NOTHING;
  }

  /**
   * What a job of this kind is taken to cost by this account, which may have prices of its own: the
   * dearest of the last like it; the dearest of the last of any kind, if there is none; else what
   * the budget says.
   */
  public static BigDecimal price(Handle handle, AccountLimits limits, String kind) {
    Budget budget = limits.budget();
    return learned(handle, limits.account(), kind, budget.unit()).orElse(budget.priceUnknown());
  }

  /** The same, as far as any price was seen. */
  public static Optional<BigDecimal> learned(
      Handle handle, String account, String kind, String unit) {
    return LearnedPrices.of(handle, account, kind, unit)
        .or(() -> LearnedPrices.dearest(any(handle, account, unit)));
  }

  private static List<BigDecimal> any(Handle handle, String account, String unit) {
    return handle
        .createQuery(
            """
            SELECT cost_amount FROM job WHERE account = :account AND cost_unit = :unit
              AND submitted_at IS NOT NULL ORDER BY submitted_at DESC LIMIT :most
            """)
        .bind("account", account)
        .bind("unit", unit)
        .bind("most", ANY_JOBS)
        .mapTo(String.class)
        .map(BigDecimal::new)
        .list();
  }

  /**
   * What each day, account, model and unit cost since {@code from}, the newest day first.
   *
   * @param by what else they are summed by, or null
   * @param most so many prices at most are read, for callers may have any number of tags
   * @return empty if there are more
   */
  public static Optional<List<DailyCosts>> sums(
      Handle handle, LocalDate from, CostGroup by, int most) {
    record Key(LocalDate day, String account, String model, String group, String unit) {}
    String group = by == null ? "CAST(NULL AS TEXT)" : by.value();
    Map<Key, DailyCosts> sums = new LinkedHashMap<>();
    AtomicInteger read = new AtomicInteger();
    handle
        .createQuery(
            """
            SELECT submitted_at / 86400000 AS day, account, model, %1$s AS value, cost_unit, cost_amount,
              count(*) AS jobs, sum(%2$s) AS unmade
            FROM job %3$s WHERE submitted_at >= :from
              AND (cost_amount IS NOT NULL OR generation_id IS NOT NULL)
            GROUP BY 1, 2, 3, 4, 5, 6
            ORDER BY 1 DESC, 2, 3, 4, 5 LIMIT :most
            """
                .formatted(group, WITHOUT, by == null ? "" : by.join()))
        .bind("tag", by == null ? null : by.tag())
        .bind("most", most + 1)
        .bind("from", from.atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli())
        .map(
            (row, context) ->
                new DailyCosts(
                    LocalDate.ofEpochDay(row.getLong("day")),
                    row.getString("account"),
                    row.getString("model"),
                    row.getString("value"),
                    times(row.getString("cost_amount"), row.getLong("jobs")),
                    row.getString("cost_unit"),
                    row.getLong("jobs"),
                    times(row.getString("cost_amount"), row.getLong("unmade"))))
        .forEach(
            costs -> {
              read.incrementAndGet();
              sums.merge(
                  new Key(costs.day(), costs.account(), costs.model(), costs.group(), costs.unit()),
                  costs,
                  CostQueries::together);
            });
    return read.get() > most ? Optional.empty() : Optional.of(new ArrayList<>(sums.values()));
  }

  private static BigDecimal times(String each, long jobs) {
    if (each == null) {
      return null;
    }
    return jobs == 0 ? BigDecimal.ZERO : new BigDecimal(each).multiply(BigDecimal.valueOf(jobs));
  }

  private static DailyCosts together(DailyCosts one, DailyCosts more) {
    return new DailyCosts(
        one.day(),
        one.account(),
        one.model(),
        one.group(),
        one.amount() == null ? null : one.amount().add(more.amount()),
        one.unit(),
        one.jobs() + more.jobs(),
        one.withoutVideo() == null ? null : one.withoutVideo().add(more.withoutVideo()));
  }
}
