package io.leonardoroutes.database;

import java.nio.file.Files;
import java.sql.DriverManager;
import java.util.Optional;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;

/** Reads a ledger that another program may be using: takes no lock, and writes nothing. */
public final class LedgerReader {
  private static final int BUSY_MILLIS = 10_000;

  private LedgerReader() {}

  /**
   * Opens a ledger to read it.
   *
   * @return empty if there is no file yet
   * @throws IllegalStateException with a one-line message, if it cannot be read or was written by
   *     another version
   */
  public static Optional<LedgerSql> open(LedgerConnection access) {
    if (access.isSqlite() && Files.notExists(access.file())) {
      return Optional.empty();
    }
    if (access.isSqlite()) {
      LedgerDatabase.loadSqlite();
    }
    Jdbi jdbi = Jdbi.create(access.isSqlite() ? sqlite(access) : postgres(access));
    jdbi.useHandle(SchemaMigrations::requireCurrent);
    return Optional.of(LedgerSql.of(jdbi));
  }

  private static ConnectionFactory sqlite(LedgerConnection access) {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_MILLIS);
    return () -> DriverManager.getConnection(access.url(), config.toProperties());
  }

  /** Nothing is set for the session: a pooler would hand that on to others. */
  private static ConnectionFactory postgres(LedgerConnection access) {
    String password = access.password() == null ? null : access.password().get();
    return () -> DriverManager.getConnection(access.url(), access.user(), password);
  }
}
