package io.leonardoroutes.limits;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Price;
import io.leonardoroutes.job.PricingKey;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.HandleCallback;

/** What is known of a request before it is a job: what jobs like it cost and took. */
public final class QuoteQueries {
  /** Where there is no ledger. */
  public static final QuoteQueries NONE = new QuoteQueries(null, Clock.systemUTC());

  private static final int LAST = 30;

  private final LedgerSql sql;
  private final Clock clock;

  public QuoteQueries(LedgerSql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  /** What jobs like it cost the account; empty if there is none. */
  public Optional<Price> price(String account, JsonNode request) {
    return read(
        handle -> LearnedPrices.of(handle, account, PricingKey.of(request)), Optional.empty());
  }

  /** What jobs cost the account, by kind. */
  public List<LearnedPrices.Known> prices(String account) {
    return read(handle -> LearnedPrices.all(handle, account), List.of());
  }

  /** How long the middle one of the last jobs like it took; empty if there is none. */
  public Optional<Duration> took(JsonNode request) {
    List<Duration> took = took(PricingKey.of(request), LAST).stream().sorted().toList();
    return took.isEmpty() ? Optional.empty() : Optional.of(took.get(took.size() / 2));
  }

  /** How long the provider took for the last jobs of a kind, the latest first. */
  public List<Duration> took(String kind, int most) {
    return read(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT took FROM job WHERE kind = :kind AND took IS NOT NULL AND submitted_at IS NOT NULL
                    ORDER BY submitted_at DESC LIMIT :most
                    """)
                .bind("kind", kind)
                .bind("most", most)
                .mapTo(Long.class)
                .map(Duration::ofMillis)
                .list(),
        List.of());
  }

  /** How many jobs of the account may be at the provider at once, as far as is known now. */
  public int concurrent(AccountLimits limits) {
    return read(
        handle ->
            ThrottleState.read(handle, limits.account())
                .concurrent(limits.concurrent(), clock.millis()),
        limits.concurrent());
  }

  private <T> T read(HandleCallback<T, RuntimeException> query, T none) {
    return sql == null ? none : sql.withHandle(query);
  }
}
