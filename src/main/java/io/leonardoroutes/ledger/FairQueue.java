package io.leonardoroutes.ledger;

import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * The queue of the jobs of one account that wait to be submitted. The one whose {@linkplain
 * Leases#turn turn} it is says which priority is served; within that one, callers take turns, by
 * their names and round again, whatever each of them has waiting.
 *
 * <p>Each job is found by a seek, so the length of the queue and the number of callers do not
 * matter.
 */
final class FairQueue {
  /** SQLite would go by the due time else, past all that wait. */
  private static final String WAITING =
      """
      state = 'ACCEPTED' AND waits_for IS NULL AND account = :account AND uploads = 0
        AND (due_at <= :now) IS TRUE
        AND (leased_until <= :now) IS TRUE %s
      """;

  /** The priority that is served next. */
  static final String NEXT =
      "SELECT priority FROM job WHERE " + WAITING + " ORDER BY turn, created_at LIMIT 1 %s";

  /** The first job of the first caller after another one. */
  static final String OF_NEXT_CALLER =
      "SELECT id FROM job WHERE "
          + WAITING
          + " AND priority = :priority AND queued_by %s :last ORDER BY queued_by, turn LIMIT 1 %s";

  private final Handle handle;
  private final String account;
  private final List<String> kinds;
  private final boolean shared;
  private final long now;

  /**
   * The caller that had the last turn, by priority; sorted, so that two instances never lock
   * crosswise.
   */
  private final Map<Integer, String> last = new TreeMap<>();

  FairQueue(Handle handle, String account, List<String> kinds, boolean shared, long now) {
    this.handle = handle;
    this.account = account;
    this.kinds = kinds;
    this.shared = shared;
    this.now = now;
  }

  /** The queue of a job: by the name of its caller, or by its intake if the caller has no name. */
  static String queuedBy(Actor actor) {
    return actor.name() != null ? "=" + actor.name() : actor.source() == null ? "" : actor.source();
  }

  /** Leases the next jobs, in their order. */
  List<Job> claim(int limit, long until) {
    List<Job> jobs = new ArrayList<>();
    Optional<String> next = Optional.of("");
    while (jobs.size() < limit && next.isPresent()) {
      next = priority().flatMap(this::ofNextCaller);
      next.ifPresent(id -> jobs.add(lease(id, until)));
    }
    last.forEach(this::write);
    return jobs;
  }

  private Optional<Integer> priority() {
    return query(NEXT.formatted(ofKinds(), locked())).mapTo(Integer.class).findOne();
  }

  private Optional<String> ofNextCaller(int priority) {
    String before = last.computeIfAbsent(priority, this::read);
    return ofNextCaller(priority, ">", before).or(() -> ofNextCaller(priority, ">=", ""));
  }

  private Optional<String> ofNextCaller(int priority, String after, String caller) {
    return query(OF_NEXT_CALLER.formatted(ofKinds(), after, locked()))
        .bind("priority", priority)
        .bind("last", caller)
        .mapTo(String.class)
        .findOne();
  }

  private Job lease(String id, long until) {
    Query leased =
        handle.createQuery(
            "UPDATE job SET leased_until = :until, waits = NULL WHERE id = :id RETURNING *");
    return leased
        .bind("until", until)
        .bind("id", id)
        .map(
            (row, context) -> {
              last.put(row.getInt("priority"), row.getString("queued_by"));
              return JobMapper.read(row, context);
            })
        .one();
  }

  private String ofKinds() {
    return kinds.isEmpty() ? "" : "AND kind IN (<kinds>)";
  }

  private String locked() {
    return shared ? "FOR UPDATE SKIP LOCKED" : "";
  }

  private Query query(String sql) {
    Query query = handle.createQuery(sql).bind("account", account).bind("now", now);
    return kinds.isEmpty() ? query : query.bindList("kinds", kinds);
  }

  private String read(int priority) {
    return handle
        .createQuery(
            "SELECT queued_by FROM last_turn WHERE account = :account AND priority = :priority")
        .bind("account", account)
        .bind("priority", priority)
        .mapTo(String.class)
        .findOne()
        .orElse("");
  }

  private void write(int priority, String caller) {
    handle.execute(
        """
        INSERT INTO last_turn (account, priority, queued_by) VALUES (?, ?, ?)
        ON CONFLICT (account, priority) DO UPDATE SET queued_by = excluded.queued_by
        """,
        account,
        priority,
        caller);
  }
}
