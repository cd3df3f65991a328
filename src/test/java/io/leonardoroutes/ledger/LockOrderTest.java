package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.CANCELLED;
import static io.leonardoroutes.job.JobState.COMPLETE;
import static io.leonardoroutes.job.JobState.FAILED;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;
import static io.leonardoroutes.job.JobState.SUBMITTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.batch.Batch;
import io.leonardoroutes.batch.LineVerdict;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Duplicate;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobPicture;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.Tag;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.ledger.WaitingJobs.Outcome;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.Budget;
import io.leonardoroutes.limits.PayerBudget;
import io.leonardoroutes.limits.PayerBudgets;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions of several instances on PostgreSQL never wait for each other crosswise. */
class LockOrderTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final int THREADS = 6;
  private static final int STEPS = Integer.getInteger("ledger.steps", 60);
  private static final AccountLimits LIMITS =
      TestLimits.of(1_000, 100_000, 100_000, Duration.ofHours(2), budget("20"));
  private static final List<JobPicture> PICTURES =
      List.of(
          new JobPicture("/image", "abc", "png", 20, 10),
          new JobPicture("/other", "def", "png", 20, 10));

  private static final JsonNode REQUEST =
      new ObjectMapper()
          .valueToTree(
              Map.of(
                  "model",
                  "kling-3.0-turbo",
                  "image",
                  Map.of("file", "a.png"),
                  "other",
                  Map.of("file", "b.png")));

  @TempDir Path folder;
  private String url;
  private Ledger one;
  private Ledger other;

  private static Budget budget(String amount) {
    return new Budget(new BigDecimal(amount), "DOLLARS", new BigDecimal("0.60"));
  }

  @BeforeEach
  void open() {
    url = Engine.POSTGRES.emptyLedger(folder);
    one = TestLedger.open(url);
    other = TestLedger.open(url);
    PayerBudgets budgets =
        new PayerBudgets(
            List.of(
                new PayerBudget("red", new Tag("team", "red"), null, budget("8"), null),
                new PayerBudget("shop", null, "shop", budget("8"), null)));
    one.governor().limit(budgets);
    other.governor().limit(budgets);
  }

  @AfterEach
  void close() {
    one.close();
    other.close();
  }

  private static NewJob asked(Random random) {
    NewJob plain = NewJobs.request();
    String caller = random.nextBoolean() ? "shop" : null;
    NewJob asked =
        new NewJob(
                null,
                plain.account(),
                plain.model(),
                REQUEST,
                List.of(),
                "koala",
                plain.routing(),
                new Actor(caller, "rest"))
            .with(Map.of("team", random.nextBoolean() ? "red" : "blue", "n", "1"), null);
    int pictures = random.nextInt(4);
    return pictures > 2 ? asked : asked.with(PICTURES.subList(0, pictures));
  }

  private Job accepted(NewJob asked) {
    return ((Acceptance.Accepted) one.accept(asked, job -> List.of())).job();
  }

  private Job running() {
    Job job = one.submitting(accepted(NewJobs.request()), LIMITS, LEASE).orElseThrow();
    Job.Change change = job.to(RUNNING).created("gen-" + job.id(), null).dueAt(Instant.now());
    assertThat(one.move(job, change)).isTrue();
    return one.find(job.id()).orElseThrow();
  }

  private static Job.Change complete(Job job) {
    return job.to(COMPLETE).video(new Job.Video("v", "u", null, "f", 1L, null)).done();
  }

  @Test
  void aBatchThatCountsAnEndedJobDoesNotWaitForOneThatEnds() throws Exception {
    Job ended = running();
    assertThat(one.move(ended, complete(ended))).isTrue();
    Job ending = running();
    one.accept(
        TestLedger.asked("taken", NewJobs.REQUEST, NewJobs.request().routing()), job -> List.of());
    Batch batch = Batch.of("b", "b.jsonl", "b", Map.of(), null, 3, Instant.now());
    one.batches().open(batch, "b-2");
    one.batches().begin("b");
    Batch begun = one.batches().claim(LEASE, id -> true).orElseThrow();
    NewJob reused =
        NewJobs.request().in("b").like(new Duplicate(one.find(ended.id()).orElseThrow(), true));
    Job.Routing another = new Job.Routing(null, null, "other", 4, List.of(), null);
    NewJob conflicting = TestLedger.asked("taken", NewJobs.REQUEST, another).in("b");
    NewJob chained = NewJobs.request().in("b").waitingFor(ending.id(), null);
    List<CompletableFuture<Boolean>> end = new ArrayList<>();

    boolean committed =
        one.batches()
            .commit(
                begun,
                3,
                List.of(
                    LineVerdict.valid(1, reused, null),
                    LineVerdict.valid(2, conflicting, null),
                    LineVerdict.valid(3, chained, null)),
                (verdict, conflict) -> {
                  end.add(
                      CompletableFuture.supplyAsync(() -> other.move(ending, complete(ending))));
                  await().atMost(Patience.LONG).until(this::someoneWaits);
                  return LineVerdict.rejected(2, NewJobs.REQUEST, List.of());
                },
                null);

    assertThat(committed).isTrue();
    assertThat(end.get(0).get()).isTrue();
    assertThat(deadlocks()).isZero();
  }

  private boolean someoneWaits() {
    return count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0;
  }

  private long deadlocks() {
    return count(
        "SELECT coalesce(sum(deadlocks), 0) FROM pg_stat_database WHERE datname = current_database()");
  }

  private long count(String sql) {
    return Jdbi.create(url).withHandle(handle -> handle.createQuery(sql).mapTo(Long.class).one());
  }

  @Test
  void whateverInstancesDoAtOnceNoTwoWaitForEachOther() throws Exception {
    List<Callable<Void>> all = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      Random random = new Random(thread);
      Ledger ledger = thread % 2 == 0 ? one : other;
      all.add(
          () -> {
            for (int i = 0; i < STEPS; i++) {
              step(ledger, random);
            }
            return null;
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    for (Future<Void> done : threads.invokeAll(all)) {
      done.get();
    }
    threads.shutdown();
    assertThat(deadlocks()).isZero();
    assertThat(count("SELECT count(*) FROM spent")).isPositive();
    assertThat(count("SELECT coalesce(sum(jobs), 0) FROM ended"))
        .isEqualTo(
            count("SELECT count(*) FROM job WHERE state IN ('COMPLETE', 'FAILED', 'CANCELLED')"));
  }

  private static void step(Ledger ledger, Random random) {
    Instant now = Instant.now();
    switch (random.nextInt(8)) {
      case 0 -> {
        List<Job> others = ledger.list(null, 5, null);
        String awaits =
            others.isEmpty() || random.nextBoolean()
                ? null
                : others.get(random.nextInt(others.size())).id();
        ledger.accept(asked(random).waitingFor(awaits, null), job -> List.of());
      }
      case 1 -> {
        List<NewJob> requests = new ArrayList<>();
        ledger.list(COMPLETE, 1, null).stream()
            .filter(job -> job.video() != null)
            .forEach(job -> requests.add(asked(random).like(new Duplicate(job, true))));
        ledger
            .list(RUNNING, 2, null)
            .forEach(job -> requests.add(asked(random).waitingFor(job.id(), null)));
        requests.add(asked(random));
        ledger.acceptAll(requests);
      }
      case 2 ->
          ledger
              .governor()
              .due(5, LIMITS, Duration.ofMillis(1))
              .jobs()
              .forEach(job -> ledger.submitting(job, LIMITS, LEASE));
      case 3 ->
          some(ledger, RUNNING)
              .forEach(
                  job ->
                      ledger.move(
                          job, random.nextBoolean() ? complete(job) : job.to(FAILED).done()));
      case 4 ->
          some(ledger, SUBMITTING)
              .forEach(
                  job -> {
                    Job.Cost cost = new Job.Cost("0." + (1 + random.nextInt(3)), "DOLLARS");
                    Job.Change running =
                        job.to(RUNNING).created("gen-" + job.id(), cost).dueAt(now);
                    Job.Change change =
                        switch (random.nextInt(4)) {
                          case 0 -> job.to(ACCEPTED).submittedAt(null).dueAt(now);
                          case 1 -> job.to(IN_DOUBT).dueAt(now);
                          default -> running;
                        };
                    ledger.move(job, change);
                  });
      case 5 ->
          some(ledger, IN_DOUBT)
              .forEach(
                  job -> {
                    if (random.nextBoolean()) {
                      ledger.adopt(
                          job, job.to(RUNNING).created("adopted-" + job.id(), null).dueAt(now));
                    } else {
                      ledger.move(job, job.to(ACCEPTED).submittedAt(null).dueAt(now));
                    }
                  });
      case 6 -> {
        ledger
            .uploads()
            .claim(Set.of(Job.DEFAULT_ACCOUNT), 2, Duration.ofMillis(1))
            .forEach(upload -> ledger.uploads().done(upload, "id", Duration.ZERO));
        if (random.nextInt(4) == 0) {
          ledger.uploads().forget(now);
        }
        some(ledger, ACCEPTED).stream()
            .limit(1)
            .forEach(job -> ledger.move(job, job.to(CANCELLED).done()));
      }
      default ->
          ledger
              .waiting()
              .due(WaitsFor.JOB, 5)
              .forEach(
                  job ->
                      ledger
                          .waiting()
                          .settle(
                              job,
                              awaited ->
                                  new Outcome(
                                      random.nextBoolean()
                                          ? job.to(FAILED).done()
                                          : job.to(ACCEPTED).waitsFor(null).dueAt(now),
                                      job.request(),
                                      List.of())));
    }
  }

  private static List<Job> some(Ledger ledger, JobState state) {
    return ledger.list(state, 5, null);
  }
}
