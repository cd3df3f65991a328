package io.leonardoroutes.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;

/** A connection pool that distinguishes a busy database from an unavailable one. */
class LedgerPool extends HikariDataSource {
  private static final String TOO_MANY_CONNECTIONS = "53300";

  LedgerPool() {}

  LedgerPool(HikariConfig config) {
    super(config);
  }

  /**
   * @throws SQLTimeoutException if connections are open, but none was returned in time and the pool
   *     or the server has no room for more
   */
  @Override
  public Connection getConnection() throws SQLException {
    try {
      return super.getConnection();
    } catch (SQLTransientConnectionException e) {
      if (isFull(this, e)) {
        throw busy(e);
      }
      throw e;
    }
  }

  static SQLTimeoutException busy(SQLException why) {
    return new SQLTimeoutException("all connections to the ledger are in use", why);
  }

  /** Whether a pool that gave no connection in time has as many as it, or the server, may have. */
  static boolean isFull(HikariDataSource source, SQLException why) {
    HikariPoolMXBean pool = source.getHikariPoolMXBean();
    // Total, not active: a connection may have been returned since and handed to another thread.
    int open = pool == null ? 0 : pool.getTotalConnections();
    return open > 0
        && (open >= source.getMaximumPoolSize() || TOO_MANY_CONNECTIONS.equals(why.getSQLState()));
  }
}
