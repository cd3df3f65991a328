package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.ledger.NewJobs.event;
import static io.leonardoroutes.ledger.NewJobs.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

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
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left of a ledger when its program, its disk or its database is gone. */
class DurableTest {
  private static final Duration LEASE = Duration.ofHours(1);

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();

  @ParameterizedTest
  @EnumSource(Engine.class)
  void whatWasAcceptedIsThereAfterAnotherStart(Engine engine) {
    String url = engine.emptyDatabase(folder);
    Job job;
    try (Ledger ledger = TestLedger.open(url, clock)) {
      job = accept(ledger);
    }

    try (Ledger ledger = TestLedger.open(url, clock)) {
      assertThat(ledger.find(job.id())).contains(job);
    }
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void whatIsCommittedIsToldToItsCallerWhateverAnObserverDoes(Engine engine) {
    try (Ledger ledger = TestLedger.open(engine.emptyDatabase(folder), clock)) {
      List<Job> seen = new ArrayList<>();
      ledger.onMove(
          move -> {
            throw new IllegalArgumentException("a meter of this name has other tags");
          });
      ledger.onMove(move -> seen.add(move.after()));

      Job job = accept(ledger);

      assertThat(ledger.find(job.id())).contains(job);
      assertThat(seen).containsExactly(job);
    }
  }

  @Test
  void aDatabaseThatIsCutOffWithoutAWordHoldsNobodyForEver() throws Exception {
    String url = Engine.POSTGRES.emptyDatabase(folder);
    try (SqliteWire wire = new SqliteWire(port(url));
        Ledger ledger = TestLedger.open(through(wire, url), clock)) {
      Job before = accept(ledger);

      wire.cut(true);
      assertTimeoutPreemptively(
          Duration.ofSeconds(60),
          () -> assertThatThrownBy(() -> accept(ledger)).isInstanceOf(JdbiException.class));

      wire.cut(false);
      await()
          .atMost(Patience.LONG)
          .ignoreExceptions()
          .until(() -> ledger.find(before.id()).isPresent());
    }
  }

  @Test
  void anInstanceThatIsCutOffInTheMiddleHoldsUpNoOther() throws Exception {
    String url = Engine.POSTGRES.emptyDatabase(folder);
    try (SqliteWire wire = new SqliteWire(port(url));
        Ledger other = TestLedger.open(url, clock);
        LedgerDatabase database = TestLedger.database(through(wire, url))) {
      Handle middle = database.jdbi().open();
      middle.begin();
      middle.execute("SELECT pg_advisory_xact_lock(7206532)");
      wire.cut(true);

      await().atMost(Patience.LONG).until(() -> other.governor().call(TestLimits.of(10, 100)));
    }
  }

  @ParameterizedTest
  @CsvSource({"off, on", "on, on", "local, local", "remote_apply, remote_apply"})
  void postgresConfirmsOnlyWhatItCannotLoseInACrash(String set, String inForce)
      throws SQLException {
    String url = Engine.POSTGRES.emptyDatabase(folder);
    try (Connection server = DriverManager.getConnection(url);
        Statement sql = server.createStatement()) {
      sql.execute(
          "ALTER DATABASE %s SET synchronous_commit = %s".formatted(server.getCatalog(), set));
    }

    try (LedgerDatabase database = TestLedger.database(url)) {
      List<String> settings =
          database
              .jdbi()
              .withHandle(
                  handle ->
                      Stream.of("synchronous_commit", "idle_in_transaction_session_timeout")
                          .map(name -> handle.createQuery("SHOW " + name))
                          .map(query -> query.mapTo(String.class).one())
                          .toList());
      assertThat(settings).containsExactly(inForce, "10s");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"LATIN1", "SQL_ASCII", "WIN1252"})
  void aDatabaseThatCannotKeepEveryTextIsRefusedAtTheStart(String encoding) {
    Jdbi server = Jdbi.create(Engine.POSTGRES.emptyDatabase(folder));
    String name = "in_" + encoding.toLowerCase(Locale.ROOT);
    server.useHandle(
        handle ->
            handle.execute(
                "CREATE DATABASE %s ENCODING '%s' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
                    .formatted(name, encoding)));
    String url = Engine.POSTGRES.emptyDatabase(folder).replaceAll("/ledger\\d+", "/" + name);

    assertThatThrownBy(() -> TestLedger.open(url, clock))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the encoding of the database is %s, but requests may contain any Unicode: create one with ENCODING 'UTF8'"
                .formatted(encoding));
  }

  private static int port(String url) {
    return URI.create(url.substring("jdbc:".length())).getPort();
  }

