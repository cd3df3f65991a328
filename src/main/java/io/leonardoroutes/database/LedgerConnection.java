package io.leonardoroutes.database;

import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * How the database of the ledger is reached.
 *
 * @param user null for the one in the URL
 * @param password asked for at each new connection; null for the one in the URL
 */
public record LedgerConnection(String url, String user, Supplier<String> password) {
  boolean isSqlite() {
    return url.startsWith(LedgerDatabase.SQLITE);
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
