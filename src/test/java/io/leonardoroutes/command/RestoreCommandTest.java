package io.leonardoroutes.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ReconcileFixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.ledger.Engine;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.sandbox.Create;
import io.leonardoroutes.sandbox.Door;
import io.leonardoroutes.sandbox.Fault;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.main.Main;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A ledger that was brought back from a backup, before a provider that knows what was made since.
 */
class RestoreCommandTest {
  private static final Duration SETTLE = Duration.ofSeconds(30);
  private static final String EARLIER = "an earlier cat";

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Sandbox sandbox;
  private ReconcileFixture life;

  @BeforeEach
  void open() {
    sandbox =
        Sandbox.start(SandboxOptions.defaults().withClock(clock).withJobDuration(Duration.ZERO));
    life = life();
  }

  @AfterEach
  void close() {
    life.close();
    sandbox.close();
  }

  @Test
  void whatWasPaidSinceTheBackupIsFoundAndNotPaidAgain() throws Exception {
    sandbox.next(
        Door.CREATE,
        Fault.NONE,
        Fault.refused(400, "no"),
        Fault.NOT_ACCEPTED,
        Fault.NONE,
        Fault.ANSWER_LOST);
    life.start();
    life.until("RUNNING", life.accept(EARLIER));
    String failed = life.accept("a goat");
    life.until("FAILED", failed);
    String doubtful = life.accept("a cat");
    life.until("IN_DOUBT", doubtful);
    String running = life.accept("a dog");
    life.until("RUNNING", running);
    life.close();
    String submitting = waiting("a koala");
    submitting(submitting);
    String waiting = waiting("a wombat");
    String alsoWaiting = waiting("a wombat");
    String cancelled = waiting("an emu");
    cancel(cancelled);
    Instant backedUp = backUp();
    String[] open = {doubtful, submitting, waiting, alsoWaiting};

    clock.tick(Duration.ofDays(2));
    begin();
    life.until("IN_DOUBT", submitting);
    clock.tick(SETTLE.plusSeconds(1));
    life.accept("a lost emu");
    life.inTime("COMPLETE", open);
    life.inTime("COMPLETE", running);
    List<String> paid = generations(running, doubtful, submitting, waiting, alsoWaiting);
    life.close();
    assertThat(sandbox.creates()).hasSize(1 + 6);

    clock.tick(Duration.ofHours(3));
    restore();
    assertThat(restored(backedUp)).isZero();
    assertThat(told(out))
        .isEqualTo(
            "jdbc:sqlite:%s: 4 jobs may have been submitted since %s, and are in doubt; the next"
                    .formatted(ledger(), backedUp)
                + " start adopts what the provider's list shows, and submits the others once"
                + " the list shows a job that is submitted from now on: send one if none arrives");
    begin();
    clock.tick(SETTLE);

    life.inTime("COMPLETE", open);
    life.inTime("COMPLETE", running);
    assertThat(generations(running, doubtful, submitting, waiting, alsoWaiting))
        .containsExactlyInAnyOrderElementsOf(paid);
    assertThat(generations(running, doubtful, submitting)).isEqualTo(paid.subList(0, 3));
    assertThat(sandbox.creates()).hasSize(1 + 6);
    assertThat(life.state(failed)).isEqualTo("FAILED");
    assertThat(life.state(cancelled)).isEqualTo("CANCELLED");
    assertThat(LedgerRows.of(life.app, "SELECT id FROM job WHERE took IS NOT NULL"))
        .as("how long jobs take is not learned from those whose end was not seen")
        .isEmpty();
  }

  @Test
  void whatWasNotMadeSinceIsSubmittedOnceTheListShowsALaterJob() throws Exception {
    madeEarlier();
    String id = waiting("a koala");
    Instant backedUp = clock.instant();
    clock.tick(Duration.ofHours(3));

    assertThat(restored(backedUp)).isZero();
    clock.tick(Duration.ofMinutes(1));
    assertThat(restored(backedUp)).as("once more, after whatever went wrong").isZero();
    begin();
    assertThat(life.state(id)).isEqualTo("IN_DOUBT");
    assertThat(life.job(id).at("/problem/detail").asText())
        .isEqualTo(
            "the ledger was restored from a backup, and the job may have been submitted since");
    clock.tick(SETTLE);
    assertThat(life.held(id))
        .isEqualTo("the provider's list shows neither it nor a later one of ours: it may lag");
    assertThat(sandbox.creates()).hasSize(1);

    clock.tick(Duration.ofSeconds(1));
    String later = life.accept("a dog");
    life.inTime("COMPLETE", id, later);
    assertThat(sandbox.creates()).hasSize(1 + 2);
    await()
        .atMost(Patience.LONG)
        .untilAsserted(
            () ->
                assertThat(life.told(id))
                    .containsExactly("in_doubt", "in_doubt", "submitted", "completed"));
  }

