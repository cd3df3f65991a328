package io.leonardoroutes.limits;

import io.leonardoroutes.job.Price;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What the last jobs of a kind cost an account, which may have prices of its own: the dearest of
 * them.
 */
public final class LearnedPrices {
  private static final int LIKE_JOBS = 20;

  /** Every unit is found by its index entry, however many jobs there are. */
  private static final String UNITS =
      """
      WITH RECURSIVE unit(name) AS (
        SELECT CAST('' AS TEXT)
        UNION ALL
        SELECT (SELECT min(cost_unit) FROM job WHERE account = :account AND kind = :kind
          AND cost_unit > name AND submitted_at IS NOT NULL) FROM unit WHERE name IS NOT NULL)
      SELECT name FROM unit WHERE name > '' LIMIT 10
      """;

  private static final String LAST =
      """
      SELECT cost_amount, submitted_at FROM job
      WHERE account = :account AND kind = :kind AND cost_unit = :unit AND submitted_at IS NOT NULL
      ORDER BY submitted_at DESC LIMIT :most
      """;

  private record Paid(BigDecimal amount, Instant at) {}

  private record InUnit(String unit, List<Paid> last) {
    Instant latest() {
      return last.get(0).at();
    }

    Price price() {
      return new Price(
          dearest(last.stream().map(Paid::amount).toList()).orElseThrow(),
          unit,
          Price.Basis.LEARNED);
    }
  }

  private LearnedPrices() {}

  /** In the unit that was charged last; empty if no job of the kind was ever charged. */
  public static Optional<Price> of(Handle handle, String account, String kind) {
    return handle
        .createQuery(UNITS)
        .bind("account", account)
        .bind("kind", kind)
        .mapTo(String.class)
        .list()
        .stream()
        .map(unit -> new InUnit(unit, last(handle, account, kind, unit)))
        .max(Comparator.comparing(InUnit::latest))
        .map(InUnit::price);
  }

  /** The same in one unit. */
  static Optional<BigDecimal> of(Handle handle, String account, String kind, String unit) {
    return dearest(last(handle, account, kind, unit).stream().map(Paid::amount).toList());
  }

  static Optional<BigDecimal> dearest(Collection<BigDecimal> amounts) {
    return amounts.stream().reduce(BigDecimal::max);
  }

  private static List<Paid> last(Handle handle, String account, String kind, String unit) {
    return handle
        .createQuery(LAST)
        .bind("account", account)
        .bind("kind", kind)
        .bind("unit", unit)
        .bind("most", LIKE_JOBS)
        .map(
            (row, context) ->
                new Paid(
                    new BigDecimal(row.getString("cost_amount")),
                    Instant.ofEpochMilli(row.getLong("submitted_at"))))
        .list();
  }
}
