package io.leonardoroutes.ledger;

import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Duplicate;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobFilter;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.WaitsFor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;

/**
 * Reads many jobs at once.
 *
 * <p>One file, because each query is read against the indexes of the same table.
 */
final class JobQueries {
  /** See {@link Job#ended}. */
  static final String ENDED =
      " AND state IN ('COMPLETE', 'FAILED', 'CANCELLED') AND due_at IS NULL";

  private static final int BATCH = 1_000;

  /** At most one job of each caller, found first: what else is asked would lead past many. */
  private static final String BY_REFERENCE =
      """
      WITH of_reference AS MATERIALIZED (SELECT * FROM job WHERE reference = :reference
        UNION ALL SELECT * FROM job WHERE caller_reference = :reference)
      """;

  static final String JOBS =
      """
      SELECT state, count(*) AS jobs FROM job
        WHERE state IN ('ACCEPTED', 'SUBMITTING', 'RUNNING', 'IN_DOUBT') GROUP BY state
      UNION ALL SELECT state, jobs FROM ended
      """;

  /** SQLite takes the tables of a CROSS JOIN in this order, and so the few rows first. */
  static final String WAITING =
      """
      SELECT waits_for AS what, count(*) AS jobs FROM job
        WHERE waits_for IS NOT NULL AND (state = 'ACCEPTED') IS TRUE GROUP BY waits_for
      UNION ALL SELECT 'upload', count(DISTINCT j.id)
        FROM upload u CROSS JOIN job_picture p CROSS JOIN job j
        WHERE u.due_at IS NOT NULL AND p.sha256 = u.sha256 AND p.account = u.account
          AND j.id = p.job_id AND (j.state = 'ACCEPTED') IS TRUE AND j.waits_for IS NULL
          AND j.uploads > 0
      UNION ALL SELECT 'pause', count(*) FROM pause p CROSS JOIN job j
        WHERE p.what = 'ACCOUNT' AND j.state = 'ACCEPTED' AND j.waits_for IS NULL
          AND j.account = p.name
          AND NOT EXISTS (SELECT 1 FROM pause WHERE what = 'SUBMITTING')
      UNION ALL SELECT 'pause', count(*) FROM pause p CROSS JOIN job j
        WHERE p.what = 'SUBMITTING' AND j.state = 'ACCEPTED' AND j.waits_for IS NULL
      """;

  static final String DELIVERIES =
      """
      SELECT sink, count(*) AS pending, 0 AS dead, min(since) AS oldest FROM delivery
        WHERE state = 'PENDING' GROUP BY sink
      UNION ALL SELECT sink, 0, count(*), NULL FROM delivery WHERE state = 'DEAD' GROUP BY sink
      """;

  static final String VIDEOS =
      """
      SELECT count(due_at), count(*) - count(due_at) FROM job
        WHERE video_url IS NOT NULL AND video_file IS NULL
      """;

  private final LedgerSql sql;

  JobQueries(LedgerSql sql) {
    this.sql = sql;
  }

  /** See {@link Ledger#page}. */
  List<Job> page(JobFilter filter, int limit, String after) {
    Map<String, Object> values = new HashMap<>();
    String page = sql(filter, after, values);
    return sql.withHandle(
        handle ->
            filter.model() != null && !anyOf(handle, filter.model())
                ? List.of()
                : handle
                    .createQuery(page)
                    .bindMap(values)
                    .bind("limit", limit)
                    .map(JobMapper::read)
                    .list());
  }

