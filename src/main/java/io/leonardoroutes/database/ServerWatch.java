package io.leonardoroutes.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;

/**
 * Connections to a PostgreSQL database that fail if it is no longer the one that was opened, or
 * lacks a commit that it has confirmed to this program.
 *
 * <p>After an outage there may be another database under the same name: one that was created again,
 * or a standby that was promoted without the latest commits. Commits are replayed in order, so a
 * database that has the last one has them all. Each new connection is therefore checked for the
 * last one.
 */
public final class ServerWatch implements ConnectionFactory {
  private static final String IDENTITY = "SELECT id FROM identity";
  private static final String STATE =
      "SELECT id, EXISTS (SELECT 1 FROM moved WHERE job = ? AND to_state = ? AND at = ?)"
          + " FROM identity";
  private static final String UNDEFINED_TABLE = "42P01";

  private final ConnectionFactory source;
  private final Set<Connection> known =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
  private final String identity;
  private volatile Change last;

  /** A change of a job's state, as in the table {@code moved}. */
  public record Change(String job, String state, long at) {}

  ServerWatch(ConnectionFactory source) {
    this.source = source;
    try (Connection connection = source.openConnection();
        PreparedStatement sql = connection.prepareStatement(IDENTITY);
        ResultSet row = sql.executeQuery()) {
      row.next();
      this.identity = row.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Gives the database an identity, unless it has one. Not safe for concurrent use. */
  static void identify(Handle handle, String id) {
    handle.execute("INSERT INTO identity SELECT ? WHERE NOT EXISTS (SELECT 1 FROM identity)", id);
  }

  /** Remembers the last committed change. */
  void committed(Change change) {
    last = change;
  }

  @Override
  public Connection openConnection() throws SQLException {
    Connection connection = source.openConnection();
    try {
      Connection server = connection.unwrap(Connection.class);
      if (!known.contains(server)) {
        check(connection);
        known.add(server);
      }
      return connection;
    } catch (SQLException | RuntimeException e) {
      // A transaction that has failed cannot be closed without saying so.
      try (connection) {
        throw e;
      }
    }
  }

  private void check(Connection connection) throws SQLException {
    Change newest = last;
    try (PreparedStatement sql = connection.prepareStatement(STATE)) {
      sql.setString(1, newest == null ? null : newest.job());
      sql.setString(2, newest == null ? null : newest.state());
      sql.setLong(3, newest == null ? 0 : newest.at());
      try (ResultSet state = sql.executeQuery()) {
        if (!state.next() || !identity.equals(state.getString(1))) {
          throw createdAgain();
        }
        if (newest != null && !state.getBoolean(2)) {
          throw new LedgerChanged(
              "the database lacks commits that it has confirmed to this program");
        }
      }
    } catch (SQLException e) {
      if (UNDEFINED_TABLE.equals(e.getSQLState())) {
        throw createdAgain();
      }
      throw e;
    }
  }

  private static LedgerChanged createdAgain() {
    return new LedgerChanged(
        "the database is not the one that this program opened: it was created again");
  }
}
