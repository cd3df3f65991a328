package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance.Accepted;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  private static final String MODEL = "kling-3.0-turbo";

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private String url;
  @Fixture private Ledger ledger;

  @Test
  void ofJobsThatWantTheSameGenerationAtOnceOneGetsIt() {
    List<Job> doubtful = IntStream.range(0, 16).mapToObj(i -> inDoubt()).toList();

    long adopted = doubtful.parallelStream().filter(job -> adopt(job, "gen-1")).count();

    assertThat(adopted).isEqualTo(1);
    assertThat(ledger.list(RUNNING, 100, null)).hasSize(1);
    assertThat(ledger.list(IN_DOUBT, 100, null)).hasSize(15);
  }

  @ParameterizedTest
  @CsvSource({
    "0196c6ed-7f4e-6a11-9f0c-00000000000a, 0196C6ED-7F4E-6A11-9F0C-00000000000A, true",
    "0196C6ED-7F4E-6A11-9F0C-00000000000A, 0196c6ed-7f4e-6a11-9f0c-00000000000a, true",
    "0196c6ed-7f4e-6a11-9f0c-00000000000a, 0196c6ed7f4e6a119f0c00000000000a, true",
    "gen-A, GEN-a, true",
    "gen-\u00e9A, GEN-\u00e9a, true",
    "gen-1-1, gen-11, false"
  })
  void aGenerationIsTakenHoweverItsIdIsSpelled(String id, String shown, boolean taken) {
    adopt(inDoubt(), id);

    assertThat(ledger.owners(List.of(shown)).containsKey(shown)).isEqualTo(taken);
    assertThat(adopt(inDoubt(), shown)).isEqualTo(!taken);
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
  void theLatestGenerationThatAListLeavesOutIsFoundByTheOrderOfTheCreates() {
    List<Long> steps = new ArrayList<>();
    for (int i = 1; i < 4; i++) {
      Job job = made("gen-" + i);
      steps.add(order(job).over());
      // Whatever the clock says.
      clock.tick(Duration.ofSeconds(-1));
    }

    assertThat(leftOut(0)).isEqualTo("gen-3");
    assertThat(leftOut(0, "gen-3")).isEqualTo("gen-2");
    assertThat(leftOut(steps.get(1), "gen-3")).isEqualTo("none");
    assertThat(leftOut(0, "gen-1", "gen-2", "gen-3")).isEqualTo("none");
    assertThat(leftOut("other", MODEL, 0)).isEqualTo("none");
    assertThat(leftOut(Job.DEFAULT_ACCOUNT, "other", 0)).isEqualTo("none");
    assertThat(
            ledger.listEvidence().before(Job.DEFAULT_ACCOUNT, steps.get(2), Instant.EPOCH).keySet())
        .containsExactlyInAnyOrder("gen-1", "gen-2");
  }

  @Test
  void aCreateThatWasOverBeforeAnotherWasBegunStandsBeforeItWhateverTheClockSays() {
    Job first = inDoubt();
    adopt(first, "gen-1");
    clock.tick(Duration.ofHours(-1));
    Job later = inDoubt();

    assertThat(order(first).begun()).isLessThan(order(first).over());
    assertThat(order(first).over()).isLessThan(order(later).begun());
    assertThat(order(first).sure()).isTrue();
    assertThat(order(later).sure()).isFalse();
  }

  @Test
  void howFarTheProvidersClockWasAheadIsKeptWithEachCreate() {
    Job unknown = inDoubt();
    ledger.providerSkew(() -> Duration.ofMinutes(-7));
    Job known = inDoubt();

    assertThat(order(unknown).skew()).isNull();
    assertThat(order(known).skew()).isEqualTo(Duration.ofMinutes(-7));
  }

  @Test
  void whatAListHasShownIsKeptForItsUserAndModel() {
    ledger.listEvidence().shown("ann", Map.of("turbo", Set.of("a"), "o3", Set.of("b")));
    ledger.listEvidence().shown("ann", Map.of("turbo", Set.of("a", "c")));

    assertThat(ledger.listEvidence().shown("ann"))
        .isEqualTo(Map.of("turbo", Set.of("a", "c"), "o3", Set.of("b")));
    assertThat(ledger.listEvidence().shown("bob")).isEmpty();
  }

  @Test
  void aGenerationThatWasWrittenDownLateNeedNotBeListedYet() {
    Job submitting = submitting();
    clock.tick(Duration.ofSeconds(60));
    made(submitting, "gen-1");

    assertThat(leftOutUntil(clock.instant().minusMillis(1))).isEqualTo("none");
    assertThat(leftOutUntil(clock.instant())).isEqualTo("gen-1");
  }

  @Test
  void onlyWhatWasBegunLaterHasToStandInWhatWasReadOfTheList() {
    Job slow = submitting();
    Job adopted = inDoubt();
    Job doubt = inDoubt();
    long begun = order(doubt).begun();
    made(slow, "gen-slow");
    adopt(adopted, "gen-adopted");

    assertThat(leftOut(begun)).isEqualTo("none");
    made("gen-later");
    assertThat(leftOut(begun)).isEqualTo("gen-later");
  }

  @Test
  void aGenerationThatAPersonNamedNeedNotBeListed() {
    Job job = inDoubt();
    Job.Change paid =
        job.to(RUNNING).created("wrong", null).dueAt(clock.instant()).by(new Actor("ann", "rest"));
    assertThat(ledger.adopt(job, paid)).isTrue();

    assertThat(leftOut(0)).isEqualTo("none");
    assertThat(order(job).sure()).isFalse();
  }

  @Test
  void whatAListLeavesOutIsFoundByAnIndex() {
    // Nobody writes into a ledger that a program has open.
    ledger.close();
    Jdbi jdbi = Jdbi.create(url);
    jdbi.useHandle(
        handle -> {
          handle.createUpdate(MANY).execute();
          handle.execute(
              "INSERT INTO moved SELECT id, 0, 'ACCEPTED', 'SUBMITTING', submitted_at,"
                  + " 'leonardo-routes', 'process', submitted_at - 1700000000001, NULL FROM job");
          handle.execute(
              "INSERT INTO moved SELECT id, 1, 'SUBMITTING', 'RUNNING', submitted_at,"
                  + " 'leonardo-routes', 'process', submitted_at - 1700000000000, NULL FROM job");
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
                        (engine == Engine.SQLITE ? "EXPLAIN QUERY PLAN " : "EXPLAIN ")
                            + ListEvidence.MADE.formatted(">")
                            + ListEvidence.BEGUN_LATER
                            + " ORDER BY moved.step DESC LIMIT 100")
                    .bind("account", "default")
                    .bind("step", 990_000L)
                    .bind("since", 0L)
                    .bind("program", "leonardo-routes")
                    .mapToMap()
                    .map(Object::toString)
                    .collect(Collectors.joining("\n")));
    ledger = TestLedger.open(url, clock);

    assertThat(plan)
        .contains("moved_step")
        .containsAnyOf("job_pkey", "sqlite_autoindex_job_1")
        .doesNotContain("Seq Scan", "SCAN job", "SCAN moved", "TEMP B-TREE");
    assertThat(
            ledger
                .listEvidence()
                .leftOut(
                    "default",
                    MODEL,
                    990_000,
                    Instant.EPOCH,
                    Instant.ofEpochMilli(1_700_000_999_000L),
                    Set.of("gen-19980")))
        .map(ListEvidence.Made::generationId)
        .hasValue("gen-19979");
  }

  private CreateOrder order(Job job) {
    return ledger.listEvidence().orders(List.of(job.id())).get(job.id());
  }

  private String leftOut(long after, String... listed) {
    return leftOut(Job.DEFAULT_ACCOUNT, MODEL, after, listed);
  }

  private String leftOut(String account, String model, long after, String... listed) {
    return name(
        ledger
            .listEvidence()
            .leftOut(
                account,
                model,
                after,
                Instant.EPOCH,
                clock.instant().plusSeconds(60),
                Set.of(listed)));
  }

  private String leftOutUntil(Instant until) {
    return name(
        ledger
            .listEvidence()
            .leftOut(Job.DEFAULT_ACCOUNT, MODEL, 0, Instant.EPOCH, until, Set.of()));
  }

  private static String name(Optional<ListEvidence.Made> made) {
    return made.map(ListEvidence.Made::generationId).orElse("none");
  }

  private boolean adopt(Job job, String generationId) {
    return ledger.adopt(job, job.to(RUNNING).created(generationId, null).dueAt(clock.instant()));
  }

  private Job made(String generationId) {
    return made(submitting(), generationId);
  }

  private Job made(Job submitting, String generationId) {
    Job.Change made = submitting.to(RUNNING).created(generationId, null).dueAt(clock.instant());
    assertThat(ledger.move(submitting, made)).isTrue();
    return made.job();
  }

  private Job submitting() {
    Job accepted = ((Accepted) ledger.accept(NewJobs.request(), job -> List.of())).job();
    return ledger
        .submitting(accepted, TestLimits.of(100, 100), Duration.ofSeconds(30))
        .orElseThrow();
  }

  private Job inDoubt() {
    Job submitting = submitting();
    Job.Change doubtful = submitting.to(IN_DOUBT).dueAt(clock.instant());
    assertThat(ledger.move(submitting, doubtful)).isTrue();
    return doubtful.job();
  }
}