  @Test
  void ofTwoEqualRequestsOnlyTheOneThatWasNotMadeSinceIsSubmitted() throws Exception {
    madeEarlier();
    String one = waiting("a koala");
    String other = waiting("a koala");
    Instant backedUp = backUp();
    sandbox.next(Door.CREATE, Fault.NONE, Fault.NOT_ACCEPTED);
    clock.tick(Duration.ofHours(1));
    begin();
    await()
        .atMost(Patience.LONG)
        .until(() -> Set.of("IN_DOUBT", "RUNNING").equals(states(one, other)));
    life.close();
    assertThat(sandbox.creates()).hasSize(1 + 1);

    restore();
    assertThat(restored(backedUp)).isZero();
    begin();
    clock.tick(SETTLE.plusSeconds(1));
    String later = life.accept("a dog");

    life.inTime("COMPLETE", one, other, later);
    assertThat(sandbox.creates().stream().map(Create::generationId).toList())
        .containsAll(generations(one, other, later))
        .hasSize(1 + 3);
  }

  @Test
  void aBackupThatIsMadeWhileTheProgramRunsHasAllThatWasConfirmed() throws Exception {
    life.start();
    String id = life.accept("a koala");
    life.until("RUNNING", id);

    backUp();
    restore();

    assertThat(begin().state(id)).isEqualTo("RUNNING");
  }

  @Test
  void aTimeThatIsTooLateMissesNothing() throws Exception {
    waiting("a koala");
    Instant written = clock.instant();
    clock.tick(Duration.ofHours(3));

    assertThat(restored(clock.instant())).isZero();

    assertThat(told(out)).contains(": 1 jobs may have been submitted since " + written + ",");
  }

  @Test
  void onPostgresACallOfAnInstanceThatIsCutOffMayStillBeUnderWay() throws Exception {
    String url = Engine.POSTGRES.emptyLedger(folder);
    Job job;
    try (Ledger ledger = TestLedger.open(url, clock)) {
      job = waiting(ledger, "a koala");
    }

    assertThat(restored(command("leonardo.ledger.url", url), clock.instant())).isZero();

    assertThat(told(out)).startsWith(url.replaceFirst("\\?.*", "") + ": 1 jobs may");
    Instant over = clock.instant().plusSeconds(10 + 2 * 60 + 2 * 30);
    try (Ledger ledger = TestLedger.open(url, clock)) {
      Job doubtful = ledger.find(job.id()).orElseThrow();
      assertThat(doubtful.problem().get("since").asText()).isEqualTo(over.toString());
      assertThat(doubtful.schedule().dueAt()).isEqualTo(clock.instant().plus(SETTLE));
    }
  }

  @Test
  void onHoldItSaysThatAPersonDecides() throws Exception {
    waiting("a koala");

    assertThat(restored(command("leonardo.reconcile", "hold"), clock.instant())).isZero();

    assertThat(told(out))
        .endsWith("; the next start leaves them to a person: leonardo.reconcile=hold");
  }

  @Test
  void whileTheProgramRunsNothingIsDone() throws Exception {
    life.start();

    assertThat(restored(clock.instant())).isEqualTo(1);

    assertThat(told(err))
        .isEqualTo(
            "restored: leonardo.ledger.url: cannot be opened: %s is in use by another instance: an"
                    .formatted(ledger())
                + " SQLite ledger allows only one; for several use PostgreSQL");
  }

