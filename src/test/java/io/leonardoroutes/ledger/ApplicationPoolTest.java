package io.leonardoroutes.ledger;

import static io.leonardoroutes.ledger.NewJobs.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TickingClock;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.sqlite.SQLiteDataSource;

/** Pools of an application that cannot keep what a ledger promises, and those that fail later. */
class ApplicationPoolTest {
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private String url;

  @BeforeEach
  void database() {
    url = Engine.POSTGRES.emptyDatabase(folder);
  }

  @Test
  void anotherDatabaseIsRefused() {
    SQLiteDataSource sqlite = new SQLiteDataSource();
    sqlite.setUrl("jdbc:sqlite:" + folder.resolve("orders.db"));

    assertRefused(
        sqlite,
        "the DataSource orders leads to SQLite, and a ledger needs PostgreSQL: without this setting"
            + " it is an SQLite file of its own");
  }

  @Test
  void aPoolThatHasOneConnectionIsRefused() {
    String why =
        "the DataSource orders gives one connection and no second, and the ledger needs up to 5 at"
            + " once beside those of the application: let its pool be larger";
    try (HikariDataSource pool = ApplicationKind.HIKARI.pool(url, 1)) {
      assertRefused(pool, why);
    }
    assertRefused(
        new SingleConnectionDataSource(url, true),
        "the DataSource orders gives everybody the same connection: use a pool of connections");
  }

  @Test
  void aPoolThatIsReadOnlyIsRefused() {
    try (HikariDataSource pool = ApplicationKind.HIKARI.pool(url, 5)) {
      pool.setReadOnly(true);
      assertRefused(pool, "the DataSource orders gives connections that are read-only");
    }
    try (HikariDataSource pool = ApplicationKind.HIKARI.pool(url, 5)) {
      pool.setConnectionInitSql("SET default_transaction_read_only = on");
      assertRefused(pool, "the DataSource orders gives connections that are read-only");
    }
  }

  @Test
  void aPoolWhoseCommitsAreNoneIsRefused() {
    try (HikariDataSource pool = ApplicationKind.HIKARI.pool(url, 5)) {
      assertRefused(
          new Altered(pool, (method, call) -> method.equals("commit") ? null : call.get()),
          "a commit on a connection of the DataSource orders is not one: its transaction is in"
              + " progress");
    }
  }

  @Test
  void aPoolWhoseConnectionsComeInTheMiddleOfATransactionIsRefusedAndTheTransactionGoesOn()
      throws SQLException {
    try (HikariDataSource pool = ApplicationKind.WITHOUT_AUTO_COMMIT.pool(url, 5);
        Connection shared = pool.getConnection()) {
      shared.createStatement().execute("CREATE TABLE told (id TEXT)");
      DataSource same =
          new DelegatingDataSource(pool) {
            @Override
            public Connection getConnection() {
              return uncloseable(shared);
            }
          };
      assertRefused(
          same,
          "the DataSource orders gives connections that are in a transaction of the application");
      assertThat(shared.createStatement().execute("SELECT * FROM told")).isTrue();
    }
  }

  private static Connection uncloseable(Connection connection) {
    return Altered.connection(
        connection, (method, call) -> method.equals("close") ? null : call.get());
  }

  @Test
  void aUserWhoMayNotCreateTheSchemaIsToldWhoMay() {
    Jdbi server = Jdbi.create(url);
    server.useHandle(
        handle ->
            handle.execute(
                "DROP ROLE IF EXISTS orders_user; CREATE ROLE orders_user LOGIN PASSWORD 'x'"));
    String theirs = url.replaceFirst("user=\\w+", "user=orders_user");
    try (HikariDataSource pool = ApplicationKind.HIKARI.pool(theirs, 5)) {
      assertRefused(
          pool,
          "there is no schema leonardo, and the user orders_user of the DataSource orders cannot"
              + " create it: CREATE SCHEMA leonardo AUTHORIZATION orders_user");
      server.useHandle(
          handle -> handle.execute("CREATE SCHEMA leonardo AUTHORIZATION orders_user"));

      try (Ledger ledger = TestLedger.open(pool, clock)) {
        ledger.accept(request(), job -> List.of());
      }
    }
  }

