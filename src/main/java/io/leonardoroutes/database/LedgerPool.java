package io.leonardoroutes.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;

/** Connections to the ledger, which tells a database that is busy from one that is away. */
class LedgerPool extends HikariDataSource {
  LedgerPool() {}

  LedgerPool(HikariConfig config) {
    super(config);
  }

  /**
   * @throws SQLTimeoutException if none was given back in time, though there are all that may be
   */
  @Override
  public Connection getConnection() throws SQLException {
    try {
      return super.getConnection();
    } catch (SQLTransientConnectionException e) {
      HikariPoolMXBean pool = getHikariPoolMXBean();
      // Not only those in use: one may have been given back since, and went to another.
      if (pool != null && pool.getTotalConnections() >= getMaximumPoolSize()) {
        throw new SQLTimeoutException("all connections to the ledger are in use", e);
      }
      throw e;
    }
  }
}
