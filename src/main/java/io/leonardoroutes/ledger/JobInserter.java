package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.COMPLETE;

import io.leonardoroutes.archive.KeptReferences;
import io.leonardoroutes.batch.BatchTable;
import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Duplicate;
import io.leonardoroutes.job.IntakePaused;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.limits.PauseTable;
import io.leonardoroutes.picture.UploadTable;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * Turns a request into a job, once: the same request again is the same job.
 *
 * <p>One file, because all that a new job brings is written in one commit.
 */
final class JobInserter implements BatchTable.Acceptor {
  private static final int SHORT_ID = 8;

  private final LedgerSql sql;
  private final Clock clock;
  private final Outbox outbox;
  private final AuditTrail trail;
  private final Supplier<String> ids;
  private final boolean shared;
  private final UploadTable uploads;

  JobInserter(
      LedgerSql sql,
      Clock clock,
      Outbox outbox,
      AuditTrail trail,
      UploadTable uploads,
      Supplier<String> ids,
      boolean shared) {
    this.sql = sql;
    this.clock = clock;
    this.uploads = uploads;
    this.outbox = outbox;
    this.trail = trail;
    this.ids = ids;
    this.shared = shared;
  }

  /** See {@link Ledger#accept}. */
  Acceptance accept(NewJob request, Function<Job, List<OutboxEvent>> told) {
    return sql.inTransaction(handle -> accept(handle, request, told));
  }

  @Override
  public List<Acceptance> accept(Handle handle, List<NewJob> asked) {
    asked.stream().map(NewJob::intake).distinct().forEach(intake -> mustBeOpen(handle, intake));
    prepare(handle, asked);
    return new JobGroup(handle, asked).accept();
  }

  /** Locks what requests that are accepted together share with other jobs, in one order. */
  private void prepare(Handle handle, List<NewJob> asked) {
    if (shared) {
      uploads.prepare(handle, asked);
      // Before the counts of ended jobs, which whoever ends one of these takes after it.
      asked.stream()
          .map(NewJob::awaits)
          .filter(Objects::nonNull)
          .distinct()
          .sorted()
          .forEach(id -> WaitingJobs.awaited(handle, id, true));
    }
  }

  private Acceptance accept(Handle handle, NewJob asked) {
    return accept(handle, asked, job -> List.of());
  }

  /**
   * New jobs of one commit: those that are like no other, and wait for nothing, are inserted
   * together.
   */
  private final class JobGroup {
    private final Handle handle;
    private final List<NewJob> asked;
    private final List<Acceptance> all = new ArrayList<>();
    private final Set<String> keys;
    private final Set<String> references;

    /** Those that are inserted next. */
    private final List<NewJob> next = new ArrayList<>();

    private JobGroup(Handle handle, List<NewJob> asked) {
      this.handle = handle;
      this.asked = asked;
      this.keys = known("intake_key", one -> one.routing().intakeKey());
      this.references = known("reference", NewJob::reference);
    }

    private Set<String> known(String column, Function<NewJob, String> name) {
      List<String> names =
          asked.stream().map(name).filter(Objects::nonNull).map(JobMapper::storable).toList();
      return names.isEmpty()
          ? new HashSet<>()
          : handle
              .createQuery("SELECT " + column + " FROM job WHERE " + column + " IN (<names>)")
              .bindList("names", names)
              .mapTo(String.class)
              .collect(Collectors.toCollection(HashSet::new));
    }

    private List<Acceptance> accept() {
      for (NewJob one : asked) {
        if (isPlain(one)) {
          next.add(one);
        } else {
          insert();
          all.add(JobInserter.this.accept(handle, one));
        }
      }
      insert();
      return all;
    }

    /** Whether all that it needs is known by now. */
    private boolean isPlain(NewJob one) {
      String key = JobMapper.storable(one.routing().intakeKey());
      String reference = JobMapper.storable(one.reference());
      return (key == null || keys.add(key))
          & (reference == null || references.add(reference))
          & (reference == null || one.caller() == null)
          & one.by().equals(asked.get(0).by())
          & one.approval() == null
          & one.awaits() == null
          & one.duplicate() == null;
    }

    private void insert() {
      if (next.isEmpty()) {
        return;
      }
      List<Job> jobs = next.stream().map(one -> job(one, ids.get())).toList();
      PreparedBatch insert = handle.prepareBatch(JobMapper.INSERT);
      for (int i = 0; i < jobs.size(); i++) {
        bind(insert, jobs.get(i), next.get(i), null).add();
      }
      int[] inserted = insert.execute();
      List<Job> accepted = new ArrayList<>();
      for (int i = 0; i < jobs.size(); i++) {
        NewJob one = next.get(i);
        if (inserted[i] == 1) {
          tag(handle, jobs.get(i));
          uploads.add(handle, jobs.get(i), one.pictures());
          accepted.add(jobs.get(i));
          all.add(new Acceptance.Accepted(jobs.get(i)));
        } else {
          all.add(JobInserter.this.accept(handle, one)); // its short id is taken, for instance
        }
      }
      trail.accepted(handle, accepted, next.get(0).by());
      next.clear();
    }
  }

