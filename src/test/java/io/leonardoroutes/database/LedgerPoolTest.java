package io.leonardoroutes.database;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a connection that did not come in time. */
class LedgerPoolTest {
  @TempDir Path folder;

  @Test
  void whoWaitedInVainForAConnectionThatIsGivenBackJustThenMetABusyLedgerAndNoneThatIsAway()
      throws SQLException {
    Connection[] held = new Connection[1];
    LedgerPool pool =
        new LedgerPool(config("jdbc:sqlite:" + folder.resolve("ledger.db"))) {
          @Override
          public HikariPoolMXBean getHikariPoolMXBean() {
            giveBack(held[0]);
            return super.getHikariPoolMXBean();
          }
        };
    try (pool) {
      held[0] = pool.getConnection();

      assertThatThrownBy(pool::getConnection).isInstanceOf(SQLTimeoutException.class);
    }
  }

  @Test
  void aDatabaseThatCannotBeReachedIsNotBusy() {
    HikariConfig config = config("jdbc:sqlite:" + folder.resolve("nowhere/ledger.db"));
    config.setInitializationFailTimeout(-1);
    try (LedgerPool pool = new LedgerPool(config)) {
      assertThatThrownBy(pool::getConnection).isInstanceOf(SQLTransientConnectionException.class);
    }
  }

  private static HikariConfig config(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(1);
    config.setConnectionTimeout(250);
    return config;
  }

  private static void giveBack(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
