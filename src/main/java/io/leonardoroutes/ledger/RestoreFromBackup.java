package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.IN_DOUBT;

import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.OutboxEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/**
 * What becomes of the jobs of a ledger that was brought back from a backup. It does not know what
 * was submitted since, by whichever attempt: neither of jobs that stand as waiting, nor of those
 * that stand as being submitted or in doubt. All others are not submitted again in any case.
 */
final class RestoreFromBackup {
  private static final int PAGE = 500;

  private final JobMoves moves;
  private final Handle handle;
  private final Instant since;

  /**
   * @param at when the backup was made, or earlier. A time that is too late would miss what was
   *     paid: nothing that the ledger does not know is earlier than what it wrote last.
   */
  RestoreFromBackup(JobMoves moves, Handle handle, Instant at) {
    this.moves = moves;
    this.handle = handle;
    this.since = earlier(at, lastWritten(handle));
  }

  private static Instant lastWritten(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT max(at) FROM (SELECT max(at) AS at FROM moved UNION ALL SELECT max(created_at) FROM job
              UNION ALL SELECT max(second) * 1000 FROM sent UNION ALL SELECT max(at) FROM probe) AS written
            """)
        .mapTo(Long.class)
        .map(Instant::ofEpochMilli)
        .one();
  }

  /** From then on, things may have been done that the ledger does not know. */
  Instant since() {
    return since;
  }

  /**
   * Reads no batch on: lines that the ledger does not know may have been accepted and paid since.
   */
  void stopReading() {
    handle.execute("UPDATE batch SET state = 'RUNNING' WHERE state = 'READING'");
    // An operator decides, and takes the time for it: who did may not be known any more.
    handle.execute(
        "UPDATE batch SET approval = 'WAITING', expires_at = NULL"
            + " WHERE approval IN ('SUMMING', 'WAITING')");
  }

  /** When a ledger was last brought back; empty if it never was. */
  static Optional<Instant> last(Handle handle) {
    return handle
        .createQuery("SELECT max(at) FROM restored")
        .mapTo(Long.class)
        .findOne()
        .map(Instant::ofEpochMilli);
  }

  /** Writes down that the ledger was brought back. */
  void record(Instant now) {
    handle.execute("INSERT INTO restored (at) VALUES (?)", now.toEpochMilli());
  }

  /** See {@link Ledger#restored}. */
  int doubt(UnaryOperator<Job.Change> doubt, Function<Job, OutboxEvent> told) {
    int jobs = 0;
    List<Job> page = after("");
    while (!page.isEmpty()) {
      for (Job job : page) {
        Job.Change change =
            doubt.apply(job.to(IN_DOUBT).submittedAt(begun(job)).attemptAfterBackup());
        if (!moves.move(handle, job, change, 0L, told.apply(change.job()))) {
          throw new IllegalStateException("another instance works on this ledger: stop it first");
        }
      }
      jobs += page.size();
      page = after(page.get(page.size() - 1).id());
    }
    return jobs;
  }

  private List<Job> after(String id) {
    return handle
        .createQuery(
            """
            SELECT * FROM job WHERE state IN ('ACCEPTED', 'SUBMITTING', 'IN_DOUBT') AND id > :id
            ORDER BY id LIMIT :page
            """)
        .bind("id", id)
        .bind("page", PAGE)
        .map(JobMapper::read)
        .list();
  }

  /** The earliest that it can have been submitted, as far as that is not known to be unpaid. */
  private Instant begun(Job job) {
    Instant unknown = since.isAfter(job.createdAt()) ? since : job.createdAt();
    return job.submittedAt() == null ? unknown : earlier(job.submittedAt(), unknown);
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