  private static String through(SqliteWire wire, String url) {
    return url.replace(":" + port(url) + "/", ":" + wire.port() + "/");
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void theSchemaIsVersioned(Engine engine) throws SQLException {
    String url = engine.emptyDatabase(folder);
    TestLedger.open(url, clock).close();

    try (Connection connection = DriverManager.getConnection(url);
        ResultSet first =
            connection
                .createStatement()
                .executeQuery("SELECT description FROM leonardo_schema WHERE version = '1'")) {
      assertThat(first.next()).isTrue();
      assertThat(first.getString(1)).isEqualTo("jobs events deliveries");
    }
  }

  @Test
  void jobsThatAreDoneWhileTheirLeasesAreRenewedAreNoTrouble() {
    try (Ledger ledger = TestLedger.open(Engine.SQLITE.emptyDatabase(folder), clock)) {
      Job job = accept(ledger);
      Collection<String> doneMeanwhile = emptied(job.id());

      ledger.renew(ACCEPTED, doneMeanwhile, LEASE);

      assertThat(ledger.find(job.id())).contains(job);
    }
  }

  /** Has one id when it is first asked, and none from then on. */
  private static Collection<String> emptied(String id) {
    Set<String> underWay = ConcurrentHashMap.newKeySet();
    underWay.add(id);
    return new AbstractCollection<>() {
      @Override
      public Iterator<String> iterator() {
        return underWay.iterator();
      }

      @Override
      public int size() {
        int size = underWay.size();
        underWay.clear();
        return size;
      }
    };
  }

  @Test
  void anotherStartOnSqliteFreesTheLeasesOfTheProgramThatDied() {
    String url = Engine.SQLITE.emptyDatabase(folder);
    try (Ledger ledger = TestLedger.open(url, clock)) {
      Job job = accept(ledger);
      ledger.outbox().add(List.of(event("e1", job, event("archive"))));
      ledger.claim(ACCEPTED, 1, LEASE);
      ledger.outbox().claim("archive", 1, LEASE);
    }

    try (Ledger ledger = TestLedger.open(url, clock)) {
      assertThat(ledger.claim(ACCEPTED, 1, LEASE)).hasSize(1);
      assertThat(ledger.outbox().claim("archive", 1, LEASE)).hasSize(1);
    }
  }

  @Test
  void anotherInstanceOnPostgresLeavesTheLeasesOfTheFirstAlone() {
    String url = Engine.POSTGRES.emptyDatabase(folder);
    try (Ledger first = TestLedger.open(url, clock)) {
      accept(first);
      first.claim(ACCEPTED, 1, LEASE);

      try (Ledger second = TestLedger.open(url, clock)) {
        assertThat(second.claim(ACCEPTED, 1, LEASE)).isEmpty();
      }
    }
  }

  @Test
  void aSecondInstanceOnOneSqliteFileIsRefusedInOneLine() {
    String url = Engine.SQLITE.emptyDatabase(folder);
    try (Ledger first = TestLedger.open(url, clock)) {
      assertThatThrownBy(() -> TestLedger.open(url, clock))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              folder.resolve("ledger.db")
                  + " is in use by another instance: an SQLite ledger allows only one; for several"
                  + " use PostgreSQL");
      accept(first);
    }
    TestLedger.open(url, clock).close();
  }

  @Test
  void howLongALockedSqliteFileIsWaitedForCanBeSaidInItsUrl() throws SQLException {
    String url = Engine.SQLITE.emptyDatabase(folder);
    try (Ledger impatient = TestLedger.open(url + "?busy_timeout=1", clock);
        Connection other = DriverManager.getConnection(url);
        Statement sql = other.createStatement()) {
      sql.execute("BEGIN IMMEDIATE");

      assertTimeout(
          Duration.ofSeconds(5),
          () -> assertThatThrownBy(() -> accept(impatient)).isInstanceOf(JdbiException.class));
    }
  }

  @Test
  void aFullDiskConfirmsNothingAndLosesNothing() {
    String url = Engine.SQLITE.emptyDatabase(folder);
    List<Job> confirmed = new ArrayList<>();
    try (Ledger small = TestLedger.open(url + "?max_page_count=150", clock)) {
      assertThatThrownBy(
              () -> {
                while (confirmed.size() < 10_000) {
                  confirmed.add(accept(small));
                }
              })
          .isInstanceOf(JdbiException.class)
          .hasMessageContaining("SQLITE_FULL")
          // what is asked for is nobody's business in a log
          .message()
          .doesNotContain("kling", "koala");
      assertThat(small.find(confirmed.get(0).id())).contains(confirmed.get(0));
    }

    try (Ledger roomy = TestLedger.open(url, clock)) {
      assertThat(roomy.list(null, 10_000, null)).containsExactlyInAnyOrderElementsOf(confirmed);
    }
  }

  @Test
  void aClosedLedgerConfirmsNothing() {
    Ledger ledger = TestLedger.open(Engine.SQLITE.emptyDatabase(folder), clock);
    ledger.close();

    assertThatThrownBy(() -> accept(ledger)).isInstanceOf(JdbiException.class);
  }

  private static Job accept(Ledger ledger) {
    return ((Accepted) ledger.accept(request(), job -> List.of())).job();
  }
}