  @Override
  public void tell(Handle handle, List<OutboxEvent> told) {
    outbox.add(handle, told);
  }

  private Acceptance accept(Handle handle, NewJob request, Function<Job, List<OutboxEvent>> told) {
    Optional<Acceptance> before = before(handle, request);
    if (before.isEmpty()) {
      mustBeOpen(handle, request.intake());
    }
    while (before.isEmpty()) {
      Job job = job(request, ids.get());
      if (insert(handle, job, request)) {
        tag(handle, job);
        if (job.state() == COMPLETE) {
          handle.execute(JobMoves.ENDED, COMPLETE.name());
        }
        if (job.state() == ACCEPTED) {
          uploads.add(handle, job, request.pictures());
        }
        trail.accepted(handle, job, request.by());
        outbox.add(handle, told.apply(job));
        boolean waits = request.approval() != null || !request.pictures().isEmpty();
        return new Acceptance.Accepted(waits ? waiting(handle, job.id(), request.approval()) : job);
      }
      // Nothing was written: another instance was first, its job is in the archive, or the short id
      // is taken.
      before = before(handle, request).or(() -> archived(handle, request));
    }
    return before.get();
  }

  /** In the transaction of the insert, so that nothing new is accepted after a pause. */
  private static void mustBeOpen(Handle handle, String intake) {
    if (intake != null && PauseTable.holdsIntake(handle, intake)) {
      throw new IntakePaused(intake);
    }
  }

  /** Tells if the job waits for an approval, and answers it as it stands, with all it waits for. */
  private Job waiting(Handle handle, String id, NewJob.Approval approval) {
    Job job = JobMapper.one(handle, "id", id).orElseThrow();
    if (approval != null && approval.event() != null) {
      outbox.add(handle, List.of(approval.event().apply(job)));
    }
    return job;
  }

  /** See {@link Ledger#acceptAll}. */
  List<Acceptance> acceptAll(List<NewJob> requests) {
    List<Acceptance> all = new ArrayList<>();
    try {
      sql.useTransaction(
          handle -> {
            all.clear();
            if (shared) {
              // Two at once could wait for each other forever.
              handle.execute("SELECT pg_advisory_xact_lock(7206533)");
            }
            prepare(handle, requests);
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
    Long wakesAt = wakesAt(handle, request);
    return bind(handle.createUpdate(JobMapper.INSERT), job, request, wakesAt).execute() == 1;
  }

  private static <S extends SqlStatement<S>> S bind(
      S insert, Job job, NewJob request, Long wakesAt) {
    NewJob.Approval approval = request.approval();
    return JobMapper.bind(insert, job)
        .bind("kind", job.kind())
        .bind("turn", Leases.turn(job))
        .bind("queued_by", JobMapper.storable(FairQueue.queuedBy(request.by())))
        .bind("sent_hash", Duplicate.hash(job.caller(), job.account(), job.request()))
        .bind("awaits", request.awaits())
        .bind("waits", approval == null ? null : approval.why())
        .bind("wakes_at", wakesAt);
  }

  private Long wakesAt(Handle handle, NewJob request) {
    if (request.approval() != null) {
      return JobMapper.millis(request.approval().expires());
    }
    Optional<Job> awaited = WaitingJobs.awaited(handle, request.awaits(), shared);
    boolean sleeps = awaited.isPresent() && !WaitingJobs.isOver(awaited.get());
    return request.awaits() == null || sleeps ? null : 0L;
  }

  private static WaitsFor waitsFor(NewJob request) {
    if (request.approval() != null) {
      return WaitsFor.APPROVAL;
    }
    return request.awaits() == null ? null : WaitsFor.JOB;
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

  private static Optional<Acceptance> archived(Handle handle, NewJob request) {
    String reference = JobMapper.storable(request.reference());
    String key = JobMapper.storable(request.routing().intakeKey());
    return KeptReferences.byReference(handle, request.caller(), reference)
        .map(job -> sameOrConflict(job, request, "reference"))
        .or(
            () ->
                KeptReferences.byKey(handle, key).map(job -> sameOrConflict(job, request, "key")));
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
    WaitsFor waitsFor = waitsFor(request);
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
        waitsFor,
        null,
        null,
        request.request(),
        null,
        reused ? notFetched(duplicate.job().video()) : null,
        null,
        warnings(request),
        now,
        null,
        null,
        reused ? now : null,
        new Job.Routing(
            request.baseName() + "-" + id.substring(0, SHORT_ID),
            from.intakeKey(),
            from.contentHash(),
            from.priority(),
            from.sinks(),
            from.replyTo(),
            from.trace()),
        new Job.Schedule(0, 0, waitsFor == null ? now : null, null, null));
  }
}
