package io.leonardoroutes.ledger;

import static io.leonardoroutes.ledger.NewJobs.event;
import static io.leonardoroutes.ledger.NewJobs.request;
import static io.leonardoroutes.ledger.NewJobs.video;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.Budget;
import io.leonardoroutes.limits.Pause;
import io.leonardoroutes.limits.Spent;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators count. {@code -Drows=1000000} makes the ledger large, and prints times. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class LedgerStatsTest {
  private static final int ROWS = Integer.getInteger("rows", 20_000);
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final AccountLimits LIMITS =
      TestLimits.of(
          "default",
          10,
          100,
          2000,
          Duration.ofHours(2),
          new Budget(new BigDecimal("9.00"), "DOLLARS", new BigDecimal("0.10")));

  /** One of a hundred has failed, one of a thousand waits; half a minute between two. */
  private static final String JOBS =
      """
      INSERT INTO job (id, file_name, content_hash, model, kind, state, priority, request, sinks, warnings,
        attempt, tries, created_at, submitted_at, turn, leased_until, cost_amount, cost_unit,
        video_url, video_file)
      WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
      SELECT 'id-' || i, 'name-' || i, 'hash', 'kling-3.0-turbo', 'turbo',
        CASE WHEN i % 100 = 0 THEN 'FAILED' WHEN i % 1000 = 1 THEN 'ACCEPTED' ELSE 'COMPLETE' END,
        4, '{}', '[]', '[]', 1, 0, :now - i * 30000, :now - i * 30000, i, 0, '0.10', 'DOLLARS', 'url',
        CASE WHEN i % 1000 = 2 THEN NULL ELSE 'file' END
      FROM n
      """;

  private static final String EVENTS =
      """
      INSERT INTO event (id, subject, type, document, file_name, time)
      WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 3 * :rows)
      SELECT 'event-' || i, 'id-' || (i / 3), 'completed', '{}', 'name', :now - i * 10000 FROM n
      """;

  private static final String DELIVERIES =
      """
      INSERT INTO delivery (event_id, sink, content, state, tries, due_at, leased_until, since)
      WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 3 * :rows)
      SELECT 'event-' || i, CASE WHEN i % 2 = 0 THEN 'erp' ELSE 'outbox' END, 'EVENT',
        CASE WHEN i % 1000 = 0 THEN 'DEAD' WHEN i % 100 = 1 THEN 'PENDING' ELSE 'DELIVERED' END,
        0, :now - i * 10000, 0, :now - i * 10000
      FROM n
      """;

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private String url;
  @Fixture private Ledger ledger;

  private LedgerStats figures() {
    return ledger.figures(List.of(LIMITS));
  }

  private Job accept() {
    return ((Acceptance.Accepted) ledger.accept(request(), one -> List.of())).job();
  }

  private Job running() {
    Job job = ledger.submitting(accept(), LIMITS, LEASE).orElseThrow();
    Job.Change running = job.to(JobState.RUNNING).created("generation-" + job.id(), null);
    assertThat(ledger.move(job, running.dueAt(clock.instant()))).isTrue();
    return ledger.find(job.id()).orElseThrow();
  }

  private Job move(Job.Change change) {
    Job seen = ledger.find(change.job().id()).orElseThrow();
    assertThat(ledger.move(seen, change)).isTrue();
    return ledger.find(seen.id()).orElseThrow();
  }

  @Test
  void aJobThatEndsIsCountedOnceAndNoLongerWhereItStood() {
    assertThat(figures().jobs()).isEmpty();
    accept();
    Job.Video made = new Job.Video(null, "http://cdn/a.mp4", null, null, null, null);
    Job fetched = move(running().to(JobState.COMPLETE).video(made).dueAt(clock.instant()));
    Job lost = move(running().to(JobState.COMPLETE).video(made).dueAt(clock.instant()));
    move(running().to(JobState.FAILED).done());
    move(accept().to(JobState.CANCELLED).done());
    Job.Video ours = new Job.Video(null, "http://cdn/a.mp4", null, "a.mp4", 1L, "00");

    assertThat(figures().videos()).isEqualTo(new LedgerStats.Videos(2, 0));
    move(fetched.to(JobState.COMPLETE).video(ours).done());
    move(lost.to(JobState.COMPLETE).done());

    assertThat(figures().jobs())
        .isEqualTo(
            Map.of(
                JobState.ACCEPTED, 1L,
                JobState.COMPLETE, 2L,
                JobState.FAILED, 1L,
                JobState.CANCELLED, 1L));
    assertThat(figures().videos()).isEqualTo(new LedgerStats.Videos(0, 1));
    // A job that nothing was answered for keeps what was reserved, unless no video was made for it.
    assertThat(figures().accounts().get("default").used()).isEqualByComparingTo("0.20");
  }

  @Test
  void deliveriesAreCountedBySinkWithTheAgeOfTheOldestPendingOne() {
    Job job = accept();
    Outbox outbox = ledger.outbox();
    outbox.add(List.of(event("e1", job, video("erp"), event("erp"), event("archive"))));
    outbox.dead(outbox.claim("erp", 1, LEASE).get(0), "gone");
    outbox.delivered(outbox.claim("archive", 1, LEASE).get(0));
    assertThat(figures().deliveries())
        .isEqualTo(Map.of("erp", new LedgerStats.Deliveries(1, 1, clock.instant())));

    outbox.failed(outbox.claim("erp", 1, LEASE).get(0), clock.instant().plusSeconds(9), "away");
    assertThat(figures().deliveries())
        .isEqualTo(Map.of("erp", new LedgerStats.Deliveries(1, 1, clock.instant())));
  }

  @Test
  void jobsThatWaitAreCountedByWhatTheyWaitFor() {
    accept();
    accept();
    assertThat(ledger.waitingFor()).isEmpty();
    Actor anna = new Actor("anna", "rest");
    ledger.pauses().pause(Pause.What.ACCOUNT, List.of("default", "another"), anna, null);
    assertThat(ledger.waitingFor()).isEqualTo(Map.of("pause", 2L));
    ledger.pauses().pause(Pause.What.SUBMITTING, List.of(""), anna, null);
    NewJob chained = request("a", "k", "h").waitingFor(accept().id(), null);
    ledger.accept(chained, one -> List.of());
    assertThat(ledger.waitingFor()).isEqualTo(Map.of("job", 1L, "pause", 3L));
  }

  @Test
  void nothingThatIsAskedAllTheTimeWalksPastWhatIsDoneWith() {
    Jdbi jdbi = Jdbi.create(url);
    jdbi.useHandle(
        handle -> {
          for (String insert : List.of(JOBS, EVENTS, DELIVERIES)) {
            handle.createUpdate(insert).bind("rows", ROWS).bind("now", clock.millis()).execute();
          }
          handle.execute(
              "INSERT INTO ended SELECT state, count(*) FROM job WHERE state <> 'ACCEPTED' GROUP BY"
                  + " state");
          if (engine == Engine.POSTGRES) {
            handle.execute("VACUUM ANALYZE");
          }
        });
    // So much written beside it is another file to a ledger that is open.
    ledger.close();
    ledger = TestLedger.open(url, clock);
    assertThat(plan(jdbi, JobQueries.JOBS)).doesNotContain("Seq Scan on job", "SCAN job");
    assertThat(plan(jdbi, JobQueries.WAITING)).doesNotContain("SCAN j", "Seq Scan on job j");
    assertThat(plan(jdbi, JobQueries.DELIVERIES)).contains("delivery_pending", "delivery_dead");
    assertThat(plan(jdbi, JobQueries.VIDEOS)).contains("job_unfetched");
    assertThat(plan(jdbi, Spent.USED)).doesNotContain("SCAN spent", "Seq Scan on job");
    String claim = plan(jdbi, Outbox.CLAIM);
    assertThat(claim).contains("delivery_pending", "event_subject");
    if (engine == Engine.SQLITE) {
      // Once for what is due, and not again for each of them.
      assertThat(claim).containsOnlyOnce("delivery_pending");
    }
    assertThat(plan(jdbi, EventSweep.DONE)).contains("event_time").doesNotContain("Seq Scan");
    LedgerStats stats = timed("scrape", this::figures);
    assertThat(stats.jobs())
        .isEqualTo(
            Map.of(
                JobState.ACCEPTED, ROWS / 1000L,
                JobState.FAILED, ROWS / 100L,
                JobState.COMPLETE, ROWS - ROWS / 100L - ROWS / 1000L));
    assertThat(stats.deliveries().keySet()).containsExactlyInAnyOrder("erp", "outbox");
    assertThat(stats.videos()).isEqualTo(new LedgerStats.Videos(0, ROWS / 1000L));
    timed("scrape", this::figures);
    assertThat(timed("claim", () -> ledger.outbox().claim("outbox", 50, LEASE))).hasSize(50);
    timed("accept", this::accept);
  }

  private <T> T timed(String what, Supplier<T> step) {
    long start = System.nanoTime();
    T result = step.get();
    if (ROWS > 20_000) {
      System.out.printf("%s %s %.1f ms%n", engine, what, (System.nanoTime() - start) / 1e6);
    }
    return result;
  }

  private String plan(Jdbi jdbi, String sql) {
    List<String> lines = new ArrayList<>();
    jdbi.getConfig(SqlStatements.class).setUnusedBindingAllowed(true);
    jdbi.useHandle(
        handle ->
            handle
                .createQuery((engine == Engine.SQLITE ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + sql)
                .bind("sink", "outbox")
                .bind("account", "default")
                .bind("now", clock.millis())
                .bind("limit", 50)
                .bind("from", 0L)
                .bind("before", clock.millis())
                .bind("payer", "")
                .bind("name", "")
                .bind("to", 0L)
                .mapToMap()
                .forEach(row -> lines.add(row.toString())));
    return String.join("\n", lines);
  }
}
