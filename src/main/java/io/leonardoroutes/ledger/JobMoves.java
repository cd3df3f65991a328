package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.FAILED;
import static io.leonardoroutes.job.JobState.SUBMITTING;

import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.limits.Spent;
import io.leonardoroutes.picture.UploadTable;
import java.time.Clock;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/**
 * The guarded move, by which alone a job changes its state. It succeeds only if the job is still as
 * the mover saw it, and writes the audit trail and the events in the same commit.
 */
record JobMoves(AuditTrail trail, Outbox outbox, UploadTable uploads, Clock clock, boolean shared) {
  static final String ENDED =
      "INSERT INTO ended VALUES (?, 1) ON CONFLICT (state) DO UPDATE SET jobs = ended.jobs + 1";

  /** See {@link Ledger#move}; the transaction is the caller's. */
  boolean move(Handle handle, Job seen, Job.Change change, long leasedUntil, OutboxEvent... told) {
    Job job = change.job();
    if (!seen.state().leadsTo(job.state())) {
      throw new IllegalStateException(seen.state() + " does not lead to " + job.state());
    }
    boolean again = seen.state() != ACCEPTED && job.state() == ACCEPTED;
    if (again) {
      // Uploads first, as everywhere.
      uploads.needAgain(handle, job);
    }
    Update move =
        JobMapper.bindSeen(JobMapper.bind(handle.createUpdate(JobMapper.MOVE), job), seen)
            .bind("leased_until", leasedUntil)
            .bind("unbilled", unbilled(seen, job))
            .bind("again", again)
            .bind("now", clock.millis())
            .bind("reserved_amount", change.reserved() == null ? null : change.reserved().amount())
            .bind("reserved_unit", change.reserved() == null ? null : change.reserved().unit())
            .bind("warned", change.warning() != null);
    boolean moved = Spent.keep(handle, seen, job, shared, () -> move.execute() == 1);
    if (moved) {
      if (seen.state() != job.state() && JobState.LAST.contains(job.state())) {
        // Jobs first, as whoever cancels one of these takes them in this order too.
        if (shared) {
          lockWaiting(handle, job.id());
        }
        handle.execute(WaitingJobs.WAKE, job.id());
        handle.execute(ENDED, job.state().name());
      }
      if (again) {
        uploads.count(handle, job);
      }
      trail.moved(handle, seen, change);
      outbox.add(handle, List.of(told));
    }
    return moved;
  }

  /**
   * In the order of their ids, as whoever has two of them uploaded takes them in this order too.
   */
  private static void lockWaiting(Handle handle, String awaited) {
    handle
        .createQuery(
            "SELECT id FROM job WHERE awaits = ? AND state = 'ACCEPTED' AND waits_for = 'job'"
                + " ORDER BY id FOR UPDATE")
        .bind(0, awaited)
        .mapTo(String.class)
        .list();
  }

  /** Whether nothing was paid for it, so that the budget need not keep its price. */
  private static boolean unbilled(Job seen, Job job) {
    return job.state() == ACCEPTED || (seen.state() == SUBMITTING && job.state() == FAILED);
  }
}
