package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.CANCELLED;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;
import static io.leonardoroutes.job.JobState.SUBMITTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobFilter;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.Tag;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.Budget;
import io.leonardoroutes.limits.PayerBudget;
import io.leonardoroutes.limits.PayerBudgets;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the jobs of a caller or a tag may cost, in whatever account. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class PayerBudgetTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final AccountLimits UNLIMITED = TestLimits.of(1_000, 100_000);
  private static final PayerBudget RED =
      new PayerBudget("red", new Tag("team", "red"), null, budget("1.00"), budget("1.50"));
  private static final PayerBudget SHOP =
      new PayerBudget("shop", null, "shop", null, budget("0.50"));

  private static final JobFilter WAITING =
      new JobFilter(null, WaitsFor.BUDGET, null, null, null, null, null, null);

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private String url;
  @Fixture private Ledger ledger;

  private static Budget budget(String amount) {
    return new Budget(new BigDecimal(amount), "DOLLARS", new BigDecimal("0.60"));
  }

  @BeforeEach
  void limit() {
    ledger.governor().limit(new PayerBudgets(List.of(RED, SHOP)));
  }

  private Job accepted(String caller, Map<String, String> tags) {
    NewJob plain = NewJobs.request();
    NewJob asked =
        new NewJob(
                null,
                plain.account(),
                plain.model(),
                plain.request(),
                List.of(),
                "koala",
                plain.routing(),
                new Actor(caller, "rest"))
            .with(tags, null);
    return ((Acceptance.Accepted) ledger.accept(asked, job -> List.of())).job();
  }

  private Job red() {
    return accepted(null, Map.of("team", "red", "project", "x"));
  }

  private Optional<Job> begun(Job job) {
    return ledger.submitting(job, UNLIMITED, LEASE);
  }

  private Job running(Job begun, String amount) {
    Job.Change created =
        begun.to(RUNNING).created("gen-" + begun.id(), new Job.Cost(amount, "DOLLARS"));
    assertThat(ledger.move(begun, created)).isTrue();
    return created.job();
  }

  private BigDecimal used(PayerBudget budget, boolean month) {
    return ledger.governor().used(budget, month);
  }

  @Test
  void aPriceIsReservedBeforeTheCallAndTheRealOneTakesItsPlace() {
    Job first = begun(red()).orElseThrow();
    assertThat(used(RED, false)).isEqualByComparingTo("0.60");
    assertThat(begun(red())).as("0.60 more do not fit").isEmpty();
    assertThat(begun(accepted(null, Map.of("team", "blue")))).isPresent();
    assertThat(begun(accepted("erp", Map.of()))).isPresent();

    running(first, "0.25");

    assertThat(used(RED, false)).isEqualByComparingTo("0.25");
    assertThat(begun(red())).isPresent();
    assertThat(used(RED, true)).as("the price of one like it").isEqualByComparingTo("0.50");
  }

  @Test
  void whatDoesNotFitWaitsWithAWarningWhileTheRestGoesOn() {
    running(begun(red()).orElseThrow(), "0.90");
    Job waits = red();
    Job waitsToo = red();
    clock.tick(Duration.ofSeconds(1));
    Job free = accepted(null, Map.of());

    assertThat(begun(waits)).isEmpty();

    String warning =
        "waits for the budget red: it is taken to cost 0.90 DOLLARS, and of the 1.00 for a day 0.10"
            + " are left; it goes on next day (UTC) or with a higher leonardo.budgets.red.per-day";
    assertThat(ledger.find(waits.id()).orElseThrow().warnings()).containsExactly(warning);
    assertThat(ledger.find(waitsToo.id()).orElseThrow().warnings()).containsExactly(warning);
    assertThat(ledger.governor().due(10, UNLIMITED, LEASE).jobs())
        .extracting(Job::id)
        .containsExactly(free.id());

    assertThat(ledger.find(waits.id()).orElseThrow().waitsFor()).isEqualTo(WaitsFor.BUDGET);
    assertThat(begun(ledger.find(waits.id()).orElseThrow())).isEmpty();

    clock.tick(Duration.ofDays(1));
    assertThat(due()).as("0.90 of 1.50 a month are used").containsExactly(free.id());
    assertThat(ledger.find(waits.id()).orElseThrow().warnings().get(0))
        .contains("of the 1.50 for a month 0.60 are left");
    clock.tick(Duration.ofDays(30));
    List<Job> due = ledger.governor().due(1, UNLIMITED, LEASE).jobs();
    assertThat(due.get(0).warnings()).isEmpty();
    assertThat(begun(due.get(0))).isPresent();
  }

  private List<String> due() {
    return ledger.governor().due(10, UNLIMITED, LEASE).jobs().stream().map(Job::id).toList();
  }

  @Test
  void whoWaitsForABudgetThatIsRaisedOrGoneIsSubmittedInTurnAndMayBeCancelledBefore() {
    running(begun(red()).orElseThrow(), "0.90");
    Job cancelled = red();
    clock.tick(Duration.ofMillis(1));
    Job second = red();
    clock.tick(Duration.ofMillis(1));
    Job third = red();
    begun(cancelled);
    assertThat(due()).isEmpty();
    Job head = ledger.find(cancelled.id()).orElseThrow();
    assertThat(ledger.move(head, head.to(CANCELLED).done())).isTrue();

    ledger.governor().limit(new PayerBudgets(List.of(SHOP)));
    clock.tick(Duration.ofMinutes(1));
    assertThat(due()).containsExactly(second.id(), third.id());
  }

  @Test
  void whoHasUsedUpABudgetLeavesTheQueueSomeAtATime() {
    running(begun(accepted("erp", Map.of())).orElseThrow(), "0.50");
    running(begun(accepted("shop", Map.of())).orElseThrow(), "0.50");
    for (int i = 0; i < 250; i++) {
      accepted("shop", Map.of());
    }
    List<Job> due = ledger.governor().due(1, UNLIMITED, LEASE).jobs();
    assertThat(begun(due.get(0))).isEmpty();
    assertThat(ledger.page(WAITING, 1000, null)).hasSizeBetween(200, 201);
    assertThat(begun(ledger.governor().due(1, UNLIMITED, LEASE).jobs().get(0))).isEmpty();
    assertThat(ledger.page(WAITING, 1000, null)).hasSize(250);
    assertThat(due()).isEmpty();

    clock.tick(Duration.ofDays(31));
    assertThat(due()).hasSize(10);
    assertThat(ledger.page(WAITING, 1000, null)).as("a hundred a minute").hasSize(150);
  }

  @Test
  void howeverManyJobsWaitForABudgetOthersAreSubmittedForTheSame() {
    running(begun(accepted("erp", Map.of())).orElseThrow(), "0.50");
    running(begun(accepted("shop", Map.of())).orElseThrow(), "0.50");
    Job waits = accepted("shop", Map.of());
    assertThat(begun(waits)).isEmpty();
    long few = cpuOfRounds();
    ledger.close();
    int rows = Integer.getInteger("ledger.rows", 20_000);
    String columns =
        "content_hash, model, state, priority, request, sinks, warnings, attempt, tries,"
            + " created_at, leased_until, account, queued_by, caller, kind, turn, waits_for,"
            + " budget, wakes_at, waits";
    Jdbi.create(url)
        .useHandle(
            handle -> {
              handle.execute(
                  """
                  INSERT INTO job (id, file_name, %1$s)
                  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %2$s)
                  SELECT 'w' || i, 'w' || i, %1$s FROM n CROSS JOIN job WHERE id = '%3$s'
                  """
                      .formatted(columns, rows, waits.id()));
              if (engine == Engine.POSTGRES) {
                handle.execute("VACUUM ANALYZE job");
              }
            });
    try (Ledger again = TestLedger.open(url, clock)) {
      ledger = again;
      limit();
      long many = cpuOfRounds();
      assertThat(many)
          .as("%s ns of CPU for 40 rounds, and %s beside %s jobs", few, many, rows)
          .isLessThan(3 * few + 20_000_000);
    }
  }

  /** Of the rounds in which another caller's jobs are submitted. SQLite works in this thread. */
  private long cpuOfRounds() {
    long before = 0;
    for (int i = 0; i < 60; i++) {
      if (i == 20) {
        before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      }
      Job other = accepted("erp", Map.of());
      assertThat(due()).containsExactly(other.id());
      assertThat(begun(other)).isPresent();
    }
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
  }

  @Test
  void theWarningStaysWhileTheAccountHasMoneyLeft() {
    AccountLimits rich =
        TestLimits.of(10, 100, Integer.MAX_VALUE, Duration.ofDays(1), budget("1000"));
    running(ledger.submitting(red(), rich, LEASE).orElseThrow(), "0.90");
    Job waits = red();
    assertThat(ledger.submitting(waits, rich, LEASE)).isEmpty();

    assertThat(ledger.governor().due(10, rich, LEASE).jobs()).isEmpty();
    assertThat(ledger.find(waits.id()).orElseThrow().warnings()).hasSize(1);
  }

  @Test
  void aJobHasToFitIntoEveryBudget() {
    running(begun(accepted("erp", Map.of())).orElseThrow(), "0.30");
    Job both = accepted("shop", Map.of("team", "red"));
    assertThat(begun(both)).isPresent();

    assertThat(begun(accepted("shop", Map.of()))).as("0.30 of 0.50 are used").isEmpty();
    assertThat(used(RED, false)).isEqualByComparingTo("0.30");
    assertThat(used(SHOP, true)).isEqualByComparingTo("0.30");
  }

  @Test
  void manyAtOnceDoNotOverspend() throws Exception {
    running(begun(accepted("erp", Map.of())).orElseThrow(), "0.10");
    List<Callable<Optional<Job>>> calls = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Job job = red();
      calls.add(() -> begun(job));
    }
    ExecutorService threads = Executors.newFixedThreadPool(8);
    int begun = 0;
    for (Future<Optional<Job>> call : threads.invokeAll(calls)) {
      begun += call.get().isPresent() ? 1 : 0;
    }
    threads.shutdown();

    assertThat(begun).isEqualTo(10);
    assertThat(used(RED, false)).isEqualByComparingTo("1.00");
  }

  @Test
  void whateverBecomesOfJobsTheSumsAreThoseOfTheJobs() {
    ledger
        .governor()
        .limit(
            new PayerBudgets(
                List.of(new PayerBudget("red", RED.tag(), null, budget("1000"), null))));
    Random random = new Random(23);
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      jobs.add(
          accepted(random.nextBoolean() ? "shop" : null, Map.of("team", "red", "n", "" + i % 3)));
    }
    for (int i = 0; i < 400; i++) {
      Job job = ledger.find(jobs.get(random.nextInt(jobs.size())).id()).orElseThrow();
      moved(job, random);
      clock.tick(Duration.ofHours(1));
    }

    List<String> kept = rows("SELECT * FROM spent");
    assertThat(kept).hasSizeGreaterThan(50);
    Jdbi.create(url).useHandle(PayerBudgetTest::sumAnew);
    Set<String> wrong = new TreeSet<>(kept);
    rows("SELECT * FROM spent").forEach(row -> wrong.removeIf(row::equals));
    assertThat(wrong).isEmpty();
    assertThat(rows("SELECT * FROM spent")).hasSameSizeAs(kept);
  }

  /** To any state that it may come to, with a price and a generation as it happens. */
  private void moved(Job job, Random random) {
    List<JobState> next =
        Stream.of(JobState.values())
            .filter(state -> state != SUBMITTING && job.state().leadsTo(state))
            .toList();
    if (job.state() == ACCEPTED && random.nextInt(5) > 0) {
      begun(job);
    } else if (!next.isEmpty()) {
      Job.Change change = job.to(next.get(random.nextInt(next.size())));
      if (random.nextInt(3) > 0) {
        Job.Cost cost = new Job.Cost("0." + (1 + random.nextInt(3)), "DOLLARS");
        change =
            change.created(
                "gen-" + random.nextInt(1_000_000), random.nextInt(4) == 0 ? null : cost);
      }
      assertThat(ledger.move(job, change.dueAt(clock.instant()))).isTrue();
    }
  }

  /** As the migration does that found jobs without their sums. */
  private static void sumAnew(Handle handle) {
    handle.execute("DELETE FROM spent");
    for (String statement : text("V27__sums.sql").split(";")) {
      if (statement.strip().startsWith("INSERT INTO spent")) {
        handle.execute(statement);
      }
    }
  }

  private static String text(String migration) {
    try (InputStream sql =
        Ledger.class.getResourceAsStream("/io/leonardoroutes/ledger/" + migration)) {
      return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aDoubtThatARestoreDatesEarlierIsCountedOnItsNewDay() {
    Job job = red();
    clock.tick(Duration.ofDays(2));
    Job begun = begun(job).orElseThrow();
    ledger.move(begun, begun.to(IN_DOUBT).dueAt(clock.instant()));

    ledger.restored(
        clock.instant().minus(Duration.ofDays(1)),
        change -> change.dueAt(clock.instant()),
        doubtful -> NewJobs.event("r", doubtful));

    assertThat(rows("SELECT DISTINCT day, jobs FROM spent"))
        .isEqualTo(rows("SELECT submitted_at / 86400000 AS day, 1 AS jobs FROM job"));
    Job doubtful = ledger.find(job.id()).orElseThrow();
    ledger.move(doubtful, doubtful.to(ACCEPTED).submittedAt(null).dueAt(clock.instant()));
    assertThat(rows("SELECT * FROM spent")).isEmpty();
  }

  private List<String> rows(String sql) {
    return Jdbi.create(url)
        .withHandle(handle -> handle.createQuery(sql).mapToMap().map(Object::toString).list());
  }
}
