package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.Budget;
import io.leonardoroutes.limits.DailyCosts;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What one account may do says nothing of what another may. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class AccountsTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final AccountLimits HOUSE = limits("default", 1, null);
  private static final AccountLimits STUDIO = limits("studio", 1, null);

  @Parameter Engine engine;
  @TempDir Path folder;
  @TempDir Path before;
  private final TickingClock clock = new TickingClock();
  @Fixture private String url;
  @Fixture private Ledger ledger;

  @Test
  void aFullAccountHoldsUpNoOther() {
    begun(accepted("studio"), STUDIO);
    Job waiting = accepted("studio");
    Job other = accepted("default");

    assertThat(due(STUDIO)).isEmpty();
    assertThat(ledger.submitting(waiting, STUDIO, LEASE)).isEmpty();
    assertThat(due(HOUSE)).containsExactly(other.id());
    assertThat(ledger.submitting(other, HOUSE, LEASE)).isPresent();
  }

  @Test
  void aSlowedAccountSlowsNoOther() {
    Job turnedAway = begun(accepted("studio"), STUDIO);
    ledger.move(
        turnedAway, turnedAway.to(ACCEPTED).submittedAt(null).triedAgainAt(clock.instant()));
    ledger.governor().createThrottled(turnedAway.submittedAt(), Duration.ofMinutes(5), STUDIO);
    ledger.governor().pollThrottled("studio", Duration.ofMinutes(5));
    ledger.governor().slots("studio", 1);

    assertThat(ledger.free(STUDIO)).isZero();
    assertThat(ledger.governor().call(STUDIO)).isFalse();
    assertThat(ledger.free(limits("default", 7, null))).isEqualTo(7);
    assertThat(ledger.governor().call(HOUSE)).isTrue();
  }

  @Test
  void callsAreCountedForEachAccount() {
    AccountLimits few = TestLimits.of("studio", 10, 1, 2, Duration.ofHours(2), null);
    AccountLimits others = TestLimits.of("default", 10, 1, 2, Duration.ofHours(2), null);
    begun(accepted("studio"), few);

    assertThat(ledger.free(few)).isZero();
    assertThat(ledger.free(others)).isEqualTo(1);
  }

  @Test
  void aJobIsNotBegunByTheLimitsOfAnotherAccount() {
    Job job = accepted("studio");

    assertThatThrownBy(() -> ledger.submitting(job, HOUSE, LEASE))
        .hasMessage(
            "job %s goes by account studio, and not by the limits of default".formatted(job.id()));
    assertThat(ledger.find(job.id()).orElseThrow().state()).isEqualTo(ACCEPTED);
  }

  @Test
  void aBudgetIsSpentByItsOwnAccountAlone() {
    AccountLimits poor = limits("studio", 10, "0.60");
    AccountLimits rich = limits("default", 10, "1.00");
    Job paid = begun(accepted("studio"), poor);
    ledger.move(paid, paid.to(RUNNING).created("gen-1", new Job.Cost("0.50", "DOLLARS")));
    Job waiting = accepted("studio");
    Job other = accepted("default");

    Governor.Due due = ledger.governor().due(10, poor, LEASE);

    assertThat(due.jobs()).isEmpty();
    assertThat(due.waits())
        .isEqualTo(
            "waits for the budget: it is taken to cost 0.50 DOLLARS, and of the 0.60 for a day 0.10"
                + " are left; it goes on tomorrow (UTC) or with a higher"
                + " leonardo.accounts.studio.budget.per-day");
    assertThat(ledger.submitting(waiting, poor, LEASE)).isEmpty();
    assertThat(due(rich)).containsExactly(other.id());
    begun(other, rich);
    assertThat(ledger.governor().used(poor)).isEqualByComparingTo("0.50");
    assertThat(ledger.governor().used(rich)).as("another's price is not its own").isEqualTo("1.00");
    assertThat(ledger.governor().costs(LocalDate.parse("2026-11-21")))
        .containsExactly(
            new DailyCosts(
                LocalDate.parse("2026-11-21"),
                "studio",
                "kling-3.0-turbo",
                null,
                new BigDecimal("0.50"),
                "DOLLARS",
                1,
                BigDecimal.ZERO));
  }

  @Test
  void looksAndDoubtsAreHandedOutByAccount() {
    Job running = begun(accepted("studio"), STUDIO);
    ledger.move(running, running.to(RUNNING).created("gen-1", null).dueAt(clock.instant()));
    Job doubtful = begun(accepted("default"), HOUSE);
    ledger.move(doubtful, doubtful.to(IN_DOUBT).dueAt(clock.instant()));

    assertThat(ledger.governor().polls(10, HOUSE, LEASE)).isEmpty();
    assertThat(ledger.claim(IN_DOUBT, "studio", 10, LEASE)).isEmpty();
    assertThat(ids(ledger.governor().polls(10, STUDIO, LEASE))).containsExactly(running.id());
    assertThat(ids(ledger.claim(IN_DOUBT, "default", 10, LEASE))).containsExactly(doubtful.id());
    assertThat(ledger.governor().stuckInDoubt(HOUSE)).isTrue();
    assertThat(ledger.governor().stuckInDoubt(STUDIO)).isFalse();
    assertThat(ledger.pollNow("gen-1", List.of("default"))).isFalse();
    assertThat(ledger.pollNow("gen-1", List.of("default", "studio"))).isTrue();
  }

  @Test
  void jobsWithoutAKeySayWhyTheyWaitUntilThereIsOneAgain() {
    Job waiting = accepted("studio");
    begun(accepted("studio"), STUDIO);

    assertThat(ledger.keyless(List.of("default"))).containsExactly(new JobsWithoutKey("studio", 2));
    assertThat(warnings(waiting))
        .containsExactly("waits for its account: there is no key for studio");

    assertThat(ledger.keyless(List.of("default", "studio"))).isEmpty();
    assertThat(warnings(waiting)).isEmpty();
  }

  @Test
  void aLedgerFromBeforeAccountsGoesOnAsTheDefaultOne() {
    String old = engine.emptyDatabase(before);
    Flyway.configure()
        .dataSource(old, null, null)
        .locations("classpath:io/leonardoroutes/ledger")
        .table("leonardo_schema")
        .target("4")
        .load()
        .migrate();
    Jdbi.create(old)
        .useHandle(
            handle -> {
              handle.execute(
                  """
                  INSERT INTO job (id, file_name, content_hash, model, state, priority, request, sinks,
                    warnings, attempt, tries, created_at, due_at, leased_until, kind, turn)
                  VALUES ('job-1', 'koala', 'hash', 'kling-3.0-turbo', 'ACCEPTED', 4, '{}', '[]', '[]',
                    0, 0, 0, 0, 0, 'kling-3.0-turbo', 0)
                  """);
              handle.execute("UPDATE pace SET slots = 3");
              handle.execute(
                  "INSERT INTO sent (second, requests, creates) VALUES (?, 2, 2)",
                  clock.millis() / 1000);
            });
    try (Ledger opened = TestLedger.open(old, clock)) {
      assertThat(opened.find("job-1").orElseThrow().account()).isEqualTo("default");
      assertThat(opened.free(TestLimits.of("default", 10, 100, 2000, LEASE, null))).isEqualTo(3);
      assertThat(opened.free(TestLimits.of("default", 10, 3, 2000, LEASE, null))).isEqualTo(1);
    }
  }

  private static AccountLimits limits(String account, int concurrent, String perDay) {
    Budget budget =
        perDay == null
            ? null
            : new Budget(new BigDecimal(perDay), "DOLLARS", new BigDecimal(perDay));
    return TestLimits.of(account, concurrent, 100, 2000, Duration.ofHours(2), budget);
  }

  private List<String> due(AccountLimits limits) {
    return ids(ledger.governor().due(10, limits, LEASE).jobs());
  }

  private static List<String> ids(List<Job> jobs) {
    return jobs.stream().map(Job::id).toList();
  }

  private List<String> warnings(Job job) {
    return ledger.find(job.id()).orElseThrow().warnings();
  }

  private Job begun(Job job, AccountLimits limits) {
    return ledger.submitting(job, limits, LEASE).orElseThrow();
  }

  private Job accepted(String account) {
    NewJob usual = NewJobs.request();
    NewJob asked =
        new NewJob(
            null,
            account,
            usual.model(),
            usual.request(),
            List.of(),
            usual.baseName(),
            usual.routing(),
            usual.by());
    return ((Acceptance.Accepted) ledger.accept(asked, job -> List.of())).job();
  }
}
