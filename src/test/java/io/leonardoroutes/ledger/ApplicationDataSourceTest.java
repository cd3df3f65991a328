package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.ledger.NewJobs.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.zaxxer.hikari.HikariDataSource;
import io.leonardoroutes.database.LedgerDatabase;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance.Accepted;
import io.leonardoroutes.job.Job;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A ledger in the database of an application, by its own DataSource. */
class ApplicationDataSourceTest {
  private static final Duration LEASE = Duration.ofHours(1);
  private static final int SIZE = 6;

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private String url;
  private Jdbi server;

  @BeforeEach
  void database() {
    url = Engine.POSTGRES.emptyDatabase(folder);
    server = Jdbi.create(url);
    server.useHandle(
        handle -> handle.execute("CREATE TABLE told (id TEXT); CREATE TABLE job (id TEXT, n INT)"));
  }

  @ParameterizedTest
  @EnumSource(ApplicationKind.class)
  void whatWasAcceptedStaysIfTheApplicationRollsBack(ApplicationKind kind) throws Exception {
    try (ApplicationKind.Application application = kind.open(url, SIZE);
        Ledger ledger = TestLedger.open(application.source(), clock)) {
      List<Job> jobs = new ArrayList<>();
      application
          .transactions()
          .rolledBack(
              own -> {
                own.update("INSERT INTO told VALUES ('1')");
                jobs.add(accept(ledger));
                assertThat(count("leonardo.job")).isEqualTo(1);
                jobs.addAll(ledger.claim(ACCEPTED, 1, LEASE));
                assertThat(ledger.submitting(jobs.get(0), TestLimits.of(1, 1), LEASE)).isPresent();
                assertThat(own.queryForObject("SELECT count(*) FROM told", Integer.class))
                    .isEqualTo(1);
              });

      assertThat(count("told")).isZero();
      assertThat(ledger.find(jobs.get(0).id()))
          .get()
          .extracting(Job::state)
          .hasToString("SUBMITTING");
      assertThat(ledger.history(jobs.get(0).id())).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(ApplicationKind.class)
  void connectionsComeBackAsTheyWere(ApplicationKind kind) throws Exception {
    alterDatabase("synchronous_commit = off");
    alterDatabase("default_transaction_isolation = serializable");
    alterDatabase("search_path = elsewhere, public");
    try (ApplicationKind.Application application = kind.open(url, SIZE)) {
      Map<String, String> before = sessions(application.pool());

      try (Ledger ledger = TestLedger.open(application.source())) {
        Job job = accept(ledger);
        ledger.claim(ACCEPTED, 1, LEASE);
        ledger.renew(ACCEPTED, List.of(job.id()), LEASE);
        ledger.now();
        assertThatThrownBy(() -> ledger.governor().submitting(job, null, LEASE))
            .isInstanceOf(NullPointerException.class);
        assertThat(sessions(application.pool())).isEqualTo(before);
      }

      assertThat(sessions(application.pool())).as("open, as it is not ours").isEqualTo(before);
    }
  }

  /** All that a session can be told, of all connections of the pool. */
  private static Map<String, String> sessions(DataSource pool) throws SQLException {
    List<Connection> all = new ArrayList<>();
    Map<String, String> told = new LinkedHashMap<>();
    try {
      for (int i = 0; i < SIZE; i++) {
        all.add(pool.getConnection());
      }
      for (Connection one : all) {
        boolean autoCommit = one.getAutoCommit();
        told.put(
            "" + one.unwrap(org.postgresql.PGConnection.class).getBackendPID(),
            List.of(
                    autoCommit,
                    one.getNetworkTimeout(),
                    one.isReadOnly(),
                    one.getTransactionIsolation(),
                    Jdbi.create(one)
                        .withHandle(
                            session ->
                                session
                                    .createQuery(
                                        "SELECT name || '=' || setting FROM pg_settings WHERE name"
                                            + " NOT LIKE 'transaction%' ORDER BY 1")
                                    .mapTo(String.class)
                                    .list()),
                    Jdbi.create(one)
                        .withHandle(
                            session ->
                                session
                                    .createQuery(
                                        "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()"
                                            + " AND locktype = 'advisory'")
                                    .mapTo(Integer.class)
                                    .one()))
                .toString());
        if (!autoCommit) {
          one.rollback();
        }
      }
    } finally {
      for (Connection one : all) {
        one.close();
      }
    }
    return told;
  }

  @ParameterizedTest
  @EnumSource(ApplicationKind.class)
  void eachTransactionIsDurableAndReadCommittedWhateverTheSessionSays(ApplicationKind kind)
      throws Exception {
    alterDatabase("synchronous_commit = off");
    alterDatabase("default_transaction_isolation = serializable");
    try (ApplicationKind.Application application = kind.open(url, SIZE);
        LedgerDatabase ledger = TestLedger.database(application.source())) {
      assertThat(ledger.jdbi().<List<String>, RuntimeException>inTransaction(this::inForce))
          .containsExactly("on", "read committed", "10s", "\"leonardo\", pg_temp");
      try (Handle handle = ledger.jdbi().open()) {
        assertThat(inForce(handle)).startsWith("on", "read committed");
        handle.begin();
        inForce(handle);
        handle.commit();
        handle.begin();
        assertThat(inForce(handle)).startsWith("on", "read committed");
        handle.rollback();
        assertThat(inForce(handle)).startsWith("on", "read committed");
      }
    }
  }

  private List<String> inForce(Handle handle) {
    return List.of(
            "synchronous_commit",
            "transaction_isolation",
            "idle_in_transaction_session_timeout",
            "search_path")
        .stream()
        .map(name -> handle.createQuery("SHOW " + name).mapTo(String.class).one())
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"local", "remote_apply"})
  void aCommitThatIsDurableAnywayStaysAsTheApplicationWantsIt(String set) throws Exception {
    alterDatabase("synchronous_commit = " + set);
    try (ApplicationKind.Application application = ApplicationKind.HIKARI.open(url, SIZE);
        LedgerDatabase ledger = TestLedger.database(application.source())) {
      assertThat(ledger.jdbi().withHandle(this::inForce)).startsWith(set);
    }
  }

  @Test
  void tablesOfTheApplicationWithTheSameNamesAreNotTouched() {
    try (HikariDataSource pool = ApplicationKind.HIKARI.pool(url, 2)) {
      pool.setConnectionInitSql("CREATE TEMP TABLE job AS SELECT * FROM public.job");
      try (Ledger ledger = TestLedger.open(pool, clock)) {
        Jdbi own = Jdbi.create(pool);
        // So often that the driver keeps the statement, under its text alone.
        for (int i = 0; i < 20; i++) {
          Job job = accept(ledger);
          assertThat(ledger.find(job.id())).contains(job);
          own.useHandle(
              handle ->
                  assertThat(
                          handle
                              .createQuery("SELECT * FROM job WHERE id = :value")
                              .bind("value", job.id())
                              .mapToMap()
                              .list())
                      .isEmpty());
        }
        assertThat(count("job")).isZero();
        assertThat(count("leonardo.job")).isEqualTo(20);
      }
    }
  }

  @Test
  void aDatabaseThatIsCutOffWithoutAWordHoldsNobodyForEver() throws Exception {
    int port = URI.create(url.substring("jdbc:".length())).getPort();
    try (SqliteWire wire = new SqliteWire(port);
        HikariDataSource pool =
            ApplicationKind.HIKARI.pool(url.replace(":" + port, ":" + wire.port()), SIZE);
        Ledger ledger = TestLedger.open(pool, Clock.systemUTC())) {
      accept(ledger);
      wire.cut(true);

      assertTimeoutPreemptively(
          Duration.ofSeconds(60),
          () -> assertThatThrownBy(() -> accept(ledger)).isInstanceOf(JdbiException.class));

      wire.cut(false);
      await().ignoreExceptions().until(() -> accept(ledger) != null);
    }
  }

  @Test
  void anotherInstanceWaitsForTheMigrationOfTheFirst() throws Exception {
    try (ApplicationKind.Application application = ApplicationKind.HIKARI.open(url, SIZE);
        Handle migrating = server.open()) {
      migrating.begin();
      migrating.execute("SELECT pg_advisory_xact_lock(7206531)");
      List<Ledger> opened = new ArrayList<>();
      Thread second =
          new Thread(() -> opened.add(TestLedger.open(application.source(), clock)), "second");
      second.start();
      await().until(() -> waiting() == 1);
      assertThat(opened).isEmpty();

      migrating.commit();
      second.join(Patience.LONG.toMillis());
      assertThat(opened).hasSize(1);
      opened.get(0).close();
    }
  }

  private int waiting() {
    return server.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                .mapTo(Integer.class)
                .one());
  }

