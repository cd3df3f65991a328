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
  LedgerPool() {}

  LedgerPool(HikariConfig config) {
    super(config);
  }

  /**
   * @throws SQLTimeoutException if the pool is at its maximum size and no connection was returned
   *     in time
   */
  @Override
  public Connection getConnection() throws SQLException {
    try {
      return super.getConnection();
    } catch (SQLTransientConnectionException e) {
      if (isFull(this)) {
        throw new SQLTimeoutException("all connections to the ledger are in use", e);
      }
      throw e;
    }
  }

  /** Whether a pool that gave no connection in time has as many as it may. */
  static boolean isFull(HikariDataSource source) {
    HikariPoolMXBean pool = source.getHikariPoolMXBean();
    // Total, not active: a connection may have been returned since and handed to another thread.
    return pool != null && pool.getTotalConnections() >= source.getMaximumPoolSize();
  }
}
