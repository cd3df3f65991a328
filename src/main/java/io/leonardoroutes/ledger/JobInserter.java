package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.COMPLETE;

import io.leonardoroutes.batch.BatchTable;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Duplicate;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.job.WaitsFor;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Turns a request into a job, once: the same request again is the same job. */
final class JobInserter implements BatchTable.Acceptor {
  private static final int SHORT_ID = 8;

  private final Jdbi jdbi;
  private final Clock clock;
  private final Outbox outbox;
  private final AuditTrail trail;
  private final Supplier<String> ids;
  private final boolean shared;

  JobInserter(
      Jdbi jdbi,
      Clock clock,
      Outbox outbox,
      AuditTrail trail,
      Supplier<String> ids,
      boolean shared) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.outbox = outbox;
    this.trail = trail;
    this.ids = ids;
    this.shared = shared;
  }

  /** See {@link Ledger#accept}. */
  Acceptance accept(NewJob request, Function<Job, List<OutboxEvent>> told) {
    return jdbi.inTransaction(handle -> accept(handle, request, told));
  }

  @Override
  public Acceptance accept(Handle handle, NewJob asked) {
    return accept(handle, asked, job -> List.of());
  }

  @Override
  public void tell(Handle handle, List<OutboxEvent> told) {
    outbox.add(handle, told);
  }

  private Acceptance accept(Handle handle, NewJob request, Function<Job, List<OutboxEvent>> told) {
    Optional<Acceptance> before = before(handle, request);
    while (before.isEmpty()) {
      Job job = job(request, ids.get());
      if (insert(handle, job, request)) {
        tag(handle, job);
        if (job.state() == COMPLETE) {
          handle.execute(JobMoves.ENDED, COMPLETE.name());
        }
        trail.accepted(handle, job, request.by());
        outbox.add(handle, told.apply(job));
        return new Acceptance.Accepted(job);
      }
      // Nothing was written: another instance was first, or the short id is taken.
      before = before(handle, request);
    }
    return before.get();
  }

  /** See {@link Ledger#acceptAll}. */
  List<Acceptance> acceptAll(List<NewJob> requests) {
    List<Acceptance> all = new ArrayList<>();
    try {
      jdbi.useTransaction(
          handle -> {
            if (shared) {
              // Two at once could wait for each other forever.
              handle.execute("SELECT pg_advisory_xact_lock(7206533)");
            }
            requests.forEach(request -> all.add(accept(handle, request)));
            if (all.stream().anyMatch(Acceptance.Conflict.class::isInstance)) {
              throw new Undone();
            }
          });
    } catch (Undone conflict) {
      return all;
    }
    return all;
  }

  /** Rolls back. */
  private static final class Undone extends RuntimeException {
    private static final long serialVersionUID = 1;

    private Undone() {
      super(null, null, false, false);
    }
  }

  private boolean insert(Handle handle, Job job, NewJob request) {
    Optional<Job> awaited = ChainedJobs.awaited(handle, request.awaits(), shared);
    boolean sleeps = awaited.isPresent() && !ChainedJobs.isOver(awaited.get());
    return JobMapper.bind(handle.createUpdate(JobMapper.INSERT), job)
            .bind("kind", job.kind())
            .bind("turn", Leases.turn(job))
            .bind("queued_by", JobMapper.storable(FairQueue.queuedBy(request.by())))
            .bind("sent_hash", Duplicate.hash(job.caller(), job.account(), job.request()))
            .bind("awaits", request.awaits())
            .bind("wakes_at", request.awaits() == null || sleeps ? null : 0L)
            .execute()
        == 1;
  }

  private static void tag(Handle handle, Job job) {
    job.tags()
        .forEach(
            (name, value) ->
                handle.execute(
                    "INSERT INTO job_tag (job, name, value, created_at) VALUES (?, ?, ?, ?)",
                    job.id(),
                    name,
                    value,
                    job.createdAt().toEpochMilli()));
  }

  private Optional<Acceptance> before(Handle handle, NewJob request) {
    return byReference(handle, request.caller(), request.reference())
        .map(job -> sameOrConflict(job, request, "reference"))
        .or(
            () ->
                JobMapper.one(handle, "intake_key", request.routing().intakeKey())
                    .map(job -> sameOrConflict(job, request, "key")));
  }

  /** Each caller has its own references. */
  static Optional<Job> byReference(Handle handle, String caller, String reference) {
    return caller == null || reference == null
        ? JobMapper.one(handle, "reference", reference)
        : handle
            .createQuery(
                "SELECT * FROM job WHERE caller = :caller AND caller_reference = :reference")
            .bind("caller", caller)
            .bind("reference", JobMapper.storable(reference))
            .map(JobMapper::read)
            .findOne();
  }

  /** Nobody has another caller's job by making up its key; a job of nobody's is everybody's. */
  private static Acceptance sameOrConflict(Job job, NewJob request, String by) {
    boolean others = job.caller() != null && !job.caller().equals(request.caller());
    return !others && job.routing().contentHash().equals(request.routing().contentHash())
        ? new Acceptance.Known(job)
        : new Acceptance.Conflict(job, by);
  }

  /** The same video, of which the new job has no copy yet. */
  private static Job.Video notFetched(Job.Video video) {
    return new Job.Video(video.id(), video.url(), video.poster(), null, null, null);
  }

  private static List<String> warnings(NewJob request) {
    return request.duplicate() == null
        ? request.warnings()
        : Stream.concat(request.warnings().stream(), Stream.of(request.duplicate().warning()))
            .toList();
  }

  private Job job(NewJob request, String id) {
    Instant now = clock.instant();
    Job.Routing from = request.routing();
    boolean waits = request.awaits() != null;
    Duplicate duplicate = request.duplicate();
    boolean reused = duplicate != null && duplicate.reused();
    return new Job(
        id,
        request.reference(),
        request.caller(),
        request.batch(),
        request.account(),
        request.tags(),
        request.retryOf(),
        duplicate == null ? null : duplicate.job().id(),
        request.model(),
        reused ? COMPLETE : ACCEPTED,
        waits ? WaitsFor.JOB : null,
        null,
        null,
        request.request(),
        null,
        reused ? notFetched(duplicate.job().video()) : null,
        null,
        warnings(request),
        now,
        null,
        reused ? now : null,
        new Job.Routing(
            request.baseName() + "-" + id.substring(0, SHORT_ID),
            from.intakeKey(),
            from.contentHash(),
            from.priority(),
            from.sinks(),
            from.replyTo()),
        new Job.Schedule(0, 0, waits ? null : now, null, null));
  }
}
