package io.leonardoroutes.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.leonardoroutes.ledger.Engine;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
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

  @Test
  void aServerThatHasNoRoomForMoreIsBusyForWhoHasConnectionsAndAwayForWhoHasNone()
      throws SQLException {
    String url = Engine.POSTGRES.emptyDatabase(folder);
    try (Connection server = DriverManager.getConnection(url);
        Statement sql = server.createStatement()) {
      sql.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 1");
    }
    HikariConfig crowded = config(url.replace("user=postgres", "user=crowded"));
    crowded.setMaximumPoolSize(2);
    crowded.setMinimumIdle(0);
    crowded.setInitializationFailTimeout(-1);
    try (LedgerPool one = new LedgerPool(crowded);
        LedgerPool other = new LedgerPool(crowded)) {
      try (Connection only = one.getConnection()) {
        assertThatThrownBy(one::getConnection).isInstanceOf(SQLTimeoutException.class);
        assertThatThrownBy(other::getConnection)
            .isInstanceOf(SQLTransientConnectionException.class)
            .hasMessageContaining("not available");
        assertThat(only.isValid(1)).isTrue();
      }
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
