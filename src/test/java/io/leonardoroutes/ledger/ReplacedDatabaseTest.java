package io.leonardoroutes.ledger;

import static io.leonardoroutes.ledger.NewJobs.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance.Accepted;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A PostgreSQL database that comes back as another one, under the name of the first. */
class ReplacedDatabaseTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private Jdbi server;
  private String url;
  private String name;

  @BeforeEach
  void database() {
    server = Jdbi.create(Engine.POSTGRES.emptyDatabase(folder));
    url = Engine.POSTGRES.emptyDatabase(folder);
    name = url.replaceAll(".*/([^?]*).*", "$1");
  }

  @Test
  void oneThatWasMadeAnewTakesNothingEvenIfAnotherProgramUsesItByNow() {
    try (Ledger ledger = TestLedger.open(url, clock)) {
      accept(ledger);
      end();
      execute("DROP DATABASE " + name);
      execute("CREATE DATABASE " + name);
      isRefused(
          ledger, "the database is not the one that this program opened: it was created again");
      TestLedger.open(url, clock).close();

      isRefused(
          ledger, "the database is not the one that this program opened: it was created again");
    }
  }

  @Test
  void aStandbyThatWasPromotedWithoutTheLastCommitTakesNothing() {
    try (Ledger ledger = TestLedger.open(url, clock)) {
      accept(ledger);
    }
    execute("CREATE DATABASE " + name + "_standby TEMPLATE " + name);
    try (Ledger ledger = TestLedger.open(url, clock)) {
      accept(ledger);
      failOver();

      isRefused(ledger, "the database lacks commits that it has confirmed to this program");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInstanceThatCommittedNothingNoticesThatWhatItSawIsGone(boolean fromBeforeItsStart) {
    TestLedger.open(url, clock).close(); // that gives it its identity
    execute("CREATE DATABASE " + name + "_standby TEMPLATE " + name);
    try (Ledger other = TestLedger.open(url, clock)) {
      if (fromBeforeItsStart) {
        accept(other);
      }
      try (Ledger idle = TestLedger.open(url, clock)) {
        if (!fromBeforeItsStart) {
          accept(other);
          await().during(Duration.ofMillis(1_500)).atMost(LONG).until(() -> isThere(idle));
        }
        failOver();

        isRefused(idle, "the database lacks commits that it has shown to this program");
      }
    }
  }

  private static boolean isThere(Ledger ledger) {
    ledger.probe();
    return true;
  }

  @Test
  void aStandbyThatHasAllIsTheSameLedger() {
    try (Ledger ledger = TestLedger.open(url, clock)) {
      Job job = accept(ledger);
      end();
      execute("CREATE DATABASE " + name + "_standby TEMPLATE " + name);
      failOver();

      Job later =
          await().atMost(LONG).ignoreExceptions().until(() -> accept(ledger), Objects::nonNull);
      assertThat(ledger.list(null, 10, null)).containsExactlyInAnyOrder(job, later);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLedgerWhoseOldJobsWentIsTheSameLedger(boolean othersWork) {
    try (Ledger ledger = TestLedger.open(url, clock)) {
      Job job = accept(ledger);
      ledger.move(job, job.to(JobState.CANCELLED).finishedAt(clock.instant()).done());
      clock.tick(Duration.ofDays(2));
      try (Ledger other = TestLedger.open(url, clock)) {
        if (othersWork) {
          accept(other);
          await().during(Duration.ofMillis(1_500)).atMost(LONG).until(() -> isThere(ledger));
        }
        assertThat(other.oldJobs().delete(List.of(job.id()), clock.instant())).isEqualTo(1);
      }

      // Others are compared when a new connection is opened, and now and then.
      await().during(Duration.ofMillis(1_500)).atMost(LONG).until(() -> isThere(ledger));
      assertThat(ledger.find(job.id())).isEmpty();
    }
  }

  private void failOver() {
    end();
    execute("DROP DATABASE " + name);
    execute("ALTER DATABASE " + name + "_standby RENAME TO " + name);
    execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
  }

  private void end() {
    execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
    server.useHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?")
                .bind(0, name)
                .mapTo(Boolean.class)
                .list());
  }

  private void execute(String sql) {
    server.useHandle(handle -> handle.execute(sql + (sql.startsWith("DROP") ? " (FORCE)" : "")));
  }

  private static void isRefused(Ledger ledger, String why) {
    // A connection that the server ended may be found out first.
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> accept(ledger))
                    .hasMessageContaining("nothing is confirmed"));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> accept(ledger))
          .isInstanceOf(JdbiException.class)
          .hasMessage(why + ": nothing is confirmed until it is back");
      assertThatThrownBy(ledger::probe).isInstanceOf(JdbiException.class);
    }
  }

  private static Job accept(Ledger ledger) {
    return ((Accepted) ledger.accept(request(), job -> List.of())).job();
  }
}
