package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.ledger.NewJobs.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.database.DatabaseClock;
import io.leonardoroutes.database.LedgerDatabase;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TickingClock;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instances on machines whose clocks are wrong. */
class DatabaseClockTest {
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path folder;
  private final TickingClock machine = new TickingClock();
  private final AtomicLong nanos = new AtomicLong();
  private String url;
  private Jdbi jdbi;

  @BeforeEach
  void open() {
    url = Engine.POSTGRES.emptyLedger(folder);
    jdbi = Jdbi.create(url);
  }

  @Test
  void ofInstancesThatAreMinutesApartNoneTakesWhatAnotherHasAndNoneWaitsLonger() {
    try (Ledger ahead = instance(MINUTE);
        Ledger behind = instance(MINUTE.negated())) {
      behind.accept(request(), job -> List.of());
      assertThat(ahead.claim(ACCEPTED, 1, LEASE)).hasSize(1);
      assertThat(behind.claim(ACCEPTED, 1, LEASE)).isEmpty();
      Instant over = ahead.clock().instant().plus(LEASE);

      await().atMost(Patience.LONG).until(() -> !behind.claim(ACCEPTED, 1, LEASE).isEmpty());

      assertThat(behind.clock().instant()).isCloseTo(over, within(1, ChronoUnit.SECONDS));
      assertThat(ahead.claim(ACCEPTED, 1, LEASE)).isEmpty();
    }
  }

  @Test
  void betweenTwoQuestionsItGoesOnByItself() {
    DatabaseClock clock = clock();
    Instant before = clock.instant();

    tick(Duration.ofSeconds(9));

    assertThat(clock.instant()).isEqualTo(before.plusSeconds(9));
    tick(Duration.ofSeconds(2));
    assertThat(clock.instant()).as("asked again").isBefore(before.plusSeconds(5));
  }

  @Test
  void askedAnewItIsNotDeceivedByAMachineWhoseClocksBothStoodStill() {
    DatabaseClock clock = clock();
    Instant before = clock.instant();

    assertThat(clock.instant()).isEqualTo(before);
    await().atMost(Patience.LONG).until(() -> clock.fresh().isAfter(before));
    dropTheDatabase();
    assertThatThrownBy(clock::fresh).isInstanceOf(JdbiException.class);
  }

  @Test
  void aMachineWhoseClockIsSetChangesNothing() {
    DatabaseClock clock = clock();
    Instant before = clock.instant();

    machine.tick(Duration.ofHours(1));
    assertThat(clock.instant()).isCloseTo(before, within(5, ChronoUnit.SECONDS));
    machine.tick(Duration.ofHours(-2));
    assertThat(clock.instant()).isCloseTo(before, within(5, ChronoUnit.SECONDS));
  }

  @Test
  void whatAMachineSleptIsOverForItAlsoWhileTheDatabaseIsAway() {
    DatabaseClock clock = clock();
    Instant before = clock.instant();
    dropTheDatabase();

    machine.tick(Duration.ofHours(1));

    assertThat(clock.instant()).isEqualTo(before.plus(Duration.ofHours(1)));
  }

  /** It is gone, as far as a client can tell. */
  private void dropTheDatabase() {
    String name = url.replaceAll(".*/([^?]*).*", "$1");
    Jdbi.create(Engine.POSTGRES.emptyLedger(folder))
        .useHandle(elsewhere -> elsewhere.execute("DROP DATABASE " + name));
  }

  private DatabaseClock clock() {
    return new DatabaseClock(jdbi, machine, nanos::get);
  }

  private void tick(Duration step) {
    machine.tick(step);
    nanos.addAndGet(step.toNanos());
  }

  private Ledger instance(Duration wrong) {
    LedgerDatabase database = TestLedger.database(url);
    Clock its = Clock.offset(Clock.tickMillis(ZoneOffset.UTC), wrong);
    return Ledger.open(database, database.clock(its), Ledger::newId);
  }
}
