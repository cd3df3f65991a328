package io.leonardoroutes.limits;

import java.math.BigDecimal;
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
 * What jobs cost, by the sums of {@link Spent}. A job belongs to the day on which its paid call was
 * begun. Sums are made of the few different prices times how often each occurs, in decimals.
 */
public final class CostQueries {
  private static final int ANY_JOBS = 1000;

  /** The jobs without a caller, or without the tag, are all but those that have one. */
  private static final String GROUPS =
      """
      UNION ALL SELECT day, account, model, name, cost_amount, cost_unit, unmade, jobs
      FROM spent WHERE payer = :payer AND day >= :from AND billed = 1
      UNION ALL SELECT day, account, model, NULL, cost_amount, cost_unit, unmade, -jobs
      FROM spent WHERE payer = :payer AND day >= :from AND billed = 1
      """;

  private CostQueries() {}

  /** How much of the account's budget is spent and reserved today. */
  public static Budget.Used used(Handle handle, AccountLimits limits, Instant now) {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    return Spent.of(handle, Spent.ALL, limits.account(), limits.budget(), today, today);
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
    Map<Key, DailyCosts> sums = new LinkedHashMap<>();
    AtomicInteger read = new AtomicInteger();
    handle
        .createQuery(
            """
            SELECT day, account, model, value, nullif(cost_unit, '') AS cost_unit,
              nullif(cost_amount, '') AS cost_amount, sum(jobs) AS jobs, sum(jobs * unmade) AS unmade
            FROM (
              SELECT day, account, model, CAST(NULL AS TEXT) AS value, cost_amount, cost_unit, unmade, jobs
              FROM spent WHERE payer = '' AND day >= :from AND billed = 1 %s) AS counted
            GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(jobs) <> 0
            ORDER BY 1 DESC, 2, 3, 4, 5 LIMIT :most
            """
                .formatted(by == null ? "" : GROUPS))
        .bind("payer", by == null ? null : by.payers())
        .bind("most", most + 1)
        .bind("from", from.toEpochDay())
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
