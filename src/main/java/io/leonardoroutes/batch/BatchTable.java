package io.leonardoroutes.batch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.job.Price;
import io.leonardoroutes.job.WaitsFor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/**
 * The batches, and what became of each of their lines. Lines are decided in the order of the file,
 * some at a time; the jobs of these, and how far the batch is, are one commit. So a program that
 * dies goes on where it was: no line is accepted twice, and none is lost.
 *
 * <p>One file, because its moves guard each other, as those of the ledger do.
 */
public final class BatchTable {
  /** The state of a line that was rejected. */
  public static final String REJECTED = "REJECTED";

  /** Nothing of a batch is due later: what is was dated by a clock that was set back since. */
  private static final Duration LATEST = Duration.ofHours(1);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  private static final String INSERT =
      """
      INSERT INTO batch (id, name, report, intake, defaults, state, lines, read_lines, tries, created_at, leased_until)
      VALUES (:id, :name, :report, :intake, :defaults, 'READING', :lines, 0, 0, :created_at, 0)
      ON CONFLICT DO NOTHING
      """;

  /** Its jobs are not being moved on by a decision about all of them. */
  private static final String NOT_DECIDED =
      "(approval IS NULL OR approval IN ('SUMMING', 'WAITING'))";

  /** Only lines without a job are decided again, so it begins anew. */
  private static final String REOPEN =
      """
      UPDATE batch SET state = 'READING', read_lines = 0, defaults = :defaults, intake = :intake,
        due_at = NULL, ended_at = NULL, tries = 0,
        approval = CASE approval WHEN 'WAITING' THEN 'SUMMING' ELSE approval END
      WHERE id = :id AND leased_until <= :now AND %s AND (state = 'READING' OR read_lines < lines
        OR EXISTS (SELECT 1 FROM batch_line WHERE batch = :id AND job IS NULL))
      """
          .formatted(NOT_DECIDED);

  private static final String DUE =
      " (due_at <= :now OR due_at > :latest) AND (leased_until <= :now OR leased_until > :latest)";

  private static final String IN_TURN = " ORDER BY due_at, id";

  private static final int MOST_STRANDED = 100;

  private static final String COMMIT =
      """
      UPDATE batch SET read_lines = :read, due_at = :now, tries = 0,
        state = CASE WHEN lines <= :read THEN 'RUNNING' ELSE 'READING' END
      WHERE id = :id AND state = 'READING' AND read_lines = :seen AND due_at IS NOT NULL
      """;

  private static final String DECIDE =
      """
      INSERT INTO batch_line (batch, line, job, problem) VALUES (:batch, :line, :job, :problem)
      ON CONFLICT (batch, line) DO UPDATE SET job = excluded.job, problem = excluded.problem
      """;

  private static final String ENDED =
      "(j.id IS NULL OR (j.state IN ('COMPLETE', 'FAILED', 'CANCELLED') AND j.due_at IS NULL))";

  private final LedgerSql sql;
  private final Clock clock;
  private final boolean shared;
  private final Acceptor acceptor;
  private final BatchApprovals approvals;

  /** How the ledger accepts a request and writes events, within a transaction. */
  public interface Acceptor {
    /** Each on its own, in this order; what they write alike is written together. */
    List<Acceptance> accept(Handle handle, List<NewJob> asked);

    void tell(Handle handle, List<OutboxEvent> told);
  }

  /** Whether a file that was dropped is to be read. */
  public enum Opening {
    /** Once its content is {@linkplain #begin in place}. */
    OPEN,
    /** Every line of it has a job already. */
    KNOWN,
    /** It is being worked on just now. */
    BUSY
  }

  public BatchTable(LedgerSql sql, Clock clock, boolean shared, Acceptor acceptor) {
    this.sql = sql;
    this.clock = clock;
    this.shared = shared;
    this.acceptor = acceptor;
    this.approvals = new BatchApprovals(sql, clock);
  }

  /** The batches whose jobs wait together. */
  public BatchApprovals approvals() {
    return approvals;
  }

