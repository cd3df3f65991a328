package io.leonardoroutes.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;

/**
 * Connections to a PostgreSQL database that fail if it is no longer the one that was opened, or
 * lacks a commit that it has confirmed to this program.
 *
 * <p>After an outage there may be another database under the same name: one that was created again,
 * or a standby that was promoted without the latest commits. Commits are replayed in order, so a
 * database that has the last one has them all. Each new connection is therefore checked for the
 * last one: of this program, and of any other instance as far as this one has seen it.
 */
public final class ServerWatch implements ConnectionFactory {
  private static final String IDENTITY = "SELECT id FROM identity";
  private static final String EXISTS =
      "EXISTS (SELECT 1 FROM moved WHERE job = ? AND to_state = ? AND at = ?)";
  private static final String STATE =
      "SELECT id, %s, %s, (SELECT max(step) FROM moved), extract(epoch FROM now()) * 1000 FROM identity"
          .formatted(EXISTS, EXISTS);
  private static final String NEWEST =
      "SELECT job, to_state, at, step FROM moved ORDER BY step DESC LIMIT 1";
  private static final String UNDEFINED_TABLE = "42P01";

  /** How often the commits of other instances are looked at. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final ConnectionFactory source;
  private final Set<Connection> known =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
  private final String identity;

  /** Older ones may have gone with their jobs, but for the newest of all. */
  private static final long KEPT_MILLIS = Duration.ofHours(1).toMillis();

  /** The last commit of this program; null once the newest that was seen is as new. */
  private final AtomicReference<Change> last = new AtomicReference<>();

  /** The newest commit that the database has shown, of any instance; null if there is none. */
  private volatile Change seen;

  private volatile long lookedAt;

  /**
   * A change of a job's state, as in the table {@code moved}.
   *
   * @param step its number; 0 if that is not known
   */
  public record Change(String job, String state, long at, long step) {}

  ServerWatch(ConnectionFactory source) {
    this.source = source;
    try (Connection connection = source.openConnection();
        PreparedStatement sql = connection.prepareStatement(IDENTITY);
        ResultSet row = sql.executeQuery()) {
      row.next();
      this.identity = row.getString(1);
      look(connection);
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
    last.set(change);
  }

  @Override
  public Connection openConnection() throws SQLException {
    Connection connection = source.openConnection();
    try {
      Connection server = connection.unwrap(Connection.class);
      boolean look = System.nanoTime() - lookedAt >= LOOK.toNanos();
      // A proxy before the server can change it behind a connection, too.
      if (look || !known.contains(server)) {
        check(connection);
        known.add(server);
      }
      if (look) {
        look(connection);
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
    Change own = last.get();
    Change any = seen;
    try (PreparedStatement sql = connection.prepareStatement(STATE)) {
      bind(sql, 0, own);
      bind(sql, 3, any);
      try (ResultSet state = sql.executeQuery()) {
        if (!state.next() || !identity.equals(state.getString(1))) {
          throw createdAgain();
        }
        if (isMissing(own, state, 2)) {
          throw new LedgerChanged(
              "the database lacks commits that it has confirmed to this program");
        }
        if (isMissing(any, state, 3)) {
          throw new LedgerChanged("the database lacks commits that it has shown to this program");
        }
      }
    } catch (SQLException e) {
      if (UNDEFINED_TABLE.equals(e.getSQLState())) {
        throw createdAgain();
      }
      throw e;
    }
  }

  private static boolean isMissing(Change change, ResultSet state, int column) throws SQLException {
    if (change == null || state.getBoolean(column)) {
      return false;
    }
    boolean mayHaveGone = change.step() > 0 && state.getLong(5) - change.at() > KEPT_MILLIS;
    return !mayHaveGone || state.getLong(4) < change.step();
  }

  private static void bind(PreparedStatement sql, int before, Change change) throws SQLException {
    sql.setString(before + 1, change == null ? null : change.job());
    sql.setString(before + 2, change == null ? null : change.state());
    sql.setLong(before + 3, change == null ? 0 : change.at());
  }

  /** Remembers the newest commit; only for a connection that was checked. */
  private void look(Connection connection) throws SQLException {
    lookedAt = System.nanoTime();
    Change own = last.get();
    try (PreparedStatement sql = connection.prepareStatement(NEWEST);
        ResultSet newest = sql.executeQuery()) {
      if (newest.next()) {
        seen =
            new Change(
                newest.getString(1), newest.getString(2), newest.getLong(3), newest.getLong(4));
        // Whoever has this one has ours, which may go with its job some day.
        last.compareAndSet(own, null);
      }
    }
  }

  private static LedgerChanged createdAgain() {
    return new LedgerChanged(
        "the database is not the one that this program opened: it was created again");
  }
}
