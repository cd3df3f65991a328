package io.leonardoroutes.limits;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.job.Price;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private static final String KINDS =
      """
      WITH RECURSIVE known(kind) AS (
        SELECT CAST('' AS TEXT)
        UNION ALL
        SELECT (SELECT min(job.kind) FROM job WHERE account = :account AND job.kind > known.kind
          AND submitted_at IS NOT NULL) FROM known WHERE known.kind IS NOT NULL)
      SELECT kind FROM known WHERE kind > '' LIMIT :most
      """;

  private static final int MOST_KINDS = 1000;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What videos of a kind cost. */
  public record Known(VideoKind kind, Price price) {}

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

  /**
   * What jobs cost the account, by kind. Jobs that differ in something else, such as their
   * pictures, are of one kind here, with the price of the dearest.
   */
  static List<Known> all(Handle handle, String account) {
    Map<List<Object>, Known> known = new LinkedHashMap<>();
    handle
        .createQuery(KINDS)
        .bind("account", account)
        .bind("most", MOST_KINDS)
        .mapTo(String.class)
        .list()
        .forEach(
            kind ->
                of(handle, account, kind)
                    .map(price -> new Known(video(kind), price))
                    .ifPresent(
                        one ->
                            known.merge(
                                List.of(one.kind(), one.price().unit()),
                                one,
                                LearnedPrices::dearer)));
    return List.copyOf(known.values());
  }

  private static Known dearer(Known one, Known other) {
    return one.price().amount().compareTo(other.price().amount()) < 0 ? other : one;
  }

  private static VideoKind video(String kind) {
    try {
      return VideoKind.of(JSON.readTree(kind));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not written by PricingKey", e);
    }
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
