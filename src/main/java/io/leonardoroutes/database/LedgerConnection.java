package io.leonardoroutes.database;

import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * How the database of the ledger is reached.
 *
 * @param url null if it is reached through the application's DataSource
 * @param user null for the one in the URL
 * @param password asked for at each new connection; null for the one in the URL
 * @param pool the application's DataSource; null if there is a URL
 */
public record LedgerConnection(
    String url, String user, Supplier<String> password, ApplicationPool pool) {
  public LedgerConnection(String url, String user, Supplier<String> password) {
    this(url, user, password, null);
  }

  /** Through a DataSource of the application. */
  public static LedgerConnection through(ApplicationPool pool) {
    return new LedgerConnection(null, null, null, pool);
  }

  boolean isSqlite() {
    return url != null && url.startsWith(LedgerDatabase.SQLITE);
  }

  /** Whether its URL is one of PostgreSQL. */
  public boolean isPostgres() {
    return url != null && !isSqlite();
  }

  /** The file of an SQLite ledger; null for other databases. */
  public Path file() {
    return isSqlite()
        ? Path.of(url.substring(LedgerDatabase.SQLITE.length()).split("\\?")[0])
        : null;
  }

  /** Without URL, user and password, which may be secret. */
  @Override
  public String toString() {
    return "LedgerConnection";
  }
}
