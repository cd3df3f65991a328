package io.leonardoroutes.health;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jdbi.v3.core.JdbiException;

/** What a failure says of the ledger. */
enum LedgerFault {
  /** Nothing: it is of the request or of something else. */
  NONE,
  /** All its connections are in use: it is slow, and there. */
  BUSY,
  /** Another program holds its file. */
  LOCKED,
  /** It cannot be reached, or not be written. */
  AWAY;

  /** Connection, resources, operator intervention, system: classes of SQLSTATE. */
  private static final Set<String> AWAY_CLASSES = Set.of("08", "53", "57", "58");

  /** Permission, read-only, I/O, corrupt, full, cannot open, protocol, not a database. */
  private static final Set<Integer> AWAY_CODES = Set.of(3, 8, 10, 11, 13, 14, 15, 26);

  private static final Set<Integer> LOCKED_CODES = Set.of(5, 6);

  static LedgerFault of(Throwable why) {
    boolean ledger = false;
    for (Throwable cause = why; cause != null; cause = cause.getCause()) {
      ledger |= cause instanceof JdbiException;
      if (ledger && cause instanceof SQLException sql) {
        return of(sql);
      }
    }
    // It did not come to SQL.
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
    // SQLite has codes of its own; what it adds to one stands above its lowest eight bits.
    int code = why.getErrorCode() & 0xff;
    return LOCKED_CODES.contains(code) ? LOCKED : AWAY_CODES.contains(code) ? AWAY : NONE;
  }
}
