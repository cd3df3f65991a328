package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.FAILED;
import static io.leonardoroutes.ledger.BlockedAccount.What.BALANCE;
import static io.leonardoroutes.ledger.BlockedAccount.What.KEY;
import static io.leonardoroutes.ledger.NewJobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.ledger.BlockedAccount.What;
import io.leonardoroutes.limits.AccountLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class BlockedAccountsTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final AccountLimits TEN = TestLimits.of(10, 100, 2000, Duration.ofHours(2), null);
  private static final Set<What> ALL = EnumSet.allOf(What.class);

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private Ledger ledger;

  /** Another instance where there can be one, else the same. */
  private Ledger other;

  @BeforeEach
  void open() {
    open(engine.emptyLedger(folder));
  }

  private void open(String url) {
    ledger = TestLedger.open(url, clock);
    other = engine == Engine.POSTGRES ? TestLedger.open(url, clock) : ledger;
  }

  @AfterEach
  void close() {
    other.close();
    ledger.close();
  }

  @Test
  void manyThatMeetItAtOnceAreOnePause() throws Exception {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      jobs.add(submitted());
    }
    ExecutorService instances = Executors.newFixedThreadPool(jobs.size());
    List<Future<?>> told = new ArrayList<>();
    for (Job job : jobs) {
      told.add(instances.submit(() -> met(jobs.indexOf(job) % 2 == 0 ? ledger : other, job, KEY)));
    }
    for (Future<?> one : told) {
      one.get();
    }
    instances.shutdown();
    jobs.forEach(this::back);

    assertThat(ledger.free(TEN)).isZero();
    clock.tick(Duration.ofSeconds(10));
    assertThat(ledger.free(TEN)).isEqualTo(1);
  }

  @Test
  void aJobThatIsRefusedAgainWhileOthersAreTakenPausesNobody() {
    Job alone = submitted();
    met(ledger, alone, BALANCE);
    back(alone);
    clock.tick(Duration.ofSeconds(10));
    ledger.blockedAccounts().createWorked(submitted(), ALL);
    clock.tick(Duration.ofSeconds(1));

    other.blockedAccounts().met(submitted(), BALANCE, "the reason", true);
    assertThat(ledger.free(TEN)).isGreaterThan(1);
    assertThat(ledger.blockedAccounts().of("default")).isEmpty();
    other.blockedAccounts().met(submitted(), BALANCE, "the reason", false);
    assertThat(ledger.free(TEN)).isZero();
  }

  @Test
  void aJobThatIsRefusedAgainLongAfterAnyWasTakenTellsOfTheAccount() {
    met(ledger, failed(submitted()), BALANCE);
    clock.tick(Duration.ofSeconds(10));
    ledger.blockedAccounts().createWorked(submitted(), ALL);
    clock.tick(Duration.ofMinutes(10));

    other.blockedAccounts().met(submitted(), BALANCE, "the reason", true);
    assertThat(ledger.free(TEN)).isZero();
  }

  @Test
  void createsPauseEverLongerAndOneAloneTriesBetweenThem() {
    Job first = submitted();
    Job together = submitted();
    met(ledger, first, KEY);
    met(other, together, KEY);
    failed(first);
    back(together);
    assertThat(other.free(TEN)).isZero();
    clock.tick(Duration.ofSeconds(10));
    assertThat(other.free(TEN)).isEqualTo(1);

    Job alone = submitted();
    assertThat(other.free(TEN)).isZero();
    met(ledger, alone, KEY);
    back(alone);
    clock.tick(Duration.ofSeconds(19));
    assertThat(other.free(TEN)).isZero();
    clock.tick(Duration.ofSeconds(1));
    assertThat(other.free(TEN)).isEqualTo(1);

    ledger.blockedAccounts().createWorked(submitted(), ALL);
    assertThat(other.free(TEN)).isGreaterThan(1);
  }

  @Test
  void itIsTriedAgainAfterFiveMinutesAtMostAndAfterTheClockJumpedBack() {
    for (int i = 0; i < 30; i++) {
      Job alone = submitted();
      met(ledger, alone, KEY);
      back(alone);
      clock.tick(Duration.ofMinutes(5));
      assertThat(ledger.free(TEN)).isEqualTo(1);
    }
    clock.tick(Duration.ofDays(-2));
    assertThat(ledger.free(TEN)).isEqualTo(1);
    ledger.blockedAccounts().createWorked(submitted(), ALL);
    assertThat(ledger.free(TEN)).isGreaterThan(1);
  }

  @Test
  void whatWasBegunBeforeTheLastNewsTellsNothingNew() {
    Job slow = submitted();
    Job slower = submitted();
    clock.tick(Duration.ofSeconds(1));
    met(ledger, failed(submitted()), KEY);
    back(slow);
    back(slower);
    ledger.blockedAccounts().createWorked(slow, ALL);
    assertThat(other.blockedAccounts().of("default")).isPresent();

    clock.tick(Duration.ofSeconds(10));
    ledger.blockedAccounts().createWorked(submitted(), ALL);
    met(ledger, slower, KEY);
    assertThat(other.blockedAccounts().of("default")).isEmpty();
  }

  @Test
  void aRefusalOfTheRequestShowsTheKeyAndNotTheBalance() {
    met(ledger, failed(submitted()), KEY);
    clock.tick(Duration.ofSeconds(10));
    ledger.blockedAccounts().createWorked(failed(submitted()), Set.of(KEY));
    assertThat(other.blockedAccounts().of("default")).isEmpty();

    clock.tick(Duration.ofSeconds(10));
    met(ledger, failed(submitted()), BALANCE);
    clock.tick(Duration.ofSeconds(10));
    ledger.blockedAccounts().createWorked(failed(submitted()), Set.of(KEY));
    assertThat(other.blockedAccounts().of("default"))
        .hasValueSatisfying(
            refused -> {
              assertThat(refused.what()).isEqualTo(BALANCE);
              assertThat(refused.reason()).isEqualTo("the reason");
            });
  }

  @Test
  void aJobThatIsRefusedByItselfHoldsUpNoOther() {
    Job refused = accepted();
    clock.tick(Duration.ofSeconds(1));
    Job good = accepted();
    met(ledger, failed(submitted()), BALANCE);
    for (Job next : List.of(refused, good, refused)) {
      clock.tick(Duration.ofMinutes(5));
      List<Job> due = other.governor().due(10, TEN, LEASE).jobs();
      assertThat(due).extracting(Job::id).containsExactly(next.id());
      Job alone = other.submitting(due.get(0), TEN, LEASE).orElseThrow();
      met(other, alone, BALANCE);
      back(alone);
    }
  }

  @Test
  void aKeyThatWasRefusedBeforeTheUpgradeIsRefusedAfterIt() throws IOException {
    close();
    String url = engine.emptyDatabase(Files.createDirectory(folder.resolve("old")));
    Flyway.configure()
        .dataSource(url, null, null)
        .locations("classpath:io/leonardoroutes/ledger")
        .table("leonardo_schema")
        .target("8")
        .load()
        .migrate();
    Jdbi.create(url)
        .useHandle(
            handle ->
                handle.execute(
                    "INSERT INTO refused_key (account, times, last_at) VALUES ('default', 1, ?)",
                    clock.millis()));
    open(url);

    assertThat(ledger.free(TEN)).isZero();
    clock.tick(Duration.ofSeconds(10));
    assertThat(ledger.free(TEN)).isEqualTo(1);
    met(ledger, submitted(), KEY);
    clock.tick(Duration.ofSeconds(19));
    assertThat(ledger.free(TEN)).isZero();
  }

  private static void met(Ledger instance, Job job, What what) {
    instance.blockedAccounts().met(job, what, "the reason", false);
  }

  private Job submitted() {
    return ledger.submitting(accepted(), TEN, LEASE).orElseThrow();
  }

  private Job accepted() {
    return ((Acceptance.Accepted) ledger.accept(request(), job -> List.of())).job();
  }

  private Job failed(Job job) {
    ledger.move(job, job.to(FAILED).done());
    return job;
  }

  private void back(Job job) {
    ledger.move(job, job.to(ACCEPTED).submittedAt(null).triedAgainAt(clock.instant()));
  }
}
