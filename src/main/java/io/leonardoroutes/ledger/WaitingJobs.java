package io.leonardoroutes.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.batch.BatchApproval;
import io.leonardoroutes.batch.BatchApprovals;
import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Duplicate;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.job.WaitsFor;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * The jobs that wait for something other than their turn: for an approval, until it expires, or for
 * the video of another job. The end of that one wakes them, in its own commit, so that none is
 * forgotten.
 *
 * <p>Every transaction takes the awaited job first, and then those that wait for it, so that no two
 * of them wait for each other.
 */
public final class WaitingJobs {
  static final String DUE =
      """
      SELECT * FROM job WHERE waits_for = :waits_for AND wakes_at <= :now AND (state = 'ACCEPTED') IS TRUE
      ORDER BY wakes_at LIMIT :limit
      """;

  static final String OF_BATCH =
      """
      SELECT * FROM job WHERE waits_for = 'approval' AND batch = :batch
        AND (state = 'ACCEPTED') IS TRUE AND (created_at, id) > (:created_at, :id) %s
      ORDER BY created_at, id LIMIT :limit
      """;

  static final String WAKE =
      "UPDATE job SET wakes_at = 0 WHERE awaits = ? AND state = 'ACCEPTED' AND waits_for = 'job'";

  private static final String SLEEP =
      "UPDATE job SET wakes_at = NULL WHERE id = ? AND state = 'ACCEPTED' AND waits_for = 'job'";

  private final LedgerSql sql;
  private final Clock clock;
  private final JobMoves moves;
  private final boolean shared;

  WaitingJobs(LedgerSql sql, Clock clock, JobMoves moves, boolean shared) {
    this.sql = sql;
    this.clock = clock;
    this.moves = moves;
    this.shared = shared;
  }

  /**
   * What becomes of a job that waited for another one.
   *
   * @param request what is sent to the provider, written in the same commit
   */
  public record Outcome(Job.Change change, JsonNode request, List<OutboxEvent> told) {}

  /** Jobs whose approval has expired, or whose awaited job has ended or has to be looked at. */
  public List<Job> due(WaitsFor what, int limit) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(DUE)
                .bind("waits_for", what.toString())
                .bind("now", clock.millis())
                .bind("limit", limit)
                .map(JobMapper::read)
                .list());
  }

  /** How many jobs of a batch wait for an approval. */
  public long ofBatch(String batch) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT count(*) FROM job WHERE waits_for = 'approval' AND batch = :batch"
                        + " AND (state = 'ACCEPTED') IS TRUE")
                .bind("batch", batch)
                .mapTo(Long.class)
                .one());
  }

  /**
   * Jobs of a batch that wait for an approval, the oldest first.
   *
   * @param together only those that wait for what is decided about the batch
   * @param after the last one before, or null
   */
  public List<Job> ofBatch(String batch, boolean together, Job after, int limit) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(OF_BATCH.formatted(together ? "AND wakes_at IS NULL" : ""))
                .bind("batch", batch)
                .bind("created_at", after == null ? 0 : after.createdAt().toEpochMilli())
                .bind("id", after == null ? "" : after.id())
                .bind("limit", limit)
                .map(JobMapper::read)
                .list());
  }

  /** Whether a job waits for the sum of its batch, so that nobody can decide about it yet. */
  public boolean isBeingSummed(Job job) {
    return sql.withHandle(handle -> isBeingSummed(handle, job));
  }

  private static boolean isBeingSummed(Handle handle, Job job) {
    return job.batch() != null
        && BatchApprovals.find(handle, job.batch())
            .filter(approval -> approval.stage() == BatchApproval.Stage.SUMMING)
            .isPresent();
  }

  /**
   * Ends the wait of a job for an approval.
   *
   * @return whether it did; false if somebody else has moved it, or its batch is being summed
   */
  public boolean approve(Job waiting, Job.Change change) {
    return sql.inTransaction(
        handle -> !isBeingSummed(handle, waiting) && moves.move(handle, waiting, change, 0L));
  }

  /**
   * Ends the wait of a job if the other one has ended; else it is woken by that one's end.
   *
   * @param decide gets the other job, which is empty if it was removed
   * @return what became of it; empty if it still waits, or somebody else has moved it
   */
  public Optional<Outcome> settle(Job waiting, Function<Optional<Job>, Outcome> decide) {
    return sql.inTransaction(
        handle -> {
          Optional<Job> other = awaited(handle, awaits(handle, waiting.id()), shared);
          if (other.isPresent() && !isOver(other.get())) {
            handle.execute(SLEEP, waiting.id());
            return Optional.empty();
          }
          Outcome outcome = decide.apply(other);
          OutboxEvent[] told = outcome.told().toArray(OutboxEvent[]::new);
          if (!moves.move(handle, waiting, outcome.change(), 0L, told)) {
            return Optional.empty();
          }
          handle.execute(
              "UPDATE job SET request = ?, sent_hash = ? WHERE id = ?",
              JobMapper.text(outcome.request()),
              Duplicate.hash(waiting.caller(), waiting.account(), outcome.request()),
              waiting.id());
          return Optional.of(outcome);
        });
  }

  private static String awaits(Handle handle, String id) {
    return handle
        .createQuery("SELECT awaits FROM job WHERE id = :id")
        .bind("id", id)
        .mapTo(String.class)
        .findOne()
        .orElse(null);
  }

  /** Whether its video is there, or will never be. */
  static boolean isOver(Job job) {
    return JobState.LAST.contains(job.state());
  }

  /** The job that another one waits for; it does not end before this transaction does. */
  static Optional<Job> awaited(Handle handle, String id, boolean shared) {
    return id == null
        ? Optional.empty()
        : handle
            .createQuery("SELECT * FROM job WHERE id = :id" + (shared ? " FOR SHARE" : ""))
            .bind("id", id)
            .map(JobMapper::read)
            .findOne();
  }
}
