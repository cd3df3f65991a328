package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.SUBMITTING;

import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Claims jobs for a limited time. A lease that its holder does not renew runs out, and the job can
 * be claimed by others.
 */
final class Leases {
  /** Waiting for so long is worth one step of priority, so that no job starves. */
  private static final Duration STEP = Duration.ofHours(1);

  private final LedgerSql sql;
  private final Clock clock;
  private final boolean shared;

  Leases(LedgerSql sql, Clock clock, boolean shared) {
    this.sql = sql;
    this.clock = clock;
    this.shared = shared;
  }

  /**
   * When it is a job's turn among those that wait to be submitted, the lowest first: the time of
   * its acceptance, one hour earlier for each step of priority.
   */
  static long turn(Job job) {
    return job.createdAt().toEpochMilli() - job.routing().priority() * STEP.toMillis();
  }

  /**
   * What is to be claimed.
   *
   * @param account of this account alone; null for any
   * @param kinds of these kinds alone; empty for any
   * @param inTurn by their {@linkplain #turn turn}, those of one account as in a {@link FairQueue},
   *     and not by the time when they are due
   */
  record Wanted(JobState state, String account, List<String> kinds, boolean inTurn) {
    /** Jobs to be submitted in their turn, all others by the time when they are due. */
    static Wanted of(JobState state, String account) {
      return new Wanted(state, account, List.of(), state == ACCEPTED);
    }

    Wanted kinds(List<String> some) {
      return new Wanted(state, account, some, inTurn);
    }

    Wanted byDueTime() {
      return new Wanted(state, account, kinds, false);
    }
  }

  /**
   * Whether there is anything to claim: a glance that takes no lock, as loops ask all the time.
   *
   * @param account null for any
   */
  boolean any(JobState state, String account) {
    long now = clock.millis();
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT 1 FROM job WHERE state = :state %s %s AND leased_until <= :now LIMIT 1
                    """
                        .formatted(of(account), due(state)))
                .bind("state", state.name())
                .bind("account", account)
                .bind("now", now)
                .mapTo(Integer.class)
                .findOne()
                .isPresent());
  }

  /** An attempt that nobody renews is over whatever its due time, which only the past can have. */
  private static String due(JobState state) {
    String waits = state == ACCEPTED ? " AND uploads = 0" : "";
    return state == SUBMITTING ? "AND due_at IS NOT NULL" : "AND due_at <= :now" + waits;
  }

  private static String of(String account) {
    return account == null ? "" : "AND account = :account";
  }

  /** See {@link Ledger#claim}. */
  List<Job> claim(Handle handle, Wanted wanted, int limit, Duration lease) {
    JobState state = wanted.state();
    List<String> kinds = wanted.kinds();
    if (limit <= 0) {
      return List.of();
    }
    if (wanted.inTurn() && wanted.account() != null) {
      return new FairQueue(handle, wanted.account(), kinds, shared, clock.millis())
          .claim(limit, clock.millis() + lease.toMillis());
    }
    String sql =
        """
        WITH due AS (
          SELECT id FROM job WHERE state = :state %s AND leased_until <= :now %s %s
          ORDER BY %s LIMIT :limit %s)
        UPDATE job SET leased_until = :until, waits = NULL WHERE id IN (SELECT id FROM due)
        RETURNING *
        """
            .formatted(
                due(state),
                of(wanted.account()),
                kinds.isEmpty() ? "" : "AND kind IN (<kinds>)",
                wanted.inTurn() ? "turn, created_at" : "due_at",
                shared ? "FOR UPDATE SKIP LOCKED" : "");
    long now = clock.millis();
    Query query =
        handle
            .createQuery(sql)
            .bind("until", now + lease.toMillis())
            .bind("state", state.name())
            .bind("now", now)
            .bind("account", wanted.account())
            .bind("limit", limit);
    if (!kinds.isEmpty()) {
      query.bindList("kinds", kinds);
    }
    // RETURNING has an order of its own.
    return query.map(JobMapper::read).stream()
        .sorted(
            wanted.inTurn()
                ? Comparator.comparing(Leases::turn).thenComparing(Job::createdAt)
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
    sql.useTransaction(
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

  /** See {@link Ledger#hasten}. */
  void hasten(JobState state, Duration wait) {
    sql.useTransaction(
        handle ->
            handle
                .createUpdate(
                    "UPDATE job SET due_at = :soon, tries = 0"
                        + " WHERE state = :state AND due_at > :soon AND tries > 0")
                .bind("state", state.name())
                .bind("soon", clock.millis() + wait.toMillis())
                .execute());
  }

  /**
   * Makes running jobs of an account, as far as they hold a slot and nobody polls them now, due
   * this long after they were last seen running at the latest. One for which the provider asked for
   * patience, or whose poll failed, keeps its time.
   *
   * @param since those that were submitted later
   */
  void hastenPolls(Handle handle, String account, Duration gap, long since) {
    long now = clock.millis();
    handle
        .createUpdate(
            """
            UPDATE job SET due_at = CASE WHEN seen + :gap > :now THEN seen + :gap ELSE :now END
            FROM (SELECT id AS running, coalesce(running_at, submitted_at) AS seen FROM job
              WHERE state = 'RUNNING' AND account = :account AND due_at > :now AND tries = 0
                AND leased_until <= :now AND submitted_at > :since %s) AS looked
            WHERE id = running AND due_at > seen + :gap
            """
                .formatted(shared ? "FOR UPDATE SKIP LOCKED" : ""))
        .bind("account", account)
        .bind("gap", gap.toMillis())
        .bind("now", now)
        .bind("since", since)
        .execute();
  }

  /** See {@link Ledger#endLease}. */
  void endLease(Job claimed) {
    sql.useTransaction(
        handle ->
            handle.execute(
                "UPDATE job SET leased_until = 0 WHERE id = ? AND state = ? AND attempt = ?",
                claimed.id(),
                claimed.state().name(),
                claimed.schedule().attempt()));
  }

  /** See {@link Ledger#pollNow}. */
  boolean pollNow(String generationId, Collection<String> accounts) {
    return sql.inTransaction(
        handle ->
            handle
                    .createUpdate(
                        """
                        UPDATE job SET due_at = :now, running_at = :now, leased_until = 0
                        WHERE %s IN (<generation>) AND state = 'RUNNING'
                          AND account IN (<accounts>)
                        """
                            .formatted(GenerationOwners.ALIKE))
                    .bind("now", clock.millis())
                    .bindList("generation", GenerationOwners.alike(generationId).toList())
                    .bindList("accounts", List.copyOf(accounts))
                    .execute()
                > 0);
  }
}
