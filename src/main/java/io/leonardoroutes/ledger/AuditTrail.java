package io.leonardoroutes.ledger;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.database.ServerWatch;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.CommittedMove;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobLog;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.Moved;
import io.leonardoroutes.job.WaitsFor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who changed the state of which job or approved it, when and from where: a row in the commit of
 * the change, and a line of JSON on the logger {@code leonardo-audit} after it.
 */
final class AuditTrail {
  private static final Logger AUDIT = LoggerFactory.getLogger("leonardo-audit");
  private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String ADD =
      """
      INSERT INTO moved (job, n, from_state, to_state, at, who, place, step, skew)
      SELECT :job, count(*), :from, :to, :at, :who, :place,
        (SELECT coalesce(max(step), 0) + 1 FROM moved), :skew FROM moved WHERE job = :job
      """;

  private final Clock clock;
  private final Supplier<Long> skew;
  private final Consumer<ServerWatch.Change> committed;
  private final List<Consumer<CommittedMove>> observers = new CopyOnWriteArrayList<>();

  /** Said once: it would be said for every move. */
  private final AtomicBoolean failed = new AtomicBoolean();

  /**
   * @param skew by how many milliseconds the provider's clock is ahead of ours now; null if unknown
   */
  AuditTrail(Clock clock, Supplier<Long> skew, Consumer<ServerWatch.Change> committed) {
    this.clock = clock;
    this.skew = skew;
    this.committed = committed;
  }

  /** See {@link Ledger#onMove}. */
  AutoCloseable observe(Consumer<CommittedMove> observer) {
    observers.add(observer);
    return () -> observers.remove(observer);
  }

  private void tellObservers(Handle handle, Job before, Job after) {
    if (!observers.isEmpty()) {
      CommittedMove move = new CommittedMove(before, after);
      handle.afterCommit(() -> observers.forEach(observer -> tell(observer, move)));
    }
  }

  /** What is committed has not failed: who made the move, or shares its commit, is told so. */
  private void tell(Consumer<CommittedMove> observer, CommittedMove move) {
    try {
      observer.accept(move);
    } catch (RuntimeException e) {
      if (failed.compareAndSet(false, true)) {
        LOG.warn("what counts the moves of jobs fails, and they go on without: {}", e.toString());
      }
    }
  }

  void accepted(Handle handle, Job job, Actor actor) {
    add(handle, job, acceptance(job, actor), null);
    tellObservers(handle, null, job);
  }

  /** The same of several jobs. */
  void accepted(Handle handle, List<Job> jobs, Actor actor) {
    PreparedBatch add = handle.prepareBatch(ADD);
    jobs.forEach(job -> bind(add, job, acceptance(job, actor)).add());
    add.execute();
    jobs.forEach(job -> afterCommit(handle, job, acceptance(job, actor), null));
    jobs.forEach(job -> tellObservers(handle, null, job));
  }

  private static Moved acceptance(Job job, Actor actor) {
    return new Moved(null, job.state(), job.createdAt(), actor.name(), actor.source());
  }

  void moved(Handle handle, Job seen, Job.Change change) {
    Job job = change.job();
    Actor actor = change.by();
    tellObservers(handle, seen, job);
    boolean approved = seen.waitsFor() == WaitsFor.APPROVAL && job.approvedAt() != null;
    if (seen.state() != job.state() || approved) {
      add(
          handle,
          job,
          new Moved(seen.state(), job.state(), clock.instant(), actor.name(), actor.source()),
          change.warning());
    }
  }

  private void add(Handle handle, Job job, Moved moved, String warning) {
    bind(handle.createUpdate(ADD), job, moved).execute();
    afterCommit(handle, job, moved, warning);
  }

  private <S extends SqlStatement<S>> S bind(S statement, Job job, Moved moved) {
    return statement
        .bind("job", job.id())
        .bind("from", moved.from() == null ? null : moved.from().name())
        .bind("to", moved.to().name())
        .bind("at", moved.at().toEpochMilli())
        .bind("who", moved.who())
        .bind("place", moved.where())
        .bind("skew", skew.get());
  }

  private void afterCommit(Handle handle, Job job, Moved moved, String warning) {
    handle.afterCommit(
        () ->
            committed.accept(
                new ServerWatch.Change(job.id(), moved.to().name(), moved.at().toEpochMilli(), 0)));
    if (AUDIT.isInfoEnabled()) {
      handle.afterCommit(
          () -> JobLog.about(job, () -> AUDIT.info("{}", line(job, moved, warning))));
    }
  }

  private static ObjectNode line(Job job, Moved moved, String warning) {
    ObjectNode line = JSON.createObjectNode().put("job", job.id()).put("name", job.name());
    line.setAll((ObjectNode) JSON.valueToTree(moved));
    return warning == null ? line : line.put("warning", warning);
  }

  static List<Moved> of(Handle handle, String job) {
    return handle
        .createQuery("SELECT * FROM moved WHERE job = :job ORDER BY n")
        .bind("job", job)
        .map(AuditTrail::read)
        .list();
  }

  private static Moved read(ResultSet row, StatementContext context) throws SQLException {
    String from = row.getString("from_state");
    return new Moved(
        from == null ? null : JobState.valueOf(from),
        JobState.valueOf(row.getString("to_state")),
        Instant.ofEpochMilli(row.getLong("at")),
        row.getString("who"),
        row.getString("place"));
  }
}