  /**
   * Adds a batch, or opens it again: then the lines that were rejected are decided anew. It is not
   * claimed before it has {@linkplain #begin begun}.
   *
   * @param otherReport what its reports are called if those of another batch are called so
   */
  public Opening open(Batch batch, String otherReport) {
    return sql.inTransaction(
        handle -> {
          if (insert(handle, batch, batch.report()) || insert(handle, batch, otherReport)) {
            return Opening.OPEN;
          }
          boolean again =
              handle
                      .createUpdate(REOPEN)
                      .bind("id", batch.id())
                      .bind("defaults", batch.defaults())
                      .bind("intake", text(batch.intake()))
                      .bind("now", clock.millis())
                      .execute()
                  == 1;
          return again ? Opening.OPEN : isFree(handle, batch.id()) ? Opening.KNOWN : Opening.BUSY;
        });
  }

  private static boolean insert(Handle handle, Batch batch, String report) {
    return handle
            .createUpdate(INSERT)
            .bind("id", batch.id())
            .bind("name", batch.name())
            .bind("report", report)
            .bind("intake", text(batch.intake()))
            .bind("defaults", batch.defaults())
            .bind("lines", batch.lines())
            .bind("created_at", batch.createdAt().toEpochMilli())
            .execute()
        == 1;
  }

