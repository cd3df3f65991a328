package io.leonardoroutes.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/**
 * What the provider's notices said of generations. They come in any order with the polls, before
 * the job knows its generation too, so they are kept for a while on their own.
 */
public final class WebhookNotices {
  private static final Duration KEPT = Duration.ofDays(7);

  private final LedgerSql sql;
  private final Clock clock;

  WebhookNotices(LedgerSql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  /**
   * Keeps what was said, the last of it.
   *
   * @param accounts those whose notices bring the key that this one brought
   * @param words without secrets
   */
  public void add(String generationId, Collection<String> accounts, String words) {
    sql.useTransaction(
        handle -> {
          handle.execute(
              "DELETE FROM notice WHERE at < ?", clock.instant().minus(KEPT).toEpochMilli());
          for (String account : accounts) {
            handle.execute(
                """
                INSERT INTO notice (account, generation_id, words, at) VALUES (?, ?, ?, ?)
                ON CONFLICT (account, generation_id)
                DO UPDATE SET words = excluded.words, at = excluded.at
                """,
                account,
                generationId,
                words,
                clock.millis());
          }
        });
  }

  /** What was said of the job's generation, if anything was. */
  public Optional<String> of(Job job) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT words FROM notice WHERE account = :account AND generation_id = :id")
                .bind("account", job.account())
                .bind("id", job.generationId())
                .mapTo(String.class)
                .findOne());
  }

  /**
   * Says it of a job that had failed before the notice came.
   *
   * @param reason the job's problem with what was said in it; the same if that says more already
   */
  public void tell(
      String generationId, Collection<String> accounts, UnaryOperator<JsonNode> reason) {
    sql.useTransaction(handle -> tell(handle, generationId, accounts, reason));
  }

  private static void tell(
      Handle handle,
      String generationId,
      Collection<String> accounts,
      UnaryOperator<JsonNode> reason) {
    List<Job> failed =
        GenerationOwners.of(handle, List.of(generationId)).values().stream()
            .filter(job -> job.state() == JobState.FAILED && accounts.contains(job.account()))
            .filter(job -> job.problem() != null)
            .toList();
    for (Job job : failed) {
      handle.execute(
          "UPDATE job SET problem = ? WHERE id = ? AND state = 'FAILED'",
          JobMapper.text(reason.apply(job.problem())),
          job.id());
    }
  }
}
