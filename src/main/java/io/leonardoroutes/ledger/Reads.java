package io.leonardoroutes.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;

/** What the ledger is asked about many jobs at once. It changes nothing. */
final class Reads {
  /** See {@link Job#ended}. */
  static final String ENDED =
      " AND state IN ('COMPLETE', 'FAILED', 'CANCELLED') AND due_at IS NULL";

  private static final int BATCH = 1_000;

  private final Jdbi jdbi;

  Reads(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** See {@link Ledger#list}. */
  List<Job> list(JobState state, String caller, int limit, String after) {
    String sql =
        "SELECT * FROM job WHERE 1 = 1"
            + (state == null ? "" : " AND state = :state")
            + (caller == null ? "" : " AND caller = :caller")
            + (after == null
                ? ""
                : " AND (created_at, id) < (SELECT created_at, id FROM job WHERE id = :after)")
            + " ORDER BY created_at DESC, id DESC LIMIT :limit";
    return jdbi.withHandle(
        handle -> {
          Query query = handle.createQuery(sql).bind("limit", limit);
          if (state != null) {
            query.bind("state", state.name());
          }
          if (caller != null) {
            query.bind("caller", caller);
          }
          if (after != null) {
            query.bind("after", after);
          }
          return query.map(JobTable::read).list();
        });
  }

  /** See {@link Ledger#took}. */
  List<Duration> took(String kind, int most) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT took FROM job WHERE kind = :kind AND took IS NOT NULL AND submitted_at IS NOT NULL
                    ORDER BY submitted_at DESC LIMIT :most
                    """)
                .bind("kind", kind)
                .bind("most", most)
                .mapTo(Long.class)
                .map(Duration::ofMillis)
                .list());
  }

  /**
   * Those of these jobs that meet a condition.
   *
   * @param and SQL that follows another condition, or nothing
   */
  List<Job> among(Collection<String> ids, String and) {
    List<Job> found = new ArrayList<>();
    jdbi.useHandle(
        handle ->
            batches(ids)
                .forEach(
                    batch ->
                        handle
                            .createQuery("SELECT * FROM job WHERE id IN (<ids>)" + and)
                            .bindList("ids", batch)
                            .map(JobTable::read)
                            .forEach(found::add)));
    return found;
  }

  /** See {@link Ledger#changes}. */
  Map<String, Integer> changes(Collection<String> ids) {
    Map<String, Integer> changes = new HashMap<>();
    jdbi.useHandle(
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

  /** SQLite and PostgreSQL take some 32,000 parameters at once. */
  private static List<List<String>> batches(Collection<String> ids) {
    List<String> all = List.copyOf(ids);
    return IntStream.range(0, (all.size() + BATCH - 1) / BATCH)
        .mapToObj(i -> all.subList(i * BATCH, Math.min((i + 1) * BATCH, all.size())))
        .toList();
  }

  /** See {@link Ledger#owners}. */
  Map<String, Job> owners(Collection<String> generationIds) {
    if (generationIds.isEmpty()) {
      return Map.of();
    }
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM job WHERE generation_id IN (<ids>)")
                .bindList("ids", List.copyOf(generationIds))
                .map(JobTable::read)
                .stream()
                .collect(Collectors.toMap(Job::generationId, Function.identity(), (a, b) -> a)));
  }
}
