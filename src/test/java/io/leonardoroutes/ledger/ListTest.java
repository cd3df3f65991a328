package io.leonardoroutes.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobFilter;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.Tag;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Lists of jobs, filtered. {@code -Drows=1000000} makes the large one large, and prints times. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class ListTest {
  private static final int ROWS = Integer.getInteger("rows", 20_000);
  private static final String TURBO = "kling-3.0-turbo";

  /** One of a hundred has failed; of three callers one is nobody. */
  private static final String MANY =
      """
      INSERT INTO job (id, file_name, reference, caller, caller_reference, content_hash, model, state,
        priority, request, sinks, warnings, attempt, tries, created_at, due_at, leased_until)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
      SELECT 'id-' || i, 'name-' || i,
        CASE WHEN i % 3 = 0 THEN 'r-' || i END,
        CASE i % 3 WHEN 1 THEN 'erp' WHEN 2 THEN 'shop' END,
        CASE WHEN i % 3 > 0 THEN 'r-' || i END,
        'hash', CASE WHEN i % 2 = 0 THEN 'kling-3.0-turbo' ELSE 'kling-video-o-3' END,
        CASE WHEN i % 100 = 0 THEN 'FAILED' ELSE 'COMPLETE' END,
        4, '{}', '[]', '[]', 1, 0, 1700000000000 + i * 50, i, 0 FROM n
      """;

  private static final Tag RED = new Tag("team", "red");
  private static final String TAGS =
      """
      INSERT INTO job_tag (job, name, value, created_at)
      SELECT id, 'team', CASE WHEN priority = 4 AND due_at % 2 = 0 THEN 'red' ELSE 'blue' END, created_at
      FROM job
      """;

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private String url;
  @Fixture private Ledger ledger;

  private static JobFilter filter(JobState state, String caller, String model, String reference) {
    return new JobFilter(state, caller, model, reference, null, null, null);
  }

  private Job accept(String caller, String reference) {
    NewJob asked = NewJobs.request(reference, null, "hash");
    NewJob of =
        new NewJob(
            reference,
            Job.DEFAULT_ACCOUNT,
            asked.model(),
            asked.request(),
            List.of(),
            "koala",
            asked.routing(),
            new Actor(caller, "rest"));
    return ((Acceptance.Accepted) ledger.accept(of, job -> List.of())).job();
  }

  private List<Job> list(JobFilter filter) {
    return ledger.page(filter, 10, null);
  }

  @Test
  void aReferenceIsFoundWhoeverItsCallerIs() {
    Job nobodys = accept(null, "order-1");
    clock.tick(Duration.ofMillis(1));
    Job erps = accept("erp", "order-1");
    accept("erp", "order-2");

    assertThat(list(filter(null, null, null, "order-1"))).containsExactly(erps, nobodys);
    assertThat(list(filter(null, "erp", null, "order-1"))).containsExactly(erps);
    assertThat(list(filter(null, "shop", null, "order-1"))).isEmpty();
    assertThat(list(filter(JobState.RUNNING, null, null, "order-1"))).isEmpty();
    assertThat(list(filter(JobState.ACCEPTED, null, TURBO, "order-1"))).hasSize(2);
    assertThat(list(filter(null, null, "other", "order-1"))).isEmpty();
    assertThat(ledger.page(filter(null, null, null, "order-1"), 1, erps.id()))
        .containsExactly(nobodys);
  }

  @Test
  void aTimeBeginsWithItsFirstInstantAndEndsBeforeItsLast() {
    Instant start = clock.instant();
    Job first = accept(null, null);
    clock.tick(Duration.ofMillis(1));
    Job second = accept(null, null);
    Instant then = clock.instant();

    assertThat(list(new JobFilter(null, null, null, null, null, start, then)))
        .containsExactly(first);
    assertThat(list(new JobFilter(null, null, null, null, null, then, null)))
        .containsExactly(second);
    assertThat(list(new JobFilter(null, null, null, null, null, then.plusNanos(1), null)))
        .isEmpty();
    assertThat(list(new JobFilter(null, null, null, null, null, null, then.plusNanos(1))))
        .hasSize(2);
    assertThat(list(new JobFilter(null, null, null, null, null, then, start))).isEmpty();
  }

  @Test
  void everyFilterPagesThroughAnIndexInItsOrder() {
    Jdbi jdbi = Jdbi.create(url);
    jdbi.useHandle(
        handle -> {
          handle.createUpdate(MANY).bind("rows", ROWS).execute();
          handle.execute(TAGS);
          if (engine == Engine.POSTGRES) {
            handle.execute("VACUUM ANALYZE job");
            handle.execute("VACUUM ANALYZE job_tag");
          }
        });
    // So much written beside it is another file to a ledger that is open.
    ledger.close();
    ledger = TestLedger.open(url, clock);
    Instant from = Instant.ofEpochMilli(1_700_000_000_000L + ROWS * 25L);
    List<JobFilter> ordered =
        List.of(
            filter(null, null, null, null),
            filter(JobState.COMPLETE, null, null, null),
            filter(JobState.FAILED, null, TURBO, null),
            filter(null, null, TURBO, null),
            filter(null, "erp", null, null),
            filter(JobState.COMPLETE, "erp", TURBO, null),
            new JobFilter(JobState.COMPLETE, null, TURBO, null, null, from, from.plusSeconds(60)),
            new JobFilter(null, "shop", null, null, null, from, null),
            new JobFilter(null, null, null, null, RED, null, null),
            new JobFilter(null, "erp", null, null, RED, from, null));
    for (JobFilter filter : ordered) {
      String plan = plan(jdbi, filter, "id-" + ROWS);
      assertThat(plan).as(filter.toString()).contains("job_").doesNotContain("TEMP B-TREE", "Sort");
      assertThat(timed(filter)).as(plan).hasSize(50);
    }
    assertThat(ledger.page(ordered.get(8), 50, null))
        .isEqualTo(ledger.page(new JobFilter(null, null, TURBO, null, null, null, null), 50, null));
    List<JobFilter> found =
        List.of(
            filter(null, null, null, "r-700"),
            filter(JobState.FAILED, null, null, "r-700"),
            filter(JobState.FAILED, "erp", null, "r-700"),
            new JobFilter(null, null, null, "r-700", RED, null, null));
    for (JobFilter filter : found) {
      assertThat(plan(jdbi, filter, null))
          .contains("job_caller_reference")
          .doesNotContain("Seq Scan", "SCAN job");
      assertThat(timed(filter)).hasSize(1);
    }
    assertThat(timed(filter(JobState.IN_DOUBT, null, null, null))).isEmpty();
    assertThat(timed(filter(null, null, "none", null))).isEmpty();
    assertThat(timed(filter(JobState.COMPLETE, null, "none", null))).isEmpty();
    assertThat(timed(filter(JobState.COMPLETE, "none", null, null))).isEmpty();
    assertThat(timed(filter(JobState.IN_DOUBT, "erp", null, null))).isEmpty();
  }

  private List<Job> timed(JobFilter filter) {
    long start = System.nanoTime();
    List<Job> page = ledger.page(filter, 50, null);
    if (ROWS > 20_000) {
      System.out.printf("%s %.1f ms %s%n", engine, (System.nanoTime() - start) / 1e6, filter);
    }
    return page;
  }

  private String plan(Jdbi jdbi, JobFilter filter, String after) {
    Map<String, Object> values = new HashMap<>();
    String sql = JobQueries.sql(filter, after, values);
    List<String> lines = new ArrayList<>();
    jdbi.useHandle(
        handle ->
            handle
                .createQuery((engine == Engine.SQLITE ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + sql)
                .bindMap(values)
                .bind("limit", 50)
                .mapToMap()
                .forEach(row -> lines.add(row.toString())));
    return String.join("\n", lines);
  }
}
