package io.leonardoroutes.ledger;

import static io.leonardoroutes.ledger.JobState.IN_DOUBT;
import static io.leonardoroutes.ledger.JobState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.TickingClock;
import io.leonardoroutes.ledger.Acceptance.Accepted;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
class AdoptTest {
  /** One submitted every 50 ms. */
  private static final String MANY =
      """
      INSERT INTO job (id, file_name, content_hash, model, state, priority, request, sinks, warnings,
        attempt, tries, created_at, submitted_at, generation_id, leased_until)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
      SELECT 'id-' || i, 'name-' || i, 'hash', 'kling-3.0-turbo', 'COMPLETE', 4, '{}', '[]', '[]', 1, 0,
        1700000000000 + i * 50, 1700000000000 + i * 50, 'gen-' || i, 0 FROM n
      """;

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private String url;
  private Ledger ledger;

  @BeforeEach
  void open() {
    url = engine.emptyDatabase(folder);
    ledger = Ledger.open(url, clock);
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  @Test
  void ofJobsThatWantTheSameGenerationAtOnceOneGetsIt() {
    List<Job> doubtful = IntStream.range(0, 16).mapToObj(i -> inDoubt()).toList();

    long adopted = doubtful.parallelStream().filter(job -> adopt(job, "gen-1")).count();

    assertThat(adopted).isEqualTo(1);
    assertThat(ledger.list(RUNNING, 100, null)).hasSize(1);
    assertThat(ledger.list(IN_DOUBT, 100, null)).hasSize(15);
  }

  @Test
  void aJobIsAdoptedOnce() {
    Job job = inDoubt();

    assertThat(adopt(job, "gen-1")).isTrue();
    assertThat(adopt(job, "gen-2")).isFalse();
    assertThat(ledger.find(job.id()).orElseThrow().generationId()).isEqualTo("gen-1");
  }

  @Test
  void generationsOfOursAreFoundByTheirIds() {
    Job job = inDoubt();
    adopt(job, "gen-1");

    Map<String, Job> owners = ledger.owners(List.of("gen-1", "somebody else's"));

    assertThat(owners).containsOnlyKeys("gen-1");
    assertThat(owners.get("gen-1").id()).isEqualTo(job.id());
    assertThat(ledger.owners(List.of())).isEmpty();
    List<String> many =
        IntStream.range(0, 70_000).mapToObj(i -> i == 69_000 ? "gen-1" : "g" + i).toList();
    assertThat(ledger.owners(many)).containsOnlyKeys("gen-1");
  }

  @Test
  void theLatestGenerationThatAListLeavesOutIsFoundByTheTimeOfItsCreate() {
    Instant first = clock.instant();
    IntStream.range(1, 4)
        .forEach(
            i -> {
              adopt(inDoubt(), "gen-" + i);
              clock.tick(Duration.ofSeconds(1));
            });
    Instant last = clock.instant().minusSeconds(1);

    assertThat(leftOut(first, last)).isEqualTo("gen-3");
    assertThat(leftOut(first, last, "gen-3")).isEqualTo("gen-2");
    assertThat(leftOut(last, last, "gen-3")).isEqualTo("none");
    assertThat(leftOut(first, last.minusMillis(1))).isEqualTo("gen-2");
    assertThat(leftOut(first, last, "gen-1", "gen-2", "gen-3")).isEqualTo("none");
    assertThat(ledger.leftOut("other", first, last, Set.of())).isEmpty();
  }

  @Test
  void aGenerationThatWasWrittenDownLateNeedNotBeListedYet() {
    Job job = inDoubt();
    Instant begun = clock.instant();
    clock.tick(Duration.ofSeconds(60));
    adopt(job, "gen-1");

    assertThat(leftOut(begun, begun.plusSeconds(59))).isEqualTo("none");
    assertThat(leftOut(begun, begun.plusSeconds(60))).isEqualTo("gen-1");
  }

  @Test
  void aGenerationThatAPersonNamedNeedNotBeListed() {
    Job job = inDoubt();
    Job.Change paid =
        job.to(RUNNING).created("wrong", null).dueAt(clock.instant()).by(new By("ann", "rest"));
    assertThat(ledger.adopt(job, paid)).isTrue();

    assertThat(leftOut(clock.instant(), clock.instant())).isEqualTo("none");
  }

  @Test
  void whatAListLeavesOutIsFoundByAnIndex() {
    Jdbi jdbi = Jdbi.create(url);
    jdbi.useHandle(
        handle -> {
          handle.createUpdate(MANY).execute();
          handle.execute(
              "INSERT INTO moved SELECT id, 0, 'SUBMITTING', 'RUNNING', submitted_at,"
                  + " 'leonardo-routes', 'process' FROM job");
          if (engine == Engine.POSTGRES) {
            handle.execute("ANALYZE job");
            handle.execute("ANALYZE moved");
          }
        });
    String plan =
        jdbi.withHandle(
            handle ->
                handle
                    .createQuery(
                        (engine == Engine.SQLITE ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + Reads.MADE)
                    .bind("account", "default")
                    .bind("from", 1_700_000_990_000L)
                    .bind("until", 1_700_000_999_000L)
                    .bind("program", "leonardo-routes")
                    .bind("most", 100)
                    .mapToMap()
                    .map(Object::toString)
                    .collect(Collectors.joining("\n")));

    assertThat(plan)
        .contains("job_money")
        .containsAnyOf("moved_pkey", "sqlite_autoindex_moved_1")
        .doesNotContain("Seq Scan", "SCAN job", "SCAN moved", "TEMP B-TREE");
    assertThat(
            ledger.leftOut(
                "default",
                Instant.ofEpochMilli(1_700_000_990_000L),
                Instant.ofEpochMilli(1_700_000_999_000L),
                Set.of("gen-19980")))
        .map(Job::generationId)
        .hasValue("gen-19979");
  }

  private String leftOut(Instant from, Instant until, String... listed) {
    return ledger
        .leftOut(Job.DEFAULT_ACCOUNT, from, until, Set.of(listed))
        .map(Job::generationId)
        .orElse("none");
  }

  private boolean adopt(Job job, String generationId) {
    return ledger.adopt(job, job.to(RUNNING).created(generationId, null).dueAt(clock.instant()));
  }

  private Job inDoubt() {
    Job accepted = ((Accepted) ledger.accept(Asked.request(), job -> List.of())).job();
    Job submitting =
        ledger.submitting(accepted, new Limits(100, 100), Duration.ofSeconds(30)).orElseThrow();
    Job.Change doubtful = submitting.to(IN_DOUBT).dueAt(clock.instant());
    assertThat(ledger.move(submitting, doubtful)).isTrue();
    return doubtful.job();
  }
}
