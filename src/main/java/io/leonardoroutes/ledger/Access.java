package io.leonardoroutes.ledger;

import java.util.function.Supplier;

/**
 * How the database of the ledger is reached.
 *
 * @param user null: as the URL says
 * @param password asked for at each new connection; null: as the URL says
 */
public record Access(String url, String user, Supplier<String> password) {
  boolean isSqlite() {
    return url.startsWith(Database.SQLITE);
  }

  /** Nothing that is secret. */
  @Override
  public String toString() {
    return "Access";
  }
}
