package io.leonardoroutes.health;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jdbi.v3.core.JdbiException;

/** Classifies a failure: is the ledger the cause, and in what way? */
enum LedgerFault {
  /** Not a fault of the ledger, but of the request or something else. */
  NONE,
  /** All connections are in use: the ledger is slow, but reachable. */
  BUSY,
  /** Another program holds a lock on its file. */
  LOCKED,
  /** It cannot be reached or cannot be written. */
  AWAY;

  /** SQLSTATE classes: connection, resources, operator intervention, system. */
  private static final Set<String> AWAY_CLASSES = Set.of("08", "53", "57", "58");

  /**
   * SQLite codes: permission, read-only, I/O, corrupt, full, cannot open, protocol, no database.
   */
  private static final Set<Integer> AWAY_CODES = Set.of(3, 8, 10, 11, 13, 14, 15, 26);

  /** SQLite codes: busy, locked. */
  private static final Set<Integer> LOCKED_CODES = Set.of(5, 6);

  static LedgerFault of(Throwable why) {
    boolean ledger = false;
    for (Throwable cause = why; cause != null; cause = cause.getCause()) {
      ledger |= cause instanceof JdbiException;
      if (ledger && cause instanceof SQLException sql) {
        return of(sql);
      }
    }
    // JDBI failed before any SQL ran, so there was no connection.
    return ledger ? AWAY : NONE;
  }

  private static LedgerFault of(SQLException why) {
    if (why instanceof SQLTimeoutException) {
      return BUSY;
    }
    if (why instanceof SQLTransientConnectionException) {
      return AWAY;
    }
    String state = why.getSQLState();
    if (state != null && state.length() == 5) {
      return AWAY_CLASSES.contains(state.substring(0, 2)) ? AWAY : NONE;
    }
    // SQLite's primary code is in the lowest eight bits of its extended code.
    int code = why.getErrorCode() & 0xff;
    return LOCKED_CODES.contains(code) ? LOCKED : AWAY_CODES.contains(code) ? AWAY : NONE;
  }
}