  @Test
  void whatIsAskedWronglyIsNotDone() throws Exception {
    assertThat(restored(clock.instant())).isEqualTo(1);
    assertThat(told(err)).isEqualTo("restored: there is no job in jdbc:sqlite:" + ledger());

    String id = waiting("a koala");
    Instant future = clock.instant().plusSeconds(1);
    assertThat(restored(future)).isEqualTo(1);
    assertThat(told(err))
        .isEqualTo("restored: " + future + " is in the future: it is now " + clock.instant());

    try (Ledger ledger = TestLedger.open("jdbc:sqlite:" + ledger(), clock)) {
      assertThat(ledger.find(id).orElseThrow().state()).isEqualTo(JobState.ACCEPTED);
    }
  }

  private ReconcileFixture life() {
    return new ReconcileFixture(folder, clock, sandbox.baseUrl(), sandbox.host());
  }

  /** So that the list shows one that is older than any doubt. */
  private void madeEarlier() throws Exception {
    life.start();
    life.until("RUNNING", life.accept(EARLIER));
    life.close();
  }

  /** Starts the program, again if it was closed. */
  private ReconcileFixture begin() throws Exception {
    life.close();
    life = life().start();
    return life;
  }

  private Path ledger() {
    return folder.resolve("data").resolve("ledger.db");
  }

  /** A job that waits in the ledger while no program runs. */
  private String waiting(String prompt) throws IOException {
    Files.createDirectories(folder.resolve("data"));
    try (Ledger ledger = TestLedger.open("jdbc:sqlite:" + ledger(), clock)) {
      return waiting(ledger, prompt).id();
    }
  }

  private static Job waiting(Ledger ledger, String prompt) {
    JsonNode request =
        ReconcileFixture.json(
            """
            {"model":"kling-3.0-turbo","public":false,"parameters":{"prompt":"%s"}}\
            """
                .formatted(prompt));
    Job.Routing routing = new Job.Routing(null, null, "hash", 4, List.of(), null);
    NewJob asked = TestLedger.asked(null, request, routing);
    return ((Acceptance.Accepted) ledger.accept(asked, job -> List.of())).job();
  }

  /** The program died over its paid call. */
  private void submitting(String id) {
    try (Ledger ledger = TestLedger.open("jdbc:sqlite:" + ledger(), clock)) {
      Job job = ledger.find(id).orElseThrow();
      ledger.submitting(job, TestLimits.of(10, 100), Duration.ofMinutes(5)).orElseThrow();
    }
  }

  private void cancel(String id) {
    try (Ledger ledger = TestLedger.open("jdbc:sqlite:" + ledger(), clock)) {
      Job job = ledger.find(id).orElseThrow();
      assertThat(ledger.move(job, job.to(JobState.CANCELLED).done())).isTrue();
    }
  }

  /** As the page for operators says. */
  private Instant backUp() throws IOException {
    String statement = "VACUUM INTO 'backup.db'";
    assertThat(Files.readString(Path.of("src/site/markdown/operating.md"))).contains(statement);
    Jdbi.create("jdbc:sqlite:" + ledger())
        .useHandle(handle -> handle.execute(statement.replace("backup", folder + "/backup")));
    return clock.instant();
  }

  private void restore() throws IOException {
    life.close();
    Files.copy(folder.resolve("backup.db"), ledger(), StandardCopyOption.REPLACE_EXISTING);
  }

  private int restored(Instant at) {
    return restored(command(), at);
  }

  private static int restored(Command command, Instant at) {
    return command.run(at);
  }

  private interface Command {
    int run(Instant at);
  }

  private Command command(String... setting) {
    return at -> {
      Main main = new Main();
      main.addInitialProperty("leonardo.data", folder.resolve("data").toString());
      main.addInitialProperty("leonardo.api-key", "test-key");
      main.addInitialProperty("leonardo.sinks.told.uri", "direct:told");
      main.addInitialProperty("leonardo.sinks.told.events", "in_doubt");
      if (setting.length == 2) {
        main.addInitialProperty(setting[0], setting[1]);
      }
      main.bind("clock", clock);
      out.reset();
      err.reset();
      return new CommandFixture(() -> main, folder)
          .line(out, err)
          .execute("restored", "--at", at.toString());
    };
  }

  private static String told(ByteArrayOutputStream to) {
    return to.toString(StandardCharsets.UTF_8).strip();
  }

  private Set<String> states(String... ids) {
    return Stream.of(ids).map(life::state).collect(Collectors.toSet());
  }

  private List<String> generations(String... ids) {
    return Stream.of(ids).map(id -> life.job(id).path("generationId").asText()).toList();
  }
}