  /** Else the list of a model that has no job would be a walk past all others. */
  private static boolean anyOf(Handle handle, String model) {
    return handle
        .createQuery("SELECT 1 FROM job WHERE model = :model LIMIT 1")
        .bind("model", model)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /**
   * The query of a list.
   *
   * @param values gets what is bound in it, but for the limit
   */
  static String sql(JobFilter filter, String after, Map<String, Object> values) {
    List<String> terms = new ArrayList<>();
    boolean byTag = filter.tag() != null && filter.reference() == null;
    String time = byTag ? "t.created_at" : "created_at";
    String id = byTag ? "t.job" : "id";
    boolean waiting = filter.waitsFor() != null;
    if (filter.waitsFor() == WaitsFor.UPLOAD) {
      terms.add("uploads > 0 AND waits_for IS NULL AND state = 'ACCEPTED'");
    } else if (waiting) {
      terms.add("waits_for = :waits_for");
      values.put("waits_for", filter.waitsFor().toString());
    }
    if (filter.caller() != null) {
      terms.add(waiting ? "(caller = :caller) IS TRUE" : "caller = :caller");
      values.put("caller", filter.caller());
    }
    if (filter.state() != null) {
      // Otherwise SQLite searches by state, through every other caller's jobs.
      terms.add(
          filter.caller() == null && !waiting ? "state = :state" : "(state = :state) IS TRUE");
      values.put("state", filter.state().name());
    }
    if (filter.model() != null) {
      boolean alone = terms.isEmpty() && filter.tag() == null && filter.reference() == null;
      // Otherwise SQLite searches by model, through its jobs in every other state.
      terms.add(alone ? "model = :model" : "(model = :model) IS TRUE");
      values.put("model", filter.model());
    }
    if (filter.from() != null) {
      terms.add(time + " >= :from");
      values.put("from", millis(filter.from()));
    }
    if (filter.to() != null) {
      terms.add(time + " < :to");
      values.put("to", millis(filter.to()));
    }
    if (after != null) {
      terms.add(
          "(%s, %s) < (SELECT created_at, id FROM job WHERE id = :after)".formatted(time, id));
      values.put("after", after);
    }
    String from = "job";
    if (filter.tag() != null) {
      if (byTag) {
        // SQLite takes the tables of a CROSS JOIN in this order, and so finds the newest first.
        from = "job_tag t CROSS JOIN job";
        terms.add("t.name = :tag AND t.value = :tagged AND job.id = t.job");
      } else {
        terms.add("id IN (SELECT job FROM job_tag WHERE name = :tag AND value = :tagged)");
      }
      values.put("tag", filter.tag().name());
      values.put("tagged", filter.tag().value());
    }
    if (filter.reference() != null) {
      from = "of_reference";
      values.put("reference", JobMapper.storable(filter.reference()));
    }
    return (filter.reference() == null ? "" : BY_REFERENCE)
        + (byTag ? "SELECT job.* FROM " : "SELECT * FROM ")
        + from
        + (terms.isEmpty() ? "" : " WHERE " + String.join(" AND ", terms))
        + " ORDER BY %s DESC, %s DESC LIMIT :limit".formatted(time, id);
  }

  /** Rounded up: jobs have whole milliseconds. */
  private static long millis(Instant time) {
    return time.plusNanos(999_999).toEpochMilli();
  }

  /** See {@link Ledger#figures}. Everything is found by an index that holds no more than that. */
  LedgerStats figures(Map<String, LedgerStats.Account> accounts) {
    return sql.withHandle(
        handle -> {
          Map<JobState, Long> jobs = new EnumMap<>(JobState.class);
          handle
              .createQuery(JOBS)
              .map((row, context) -> jobs.put(JobState.valueOf(row.getString(1)), row.getLong(2)))
              .list();
          Map<String, LedgerStats.Deliveries> deliveries = new HashMap<>();
          handle
              .createQuery(DELIVERIES)
              .map(
                  (row, context) ->
                      deliveries.merge(
                          row.getString("sink"),
                          new LedgerStats.Deliveries(
                              row.getLong("pending"),
                              row.getLong("dead"),
                              JobMapper.instant(row, "oldest")),
                          LedgerStats.Deliveries::and))
              .list();
          Instant oldest =
              handle
                  .createQuery(
                      "SELECT min(created_at) FROM job WHERE state = 'ACCEPTED' AND waits_for IS"
                          + " NULL")
                  .mapTo(Long.class)
                  .findOne()
                  .map(Instant::ofEpochMilli)
                  .orElse(null);
          LedgerStats.Videos videos =
              handle
                  .createQuery(VIDEOS)
                  .map((row, context) -> new LedgerStats.Videos(row.getLong(1), row.getLong(2)))
                  .one();
          return new LedgerStats(jobs, oldest, deliveries, videos, accounts);
        });
  }

  /** See {@link Ledger#waitingFor}. */
  Map<String, Long> waitingFor() {
    return sql.withHandle(
        handle -> {
          Map<String, Long> jobs = new TreeMap<>();
          handle
              .createQuery(WAITING)
              .map(
                  (row, context) ->
                      jobs.merge(row.getString("what"), row.getLong("jobs"), Long::sum))
              .list();
          jobs.values().removeIf(many -> many == 0);
          return jobs;
        });
  }

  /** See {@link Ledger#finished}. */
  Optional<Job> finished(NewJob like) {
    String hash = Duplicate.hash(like.caller(), like.account(), like.request());
    return hash == null
        ? Optional.empty()
        : sql.withHandle(
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT * FROM job WHERE sent_hash = :hash AND state = 'COMPLETE'
                          AND video_file IS NOT NULL ORDER BY finished_at DESC LIMIT 1
                        """)
                    .bind("hash", hash)
                    .map(JobMapper::read)
                    .findOne());
  }

  /** See {@link Ledger#unfinished}. */
  long unfinished() {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT count(*) FROM job"
                        + " WHERE state IN ('ACCEPTED', 'SUBMITTING', 'RUNNING', 'IN_DOUBT')")
                .mapTo(Long.class)
                .one());
  }

  /**
   * Those of these jobs that meet a condition.
   *
   * @param and SQL that follows another condition, or nothing
   */
  List<Job> among(Collection<String> ids, String and) {
    List<Job> found = new ArrayList<>();
    sql.useHandle(
        handle ->
            batches(ids)
                .forEach(
                    batch ->
                        handle
                            .createQuery("SELECT * FROM job WHERE id IN (<ids>)" + and)
                            .bindList("ids", batch)
                            .map(JobMapper::read)
                            .forEach(found::add)));
    return found;
  }

  /** See {@link Ledger#changes}. */
  Map<String, Integer> changes(Collection<String> ids) {
    Map<String, Integer> changes = new HashMap<>();
    sql.useHandle(
        handle ->
            batches(ids)
                .forEach(
                    batch ->
                        handle
                            .createQuery(
                                """
                                SELECT j.id, j.state, j.due_at,
                                  (SELECT count(*) FROM moved m WHERE m.job = j.id) AS changes
                                FROM job j WHERE j.id IN (<ids>)
                                """)
                            .bindList("ids", batch)
                            .map(
                                (row, context) ->
                                    changes.put(
                                        row.getString("id"),
                                        isEarly(row)
                                            ? row.getInt("changes") - 1
                                            : row.getInt("changes")))
                            .list()));
    return changes;
  }

  private static boolean isEarly(ResultSet row) throws SQLException {
    return row.getString("state").equals("COMPLETE") && row.getObject("due_at") != null;
  }

  /** PostgreSQL takes 65,535 parameters at once, and an SQLite as built by others 32,766. */
  static List<List<String>> batches(Collection<String> ids) {
    List<String> all = List.copyOf(ids);
    return IntStream.range(0, (all.size() + BATCH - 1) / BATCH)
        .mapToObj(i -> all.subList(i * BATCH, Math.min((i + 1) * BATCH, all.size())))
        .toList();
  }
}
