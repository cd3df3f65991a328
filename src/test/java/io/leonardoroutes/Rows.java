package io.leonardoroutes;

import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/** What stands in an application's ledger, read beside it from the same file. */
final class Rows {
  private Rows() {}

  static List<Map<String, Object>> of(App app, String sql) {
    return Jdbi.create("jdbc:sqlite:" + app.data().resolve("ledger.db"))
        .withHandle(handle -> handle.createQuery(sql).mapToMap().list());
  }

  /** As another program on the same ledger would. */
  static void change(App app, String sql) {
    Jdbi.create("jdbc:sqlite:" + app.data().resolve("ledger.db") + "?busy_timeout=10000")
        .useHandle(handle -> handle.execute(sql));
  }

  static long jobs(App app) {
    return ((Number) of(app, "SELECT count(*) AS n FROM job").get(0).get("n")).longValue();
  }
}
