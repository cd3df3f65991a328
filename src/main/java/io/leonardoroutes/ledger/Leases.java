package io.leonardoroutes.ledger;

import static io.leonardoroutes.ledger.JobState.ACCEPTED;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;

/** Who has which job for how long. What its holder does not renew is somebody else's in the end. */
final class Leases {
  private final Jdbi jdbi;
  private final Clock clock;
  private final boolean shared;

  Leases(Jdbi jdbi, Clock clock, boolean shared) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.shared = shared;
  }

  /** Whether there is anything to claim: a glance that takes no lock, as loops ask all the time. */
  boolean any(JobState state) {
    long now = clock.millis();
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT 1 FROM job WHERE state = :state AND due_at <= :now
                      AND leased_until <= :now LIMIT 1
                    """)
                .bind("state", state.name())
                .bind("now", now)
                .mapTo(Integer.class)
                .findOne()
                .isPresent());
  }

  /** See {@link Ledger#claim}. Of these kinds alone, if any are given. */
  List<Job> claim(
      Handle handle, JobState state, int limit, Duration lease, Collection<String> kinds) {
    if (limit <= 0) {
      return List.of();
    }
    String sql =
        """
        WITH due AS (
          SELECT id FROM job WHERE state = :state AND due_at <= :now AND leased_until <= :now %s
          ORDER BY %s LIMIT :limit %s)
        UPDATE job SET leased_until = :until, waits = NULL WHERE id IN (SELECT id FROM due)
        RETURNING *
        """
            .formatted(
                kinds.isEmpty() ? "" : "AND kind IN (<kinds>)",
                state == ACCEPTED ? "turn, created_at" : "due_at",
                shared ? "FOR UPDATE SKIP LOCKED" : "");
    long now = clock.millis();
    Query query =
        handle
            .createQuery(sql)
            .bind("until", now + lease.toMillis())
            .bind("state", state.name())
            .bind("now", now)
            .bind("limit", limit);
    if (!kinds.isEmpty()) {
      query.bindList("kinds", kinds);
    }
    // RETURNING has an order of its own.
    return query.map(JobTable::read).stream()
        .sorted(
            state == ACCEPTED
                ? Comparator.comparing(Governor::turn).thenComparing(Job::createdAt)
                : Comparator.comparing(job -> job.schedule().dueAt()))
        .toList();
  }

  /** See {@link Ledger#renew}. */
  void renew(JobState state, Collection<String> ids, Duration lease) {
    // Others may be emptying it.
    List<String> now = List.copyOf(ids);
    if (now.isEmpty()) {
      return;
    }
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    "UPDATE job SET leased_until = :until"
                        + " WHERE id IN (<ids>) AND state = :state AND leased_until > 0")
                .bindList("ids", now)
                .bind("state", state.name())
                .bind("until", clock.millis() + lease.toMillis())
                .execute());
  }

  /** See {@link Ledger#release}. */
  void release(Job claimed) {
    jdbi.useHandle(
        handle ->
            handle.execute(
                "UPDATE job SET leased_until = 0 WHERE id = ? AND state = ? AND attempt = ?",
                claimed.id(),
                claimed.state().name(),
                claimed.schedule().attempt()));
  }

  /** See {@link Ledger#lookNow}. */
  boolean lookNow(String generationId) {
    return jdbi.withHandle(
        handle ->
            handle.execute(
                    """
                    UPDATE job SET due_at = ?, running_at = ?, leased_until = 0
                    WHERE generation_id = ? AND state = 'RUNNING'
                    """,
                    clock.millis(),
                    clock.millis(),
                    generationId)
                > 0);
  }
}
