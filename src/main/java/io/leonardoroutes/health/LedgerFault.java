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
  /** It is slow or full of work, but reachable: the same step may succeed when it is repeated. */
  BUSY,
  /** Another program holds a lock on its file. */
  LOCKED,
  /** It cannot be reached or cannot be written. */
  AWAY;

  /** SQLSTATE classes: connection, resources, operator intervention, system, internal. */
  private static final Set<String> AWAY_CLASSES = Set.of("08", "53", "57", "58", "XX");

  /** SQLSTATEs: read-only, as a standby is; no such database; no permission. */
  private static final Set<String> AWAY_STATES = Set.of("25006", "3D000", "42501");

  /**
   * SQLSTATEs: statement cancelled, as by its timeout; lock not available; serialization failure;
   * deadlock; too long idle in a transaction; transaction timeout; session too long idle.
   */
  private static final Set<String> BUSY_STATES =
      Set.of("57014", "55P03", "40001", "40P01", "25P03", "25P04", "57P05");

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

  /** What a ledger is busy with. */
  static String whyBusy(Throwable why) {
    for (Throwable cause = why; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && BUSY_STATES.contains(stateOf(sql))) {
        return cause.getMessage().replaceFirst("^ERROR: ", "").lines().findFirst().orElse("slow");
      }
    }
    return "all its connections are in use";
  }

  private static String stateOf(SQLException why) {
    return String.valueOf(why.getSQLState());
  }

  private static LedgerFault of(SQLException why) {
    if (why instanceof SQLTimeoutException || BUSY_STATES.contains(stateOf(why))) {
      return BUSY;
    }
    if (why instanceof SQLTransientConnectionException) {
      return AWAY;
    }
    String state = why.getSQLState();
    if (state != null && state.length() == 5) {
      boolean away = AWAY_CLASSES.contains(state.substring(0, 2)) || AWAY_STATES.contains(state);
      return away ? AWAY : NONE;
    }
    // SQLite's primary code is in the lowest eight bits of its extended code.
    int code = why.getErrorCode() & 0xff;
    return LOCKED_CODES.contains(code) ? LOCKED : AWAY_CODES.contains(code) ? AWAY : NONE;
  }
}
