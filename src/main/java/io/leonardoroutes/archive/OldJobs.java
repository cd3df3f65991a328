package io.leonardoroutes.archive;

import io.leonardoroutes.database.LedgerSql;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * Jobs that are done and old. A job stays as long as anything may need it: a delivery that is
 * pending or dead, a job that waits for its video, a batch that has not ended, or a doubt about a
 * create of its time, which is settled by knowing whose every generation is.
 *
 * <p>It works in small commits, so that nobody waits long for the ledger.
 */
public final class OldJobs {
  private static final int AT_ONCE = 200;
  private static final long A_DAY = Duration.ofDays(1).toMillis();

  private static final String DONE =
      """
      (j.state IN ('COMPLETE', 'FAILED', 'CANCELLED') AND j.due_at IS NULL
        AND (j.submitted_at IS NULL OR j.submitted_at < :settled)
        AND coalesce((SELECT max(m.at) FROM moved m WHERE m.job = j.id), j.created_at) < :before
        AND NOT EXISTS (SELECT 1 FROM event e JOIN delivery d ON d.event_id = e.id
          WHERE e.subject = j.id AND d.state <> 'DELIVERED')
        AND NOT EXISTS (SELECT 1 FROM job w WHERE w.awaits = j.id AND w.state = 'ACCEPTED')
        AND NOT EXISTS (SELECT 1 FROM batch_line l JOIN batch b ON b.id = l.batch
          WHERE l.job = j.id AND b.state <> 'ENDED'))
      """;

  private static final String WALK =
      """
      SELECT j.id, j.created_at, CASE WHEN %s THEN 1 ELSE 0 END AS done FROM job j
      WHERE (j.created_at, j.id) > (:at, :after) AND j.created_at < :before
      ORDER BY j.created_at, j.id LIMIT :limit
      """
          .formatted(DONE);

  private static final String STILL_DONE =
      "SELECT j.id, j.state FROM job j WHERE j.id IN (<ids>) AND " + DONE;

  private final LedgerSql sql;
  private final Clock clock;
  private final boolean shared;

  /**
   * @param shared whether other instances may work on the same ledger
   */
  public OldJobs(LedgerSql sql, Clock clock, boolean shared) {
    this.sql = sql;
    this.clock = clock;
    this.shared = shared;
  }

  /**
   * Some jobs on the way from the oldest to the youngest.
   *
   * @param done the ids of those that may go
   * @param createdAt of the last one that was looked at, in milliseconds
   * @param last its id
   * @param more whether there may be others after it
   */
  public record Page(List<String> done, long createdAt, String last, boolean more) {
    /** Before the oldest. */
    public static final Page START = new Page(List.of(), -1, "", true);

    /** Copies the list. */
    public Page {
      done = List.copyOf(done);
    }
  }

  private record Seen(String id, long createdAt, boolean done) {}

  /**
   * Whether this instance is the one to write the archive: another one has to leave it alone for as
   * long as the lease lasts.
   *
   * @param owner the same at each call of this instance
   */
  public boolean isTurn(String owner, Duration lease) {
    long now = clock.millis();
    return sql.inTransaction(
            handle ->
                handle.execute(
                    "UPDATE archiving SET owner = ?, until = ? WHERE id = 1 AND (owner = ? OR until <= ?)",
                    owner,
                    now + lease.toMillis(),
                    owner,
                    now))
        == 1;
  }

  /** The next jobs that were accepted before a time and have done nothing since. */
  public Page next(Page page, Instant before, int limit) {
    return sql.withHandle(
        handle -> {
          List<Seen> seen =
              handle
                  .createQuery(WALK)
                  .bind("settled", settled(handle))
                  .bind("before", before.toEpochMilli())
                  .bind("at", page.createdAt())
                  .bind("after", page.last())
                  .bind("limit", limit)
                  .map(
                      (row, context) ->
                          new Seen(
                              row.getString("id"),
                              row.getLong("created_at"),
                              row.getInt("done") == 1))
                  .list();
          if (seen.isEmpty()) {
            return new Page(List.of(), page.createdAt(), page.last(), false);
          }
          Seen last = seen.get(seen.size() - 1);
          return new Page(
              seen.stream().filter(Seen::done).map(Seen::id).toList(),
              last.createdAt(),
              last.id(),
              seen.size() == limit);
        });
  }

