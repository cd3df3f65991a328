package io.leonardoroutes.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;

/**
 * Connections to a PostgreSQL database while it is the one that was opened, and has all that this
 * program was told to be durable.
 *
 * <p>A server that comes back may bring another database under the same name: one that was made
 * anew, or a standby that was promoted without the last commits. As commits are replayed in their
 * order, one that has the last of them has them all; so it is looked for on each new connection.
 */
public final class ServerWatch implements ConnectionFactory {
  private static final String IDENTITY = "SELECT id FROM identity";
  private static final String UNDEFINED_TABLE = "42P01";

  private final DataSource source;
  private final Set<Connection> known =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
  private final String identity;
  private volatile Change last;

  /** A change of a job's state, as the table {@code moved} has it. */
  public record Change(String job, String state, long at) {}

  ServerWatch(DataSource source) {
    this.source = source;
    try (Connection connection = source.getConnection()) {
      this.identity = first(connection, IDENTITY);
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Writes down which database it is, once and for all; by one instance at a time. */
  static void name(Handle handle, String id) {
    handle.execute("INSERT INTO identity SELECT ? WHERE NOT EXISTS (SELECT 1 FROM identity)", id);
  }

  /** It was committed. */
  void committed(Change change) {
    last = change;
  }

  @Override
  public Connection openConnection() throws SQLException {
    Connection connection = source.getConnection();
    try {
      Connection server = connection.unwrap(Connection.class);
      if (!known.contains(server)) {
        check(connection);
        known.add(server);
      }
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private void check(Connection connection) throws SQLException {
    if (!identity.equals(first(connection, IDENTITY))) {
      throw new LedgerChanged(
          "the database is not the one that this program opened, it was created again");
    }
    Change newest = last;
    if (newest != null
        && first(
                connection,
                "SELECT job FROM moved WHERE job = ? AND to_state = ? AND at = " + newest.at(),
                newest.job(),
                newest.state())
            == null) {
      throw new LedgerChanged("the database lacks commits that it has confirmed to this program");
    }
  }

  private static String first(Connection connection, String query, String... values)
      throws SQLException {
    try (PreparedStatement sql = connection.prepareStatement(query)) {
      for (int i = 0; i < values.length; i++) {
        sql.setString(i + 1, values[i]);
      }
      try (ResultSet rows = sql.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    } catch (SQLException e) {
      if (UNDEFINED_TABLE.equals(e.getSQLState())) {
        return null;
      }
      throw e;
    }
  }
}