  @Test
  void aStandbyWithoutTheLastCommitTakesNothingEvenBehindConnectionsThatAreKnown() {
    try (HikariDataSource first = ApplicationKind.HIKARI.pool(url, SIZE)) {
      TransactionPooler pooler = new TransactionPooler(first);
      try (Ledger ledger = TestLedger.open(pooler, clock)) {
        accept(ledger);
        first.close();
        String name = url.replaceAll(".*/([^?]*).*", "$1");
        Jdbi elsewhere = Jdbi.create(Engine.POSTGRES.emptyDatabase(folder));
        elsewhere.useHandle(
            all -> all.execute("CREATE DATABASE %1$s_standby TEMPLATE %1$s".formatted(name)));
        String standby = url.replace(name, name + "_standby");
        try (HikariDataSource second = ApplicationKind.HIKARI.pool(standby, SIZE)) {
          pooler.leadTo(second);
          accept(ledger);
          Jdbi.create(second).useHandle(all -> all.execute("DELETE FROM leonardo.moved"));

          assertThatThrownBy(() -> accept(ledger))
              .hasMessage(
                  "the database lacks commits that it has confirmed to this program: nothing is"
                      + " confirmed until it is back");
          Jdbi.create(second).useHandle(all -> all.execute("DROP SCHEMA leonardo CASCADE"));
          assertThatThrownBy(() -> accept(ledger)).hasMessageContaining("it was created again");
        }
      }
    }
  }

  private void alterDatabase(String set) {
    server.useHandle(
        handle -> {
          String name = handle.createQuery("SELECT current_database()").mapTo(String.class).one();
          handle.execute("ALTER DATABASE " + name + " SET " + set);
        });
  }

  private int count(String table) {
    return server.withHandle(
        handle -> handle.createQuery("SELECT count(*) FROM " + table).mapTo(Integer.class).one());
  }

  private static Job accept(Ledger ledger) {
    return ((Accepted) ledger.accept(request(), job -> List.of())).job();
  }
}
