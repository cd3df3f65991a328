package io.leonardoroutes.database;

import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * How the database of the ledger is reached.
 *
 * @param user null: as the URL says
 * @param password asked for at each new connection; null: as the URL says
 */
public record LedgerConnection(String url, String user, Supplier<String> password) {
  boolean isSqlite() {
    return url.startsWith(LedgerDatabase.SQLITE);
  }

  /** The file of an SQLite ledger, else null. */
  public Path file() {
    return isSqlite()
        ? Path.of(url.substring(LedgerDatabase.SQLITE.length()).split("\\?")[0])
        : null;
  }

  /** Nothing that is secret. */
  @Override
  public String toString() {
    return "Access";
  }
}