  /** Creates of before this are no matter of doubt. */
  private static long settled(Handle handle) {
    return handle
        .createQuery("SELECT min(submitted_at) FROM job WHERE state IN ('SUBMITTING', 'IN_DOUBT')")
        .mapTo(Long.class)
        .findOne()
        .map(oldest -> oldest - A_DAY)
        .orElse(Long.MAX_VALUE);
  }

  /**
   * Deletes jobs that the archive has, if they may still go. Their references stay known.
   *
   * @return how many went
   */
  public int delete(Collection<String> ids, Instant before) {
    return ids.isEmpty() ? 0 : sql.inTransaction(handle -> delete(handle, ids, before));
  }

  private int delete(Handle handle, Collection<String> asked, Instant before) {
    if (shared) {
      // First, as what waits for one of them locks it too.
      handle
          .createQuery("SELECT id FROM job WHERE id IN (<ids>) ORDER BY id FOR UPDATE")
          .bindList("ids", List.copyOf(asked))
          .mapTo(String.class)
          .list();
    }
    Map<String, Integer> ended = new TreeMap<>();
    List<String> ids =
        handle
            .createQuery(STILL_DONE)
            .bindList("ids", List.copyOf(asked))
            .bind("settled", settled(handle))
            .bind("before", before.toEpochMilli())
            .map(
                (row, context) -> {
                  ended.merge(row.getString("state"), 1, Integer::sum);
                  return row.getString("id");
                })
            .list();
    if (ids.isEmpty()) {
      return 0;
    }
    KeptReferences.keep(handle, ids);
    for (String of :
        List.of(
            "job_tag WHERE job",
            "job_picture WHERE job_id",
            // The newest stays: by it one knows that this is still the same ledger.
            "moved WHERE step < (SELECT max(step) FROM moved) AND job",
            "job WHERE id")) {
      handle.createUpdate("DELETE FROM " + of + " IN (<ids>)").bindList("ids", ids).execute();
    }
    ended.forEach(
        (state, jobs) ->
            handle.execute("UPDATE ended SET jobs = jobs - ? WHERE state = ?", jobs, state));
    return ids.size();
  }

  /**
   * Deletes references of jobs that were accepted before a time, some at most.
   *
   * @return how many
   */
  public int forgetReferences(Instant before) {
    return sql.inTransaction(
        handle ->
            handle.execute(
                "DELETE FROM kept_reference WHERE job IN (SELECT job FROM kept_reference WHERE"
                    + " created_at < ? ORDER BY created_at LIMIT ?)",
                before.toEpochMilli(),
                AT_ONCE));
  }

  /**
   * Deletes lines of a batch that ended before a time and has no job any more, some at most, and
   * the batch after its last line.
   *
   * @return how many rows
   */
  public int forgetBatch(Instant before) {
    return sql.inTransaction(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT id FROM batch b WHERE state = 'ENDED' AND ended_at < :before AND due_at IS NULL
                      AND NOT EXISTS (SELECT 1 FROM job WHERE job.batch = b.id) LIMIT 1
                    """)
                .bind("before", before.toEpochMilli())
                .mapTo(String.class)
                .findOne()
                .map(id -> forgetBatch(handle, id))
                .orElse(0));
  }

  private static int forgetBatch(Handle handle, String id) {
    int lines =
        handle.execute(
            "DELETE FROM batch_line WHERE batch = ? AND line IN (SELECT line FROM batch_line WHERE"
                + " batch = ? ORDER BY line LIMIT ?)",
            id,
            id,
            AT_ONCE);
    return lines > 0 ? lines : handle.execute("DELETE FROM batch WHERE id = ?", id);
  }
}