  @Test
  void aPoolThatGivesNoConnectionHoldsUpNobodyForEverAndNoConnectionIsLost() throws Exception {
    CountDownLatch back = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger given = new AtomicInteger();
    boolean[] hangs = new boolean[1];
    try (HikariDataSource pool = ApplicationKind.HIKARI.pool(url, 10)) {
      DataSource hanging =
          new DelegatingDataSource(pool) {
            @Override
            public Connection getConnection() throws SQLException {
              if (hangs[0]) {
                asked.incrementAndGet();
                awaitUninterruptibly(back);
                given.incrementAndGet();
              }
              return super.getConnection();
            }
          };
      try (Ledger ledger = TestLedger.open(hanging, clock)) {
        hangs[0] = true;
        List<Throwable> failed = new ArrayList<>();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
          Thread caller =
              new Thread(
                  () -> {
                    Throwable why = catchThrowable(() -> ledger.find("none"));
                    synchronized (failed) {
                      failed.add(why);
                    }
                  });
          caller.start();
          callers.add(caller);
        }
        for (Thread caller : callers) {
          caller.join();
        }
        assertThat(failed)
            .hasSize(12)
            .allSatisfy(
                // The second, if it comes while the four others still wait for the pool.
                why ->
                    assertThat(why)
                        .rootCause()
                        .message()
                        .isIn(
                            "the DataSource orders gave no connection within 10000 ms",
                            "all connections that the ledger takes of the DataSource orders are in"
                                + " use"));
        assertThat(asked).hasValue(4);

        back.countDown();
        await().until(() -> given.get() == 4 && ledger.find("none").isEmpty());
        await().until(() -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
      }
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aPoolThatTheApplicationUsesUpIsBusyAndOneWithoutItsDatabaseIsAway() throws Exception {
    try (HikariDataSource pool = ApplicationKind.HIKARI.pool(url, 3);
        Ledger ledger = TestLedger.open(pool, clock)) {
      pool.setConnectionTimeout(250);
      List<Connection> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        all.add(pool.getConnection());
      }
      assertThatThrownBy(() -> ledger.find("none"))
          .cause()
          .isInstanceOf(SQLTimeoutException.class)
          .hasMessage("all connections of the DataSource orders are in use");
      for (Connection one : all) {
        one.close();
      }
      assertThat(ledger.find("none")).isEmpty();

      pool.close();
      assertThatThrownBy(() -> ledger.find("none"))
          .cause()
          .isInstanceOf(SQLTransientConnectionException.class)
          .hasMessageStartingWith("the DataSource orders gives no connection: HikariDataSource");
    }
  }

  @Test
  void theSameSchemaIsTheSameLedgerAndAnotherIsAnotherByWhateverWay() {
    PGSimpleDataSource unpooled = new PGSimpleDataSource();
    unpooled.setURL(url);
    try (Ledger one = TestLedger.open(unpooled, clock);
        Ledger other = TestLedger.open(url, clock);
        Ledger same = TestLedger.open(url + "&currentSchema=leonardo", clock)) {
      one.accept(request(), job -> List.of());

      assertThat(one.unfinished()).isEqualTo(1);
      assertThat(other.unfinished()).isZero();
      assertThat(same.unfinished()).isEqualTo(1);
    }
  }

  @Test
  void thePasswordThatAPoolRepeatsIsNotSaid() {
    HikariDataSource pool = new HikariDataSource();
    pool.setDriverClassName("org.postgresql.Driver");
    pool.setJdbcUrl("jdbc:nothing://orders:canary@host/db?user=orders&password=canary");
    try (pool) {
      assertRefused(
          pool,
          "the DataSource orders gives no connection: Driver org.postgresql.Driver claims to not"
              + " accept jdbcUrl, jdbc:nothing://***@host/db?user=orders&password=***");
    }
  }

  private void assertRefused(DataSource source, String why) {
    assertThatThrownBy(() -> TestLedger.open(source, clock))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(why);
  }

  /** What a connection does in place of what it should. */
  private static final class Altered extends DelegatingDataSource {
    private final Alteration alteration;

    interface Call {
      Object get() throws Throwable;
    }

    interface Alteration {
      Object of(String method, Call call) throws Throwable;
    }

    Altered(DataSource source, Alteration alteration) {
      super(source);
      this.alteration = alteration;
    }

    @Override
    public Connection getConnection() throws SQLException {
      return connection(super.getConnection(), alteration);
    }

    static Connection connection(Connection own, Alteration alteration) {
      return (Connection)
          Proxy.newProxyInstance(
              Altered.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              (proxy, method, arguments) ->
                  alteration.of(
                      method.getName(),
                      () -> {
                        try {
                          return method.invoke(own, arguments);
                        } catch (InvocationTargetException e) {
                          throw e.getCause();
                        }
                      }));
    }
  }
}