  private boolean isFree(Handle handle, String id) {
    return handle
        .createQuery(
            "SELECT 1 FROM batch WHERE id = :id AND leased_until <= :now AND " + NOT_DECIDED)
        .bind("id", id)
        .bind("now", clock.millis())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /** Its content is in place: from now on it is claimed. */
  public void begin(String id) {
    sql.useTransaction(
        handle ->
            handle.execute(
                "UPDATE batch SET due_at = ? WHERE id = ? AND state = 'READING' AND due_at IS NULL",
                clock.millis(),
                id));
  }

  public Optional<Batch> find(String id) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM batch WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne());
  }

  /**
   * Leases the batch that has been due for the longest time, of those that can go on here.
   *
   * @param isHere whether the content of the batch with this id is here: one that is still read
   *     needs it
   */
  public Optional<Batch> claim(Duration lease, Predicate<String> isHere) {
    long now = clock.millis();
    long latest = now + Math.max(LATEST.toMillis(), 2 * lease.toMillis());
    Optional<String> due = due(now, latest, isHere);
    while (due.isPresent()) {
      Optional<Batch> claimed = claim(due.get(), now, latest, lease);
      if (claimed.isPresent()) {
        return claimed;
      }
      due = due(now, latest, isHere); // another instance was first with that one
    }
    return Optional.empty();
  }

  private Optional<String> due(long now, long latest, Predicate<String> isHere) {
    return sql.withHandle(
        handle -> {
          Query due =
              handle.createQuery(
                  "SELECT id, state FROM batch WHERE due_at IS NOT NULL AND" + DUE + IN_TURN);
          try (Stream<Map<String, Object>> rows =
              due.bind("now", now).bind("latest", latest).mapToMap().stream()) {
            return rows.filter(row -> !isReading(row) || isHere.test((String) row.get("id")))
                .map(row -> (String) row.get("id"))
                .findFirst();
          }
        });
  }

  private static boolean isReading(Map<String, Object> row) {
    return BatchState.READING.name().equals(row.get("state"));
  }

  private Optional<Batch> claim(String id, long now, long latest, Duration lease) {
    return sql.inTransaction(
        handle ->
            handle
                .createQuery(
                    "UPDATE batch SET leased_until = :until WHERE id = :id AND"
                        + DUE
                        + " RETURNING *")
                .bind("id", id)
                .bind("now", now)
                .bind("latest", latest)
                .bind("until", now + lease.toMillis())
                .map((row, context) -> read(row))
                .findOne());
  }

  /**
   * The batches that nobody has read on since then, although they were due, as no program that runs
   * has their content; at most a hundred.
   *
   * @param since they are due since before that
   */
  public List<Batch> stranded(Instant since, Predicate<String> isHere) {
    return sql.withHandle(
        handle -> {
          Query waiting =
              handle.createQuery(
                  "SELECT * FROM batch WHERE due_at < :since AND leased_until <= :now"
                      + " AND state = 'READING'"
                      + IN_TURN);
          try (Stream<Batch> rows =
              waiting
                  .bind("since", since.toEpochMilli())
                  .bind("now", clock.millis())
                  .map((row, context) -> read(row))
                  .stream()) {
            return rows.filter(batch -> !isHere.test(batch.id())).limit(MOST_STRANDED).toList();
          }
        });
  }

  /** Which of its lines, from one to another, have a job. */
  public Set<Long> withJob(String id, long from, long to) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT line FROM batch_line"
                        + " WHERE batch = :id AND line BETWEEN :from AND :to AND job IS NOT NULL")
                .bind("id", id)
                .bind("from", from)
                .bind("to", to)
                .mapTo(Long.class)
                .set());
  }

  /**
   * Makes the requests of a batch durable that were read next, and how far it is, in one commit.
   *
   * @param seen the batch as it was when they were read
   * @param read how many requests of it are decided with this
   * @param conflicts what becomes of a request whose reference stands for another one
   * @param limit which batches an operator has to approve; null for none
   * @return whether it was done; false if somebody else was first
   */
  public boolean commit(
      Batch seen,
      long read,
      List<LineVerdict> verdicts,
      BiFunction<LineVerdict, Acceptance.Conflict, LineVerdict> conflicts,
      BatchLimit limit) {
    return sql.inTransaction(
        handle -> {
          if (shared) {
            // Two at once could wait for each other forever.
            handle.execute("SELECT pg_advisory_xact_lock(7206533)");
          }
          boolean ours =
              handle
                      .createUpdate(COMMIT)
                      .bind("id", seen.id())
                      .bind("read", read)
                      .bind("seen", seen.readLines())
                      .bind("now", clock.millis())
                      .execute()
                  == 1;
          if (ours) {
            List<Optional<Price>> prices =
                decide(handle, seen.id(), verdicts, conflicts).stream()
                    .map(verdict -> Optional.ofNullable(verdict.price()))
                    .toList();
            approvals
                .add(handle, seen.id(), prices, read >= seen.lines(), limit)
                .ifPresent(
                    waits -> acceptor.tell(handle, List.of(limit.told().apply(seen, waits))));
          }
          return ours;
        });
  }

  /**
   * @return those with a new job that waits together with the others
   */
  private List<LineVerdict> decide(
      Handle handle,
      String batch,
      List<LineVerdict> verdicts,
      BiFunction<LineVerdict, Acceptance.Conflict, LineVerdict> conflicts) {
    Iterator<Acceptance> accepted =
        acceptor
            .accept(
                handle, verdicts.stream().map(LineVerdict::asked).filter(Objects::nonNull).toList())
            .iterator();
    List<LineVerdict> waiting = new ArrayList<>();
    PreparedBatch decide = handle.prepareBatch(DECIDE);
    for (LineVerdict verdict : verdicts) {
      Acceptance acceptance = verdict.asked() == null ? null : accepted.next();
      if (acceptance instanceof Acceptance.Accepted now) {
        add(decide, batch, verdict.line(), now.job().id(), null);
        if (now.job().waitsFor() == WaitsFor.APPROVAL) {
          waiting.add(verdict);
        }
      } else if (acceptance instanceof Acceptance.Known known) {
        add(decide, batch, verdict.line(), known.job().id(), null);
      } else {
        LineVerdict rejected =
            acceptance instanceof Acceptance.Conflict conflict
                ? conflicts.apply(verdict, conflict)
                : verdict;
        acceptor.tell(handle, rejected.told());
        add(decide, batch, rejected.line(), null, rejected.problem());
      }
    }
    if (!verdicts.isEmpty()) {
      decide.execute();
    }
    return waiting;
  }

  private static void add(
      PreparedBatch decide, String batch, long line, String job, JsonNode problem) {
    decide
        .bind("batch", batch)
        .bind("line", line)
        .bind("job", job)
        .bind("problem", problem == null ? null : problem.toString())
        .add();
  }

  /** How many of its lines stand how. */
  public BatchTotals totals(String id) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT CASE WHEN l.job IS NULL THEN 'REJECTED' ELSE coalesce(j.state, 'GONE') END AS state,
                      CASE WHEN %s THEN 1 ELSE 0 END AS ended, count(*) AS lines
                    FROM batch_line l LEFT JOIN job j ON j.id = l.job WHERE l.batch = :id GROUP BY 1, 2
                    """
                        .formatted(ENDED))
                .bind("id", id)
                .reduceRows(
                    BatchTotals.none(),
                    (totals, row) ->
                        totals.and(
                            row.getColumn("state", String.class),
                            row.getColumn("ended", Integer.class) == 1,
                            row.getColumn("lines", Long.class))));
  }

  /**
   * What became of its lines, in their order.
   *
   * @param after only of those behind this line
   */
  public List<LineOutcome> lines(String id, long after, int limit) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT l.line, l.job, coalesce(l.problem, j.problem) AS problem, j.state, j.file_name,
                      j.cost_amount, j.cost_unit, j.video_url, j.video_file
                    FROM batch_line l LEFT JOIN job j ON j.id = l.job
                    WHERE l.batch = :id AND l.line > :after ORDER BY l.line LIMIT :limit
                    """)
                .bind("id", id)
                .bind("after", after)
                .bind("limit", limit)
                .map((row, context) -> outcome(row))
                .list());
  }

  private static LineOutcome outcome(ResultSet row) throws SQLException {
    String job = row.getString("job");
    String amount = row.getString("cost_amount");
    String video = row.getString("video_url");
    return new LineOutcome(
        row.getLong("line"),
        job,
        job == null ? REJECTED : row.getString("state"),
        json(row.getString("problem")),
        amount == null ? null : new Job.Cost(amount, row.getString("cost_unit")),
        video,
        row.getString("video_file") == null ? null : row.getString("file_name") + ".mp4");
  }

  /**
   * Ends the lease of a claimed batch, as its reports were written.
   *
   * @param reported what they say
   * @param dueAt when they are due again; null once every line has ended
   */
  public void reported(Batch claimed, String reported, Instant dueAt) {
    String ended =
        dueAt == null ? "state = 'ENDED', ended_at = :now, due_at = NULL" : "due_at = :due";
    sql.useTransaction(
        handle ->
            handle
                .createUpdate(
                    "UPDATE batch SET reported = :reported, tries = 0, leased_until = 0, "
                        + ended
                        + " WHERE id = :id AND state = :state AND due_at IS NOT NULL")
                .bind("id", claimed.id())
                .bind("state", claimed.state().name())
                .bind("reported", reported)
                .bind("now", clock.millis())
                .bind("due", dueAt == null ? null : dueAt.toEpochMilli())
                .execute());
  }

  /** Ends the lease of a claimed batch of which some lines were read, and more is due at once. */
  public void release(Batch claimed) {
    sql.useTransaction(
        handle -> handle.execute("UPDATE batch SET leased_until = 0 WHERE id = ?", claimed.id()));
  }

  /** Ends the lease of a claimed batch that is tried again later. */
  public void later(Batch claimed, Instant dueAt) {
    sql.useTransaction(
        handle ->
            handle.execute(
                "UPDATE batch SET leased_until = 0, tries = tries + 1, due_at = ?"
                    + " WHERE id = ? AND due_at IS NOT NULL",
                dueAt.toEpochMilli(),
                claimed.id()));
  }

  private static Batch read(ResultSet row) throws SQLException {
    return new Batch(
        row.getString("id"),
        row.getString("name"),
        row.getString("report"),
        JSON.convertValue(json(row.getString("intake")), TEXTS),
        row.getString("defaults"),
        BatchState.valueOf(row.getString("state")),
        row.getLong("lines"),
        row.getLong("read_lines"),
        row.getString("reported"),
        row.getInt("tries"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        instant(row, "ended_at"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }

  private static String text(Map<String, String> texts) {
    return JSON.valueToTree(texts).toString();
  }

  private static JsonNode json(String text) {
    try {
      return text == null ? null : JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the ledger holds text that is not JSON", e);
    }
  }
}
