package io.leonardoroutes.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ReconcileFixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.leonardo.CreateMatcher;
import io.leonardoroutes.sandbox.Create;
import io.leonardoroutes.sandbox.Door;
import io.leonardoroutes.sandbox.Fault;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a create that nobody knows the fate of, at a provider that keeps a true list. */
class ReconcileTest {
  private static final Duration SETTLE = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Patience.LONG;
  private static final String AT_WORK =
      "the provider may still be at work on the call, or not list it yet";

  /** With its connect timeout, and twice its response timeout. */
  private static final Duration LONGEST_CALL = Duration.ofSeconds(10 + 2 * 5);

  private static final String LAGS =
      "the provider's list shows neither it nor a later one of ours: it may lag";

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private Sandbox sandbox;
  private ReconcileFixture doubt;

  @BeforeEach
  void open() {
    sandbox =
        Sandbox.start(SandboxOptions.defaults().withClock(clock).withJobDuration(Duration.ZERO));
    doubt = doubt();
  }

  /** No list shows a job that is made at once while it is being made. */
  private ReconcileFixture doubt() {
    return new ReconcileFixture(folder, clock, sandbox.baseUrl(), sandbox.host())
        .with("leonardo.track.give-up", "1m");
  }

  @AfterEach
  void close() {
    doubt.close();
    sandbox.close();
  }

  /** Starts, and waits for the one question at the start: what the account allows. */
  private void start() throws Exception {
    doubt.start();
    await().until(() -> sandbox.count(Door.ME) == 1);
  }

  @Test
  void whateverBecameOfTheAnswerACreateThatWasMadeIsFoundAndPaidOnce() throws Exception {
    List<Fault> faults =
        List.of(
            Fault.ANSWER_LOST,
            Fault.HANGING,
            Fault.CUT_OFF,
            Fault.UNREADABLE,
            Fault.HTML,
            Fault.WITHOUT_ID,
            Fault.ENDLESS,
            Fault.acceptedThen(408),
            Fault.acceptedThen(500),
            Fault.acceptedThen(502));
    faults.forEach(fault -> sandbox.next(Door.CREATE, fault));
    start();

    String[] ids =
        IntStream.range(0, faults.size())
            .mapToObj(i -> doubt.accept("a koala " + i))
            .toArray(String[]::new);
    doubt.until("IN_DOUBT", ids);
    clock.tick(SETTLE.minusMillis(1));
    assertThat(sandbox.count(Door.ME)).isEqualTo(1);
    clock.tick(Duration.ofMillis(1));

    doubt.until("COMPLETE", ids);
    assertThat(sandbox.count(Door.CREATE)).isEqualTo(faults.size());
    assertThat(sandbox.creates()).hasSize(faults.size());
    assertThat(sandbox.creates().stream().map(Create::generationId))
        .containsExactlyInAnyOrder(generations(ids));
    assertThat(sandbox.count(Door.ME)).isEqualTo(1 + 1);
    await()
        .untilAsserted(
            () ->
                assertThat(doubt.told(ids[0]))
                    .containsExactly("in_doubt", "submitted", "completed"));
    assertThat(doubt.job(ids[0]).has("problem")).isFalse();
  }

  @Test
  void aLedgerThatFailsAsARoundBeginsIsNoErrorAndTheDoubtIsSettledOnceItIsBack() throws Exception {
    sandbox.next(Door.CREATE, Fault.ANSWER_LOST);
    try (LogCapture log = LogCapture.ofEverything()) {
      start();
      String id = doubt.accept("a koala");
      doubt.until("IN_DOUBT", id);
      rename("moved", "gone");
      clock.tick(SETTLE);
      await().until(() -> !log.with("the ledger is away").isEmpty());
      assertThat(log.with("ERROR ")).isEmpty();
      rename("gone", "moved");

      doubt.inTime("COMPLETE", id);
      assertThat(sandbox.creates()).hasSize(1);
    }
  }

  private void rename(String table, String to) throws SQLException {
    String url = "jdbc:sqlite:" + doubt.app.data().resolve("ledger.db");
    try (Connection ledger = DriverManager.getConnection(url + "?busy_timeout=10000");
        Statement sql = ledger.createStatement()) {
      sql.execute("ALTER TABLE " + table + " RENAME TO " + to);
    }
  }

  @Test
  void aCreateThatWasNotMadeIsHeldUntilALaterOneShowsThatTheListIsTrue() throws Exception {
    startWithHistory();
    sandbox.next(Door.CREATE, Fault.NOT_ACCEPTED);
    String id = doubt.accept("a koala");
    doubt.until("IN_DOUBT", id);
    String before = doubt.accept("a cat");
    doubt.until("RUNNING", before);

    clock.tick(SETTLE);
    assertThat(doubt.held(id)).isEqualTo(AT_WORK);
    clock.tick(LONGEST_CALL);
    doubt.heldBecause(id, LAGS);

    clock.tick(Duration.ofSeconds(1));
    String later = doubt.accept("a dog");
    doubt.heldBecause(id, ReconcileStep.NOT_LISTED);
    assertThat(sandbox.count(Door.CREATE)).isEqualTo(1 + 3);

    doubt.inTime("COMPLETE", id, later);
    assertThat(sandbox.count(Door.CREATE)).isEqualTo(1 + 4);
    assertThat(sandbox.creates()).hasSize(1 + 3);
    await()
        .untilAsserted(
            () -> assertThat(doubt.told(id)).containsExactly("in_doubt", "submitted", "completed"));
  }

  @Test
  void anOldDoubtIsOverAFewSettlesAfterTheListWasFirstSeenToBeTrue() throws Exception {
    String id = inDoubtForHours();

    doubt.accept("a dog");
    doubt.heldBecause(id, ReconcileStep.NOT_LISTED);
    moreReadings(id);

    doubt.until("RUNNING", id);
    assertThat(sandbox.creates()).hasSize(1 + 2);
  }

  @Test
  void aListThatCannotBeReadIsAskedAgainUntilItCan() throws Exception {
    sandbox.next(Door.CREATE, Fault.ANSWER_LOST);
    sandbox.next(Door.LIST, Fault.HTML, Fault.CUT_OFF, Fault.ENDLESS, Fault.refused(401, "no"));
    start();
    sandbox.next(Door.ME, Fault.HANGING, Fault.UNREADABLE, Fault.acceptedThen(500));
    String id = doubt.accept("a koala");
    doubt.until("IN_DOUBT", id);

    doubt.inTime("COMPLETE", id);

    assertThat(sandbox.count(Door.ME)).isEqualTo(1 + 8);
    assertThat(sandbox.count(Door.LIST)).isEqualTo(4 + 2);
    assertThat(sandbox.count(Door.CREATE)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"ME", "LIST"})
  void aRetryAfterMakesTheNextReadingOfTheListNoSooner(Door turnedAway) throws Exception {
    sandbox.next(Door.CREATE, Fault.ANSWER_LOST);
    start();
    String id = doubt.accept("a koala");
    doubt.until("IN_DOUBT", id);
    sandbox.next(turnedAway, Fault.tooManyRequests(Duration.ofSeconds(1)));
    clock.tick(SETTLE);
    await().atMost(PATIENCE).until(() -> doubt.looks() == 1);

    assertThat(dueIn(id)).isBetween(SETTLE.multipliedBy(2).dividedBy(3), SETTLE);
  }

  @Test
  void aRetryAfterThatIsLongerThanOurOwnWaitIsKept() throws Exception {
    sandbox.next(Door.CREATE, Fault.ANSWER_LOST);
    start();
    String id = doubt.accept("a koala");
    doubt.until("IN_DOUBT", id);
    sandbox.next(Door.LIST, Fault.tooManyRequests(Duration.ofDays(1)));
    clock.tick(SETTLE);
    await().atMost(PATIENCE).until(() -> doubt.looks() == 1);

    assertThat(dueIn(id)).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void aDateOfTheProviderThatRunsAheadSettlesNoDoubtSooner() throws Exception {
    doubt.close();
    sandbox.close();
    TickingClock theirs = new TickingClock();
    sandbox =
        Sandbox.start(SandboxOptions.defaults().withClock(theirs).withJobDuration(Duration.ZERO));
    doubt = doubt();
    start();
    sandbox.next(Door.CREATE, Fault.NOT_ACCEPTED);
    String id = doubt.accept("a koala");
    doubt.until("IN_DOUBT", id);

    theirs.tick(SETTLE.plusMinutes(10));
    clock.tick(SETTLE);

    assertThat(doubt.held(id)).isEqualTo(AT_WORK);
  }

  @Test
  void aDoubtThatIsHeldForANewReasonIsReadAgainSoon() throws Exception {
    String id = inDoubtForHours();
    assertThat(doubt.held(id)).isEqualTo(LAGS);
    assertThat(dueIn(id)).isGreaterThan(SETTLE.multipliedBy(2));

    String request =
        """
        {"model":"kling-3.0-turbo","public":true,"parameters":{"prompt":"a dog"}}\
        """;
    String other =
        ReconcileFixture.json(
                doubt.app.template().requestBody("direct:leonardo-accept", request, String.class))
            .get("id")
            .asText();
    doubt.until("RUNNING", other);
    clock.tick(Duration.ofHours(1));
    await().atMost(PATIENCE).until(() -> doubt.looks() == 9);
    assertThat(doubt.held(id)).contains("no later one of ours of the same model and visibility");
    assertThat(dueIn(id)).isLessThanOrEqualTo(SETTLE);

    clock.tick(SETTLE);
    await().atMost(PATIENCE).until(() -> doubt.looks() == 10);
    assertThat(dueIn(id)).isGreaterThan(SETTLE.multipliedBy(2));
  }

  private Duration dueIn(String id) {
    Object due =
        LedgerRows.of(doubt.app, "SELECT due_at FROM job WHERE id = '%s'".formatted(id))
            .get(0)
            .get("due_at");
    return Duration.ofMillis(((Number) due).longValue() - clock.millis());
  }

  @Test
  void afterAStartADoubtWaitsNoLongerThanOneSettleHoweverOldItIs() throws Exception {
    String id = inDoubtForHours();

    doubt.close();
    doubt = doubt().start();
    doubt.until("RUNNING", doubt.accept("a dog"));
    await().atMost(PATIENCE).until(() -> doubt.looks() == 0);

    clock.tick(SETTLE);
    await().atMost(PATIENCE).until(() -> doubt.held(id).equals(ReconcileStep.NOT_LISTED));
    moreReadings(id);

    doubt.until("RUNNING", id);
  }

  /** Those that a doubt lacks which the list did not show once, each after one settle. */
  private void moreReadings(String id) {
    for (int i = 1; i < CreateMatcher.READINGS; i++) {
      int readings = i;
      await().atMost(PATIENCE).until(() -> doubt.readings(id) == readings);
      assertThat(doubt.state(id)).isEqualTo("IN_DOUBT");
      clock.tick(SETTLE);
    }
  }

  @Test
  void ofTwoEqualRequestsInDoubtEachGetsItsOwnGeneration() throws Exception {
    startWithHistory();
    sandbox.next(Door.CREATE, Fault.ANSWER_LOST, Fault.ANSWER_LOST);
    String one = doubt.accept("a koala");
    String other = doubt.accept("a koala");
    doubt.until("IN_DOUBT", one, other);

    clock.tick(SETTLE);
    clock.tick(LONGEST_CALL);

    doubt.inTime("COMPLETE", one, other);
    assertThat(sandbox.creates().stream().map(Create::generationId))
        .contains(generations(one, other))
        .hasSize(1 + 2);
  }

  @Test
  void ofTwoEqualRequestsInDoubtOnlyTheOneThatWasNotMadeIsSubmittedAgain() throws Exception {
    startWithHistory();
    sandbox.next(Door.CREATE, Fault.ANSWER_LOST, Fault.NOT_ACCEPTED);
    String one = doubt.accept("a koala");
    String other = doubt.accept("a koala");
    doubt.until("IN_DOUBT", one, other);

    clock.tick(SETTLE.plus(LONGEST_CALL).plusSeconds(1));
    await()
        .until(() -> doubt.state(one).equals("COMPLETE") || doubt.state(other).equals("COMPLETE"));
    String later = doubt.accept("a dog");

    doubt.inTime("COMPLETE", one, other, later);
    assertThat(sandbox.creates().stream().map(Create::generationId))
        .contains(generations(one, other, later))
        .hasSize(1 + 3);
  }

  @Test
  void ofEqualRequestsThatAreNotDueTogetherNoneIsGivenTheOthersGeneration() throws Exception {
    startWithHistory();
    sandbox.next(Door.CREATE, Fault.HANGING);
    sandbox.next(Door.LIST, Fault.HTML, Fault.HTML, Fault.HTML, Fault.HTML);
    String old = doubt.accept("a koala");
    await().atMost(PATIENCE).until(() -> sandbox.creates().size() == 1 + 1);
    clock.tick(Duration.ofSeconds(10));
    // So many that the old one stands on a later page than the young one.
    IntStream.range(0, 30).forEach(i -> create("a cat"));
    clock.tick(Duration.ofSeconds(50));
    doubt.until("IN_DOUBT", old);
    // At most 30, 30, 60 and 120 s apart: the next look is after 80 s more at the soonest.
    for (int seconds : List.of(30, 30, 60, 120)) {
      long before = doubt.looks();
      clock.tick(Duration.ofSeconds(seconds));
      await().atMost(PATIENCE).until(() -> doubt.looks() > before);
    }
    clock.tick(Duration.ofSeconds(30));
    sandbox.next(Door.CREATE, Fault.ANSWER_LOST);
    String young = doubt.accept("a koala");
    doubt.until("IN_DOUBT", young);

    clock.tick(SETTLE.plusSeconds(10 + 2 * 5 + 1));
    String later = doubt.accept("a dog");

    doubt.inTime("COMPLETE", old, young, later);
    assertThat(sandbox.creates()).hasSize(1 + 1 + 30 + 1 + 1);
    assertThat(sandbox.creates().stream().map(Create::generationId))
        .contains(generations(old, young, later));
  }

  @Test
  void aGenerationThatAnotherJobHasIsNotTakenForADoubtfulOne() throws Exception {
    sandbox.next(Door.CREATE, Fault.NONE, Fault.NOT_ACCEPTED);
    doubt.start();
    String made = doubt.accept("a koala");
    doubt.until("RUNNING", made);
    String id = doubt.accept("a koala");
    doubt.until("IN_DOUBT", id);

    clock.tick(SETTLE);

    doubt.heldBecause(id, LAGS);
    assertThat(doubt.state(id)).isEqualTo("IN_DOUBT");
    assertThat(sandbox.creates()).hasSize(1);
  }

  @Test
  void aListThatLeavesOutAGenerationOfOursReleasesNothingThatWasBegunBefore() throws Exception {
    startWithHistory();
    sandbox.next(Door.CREATE, Fault.NOT_ACCEPTED);
    String id = doubt.accept("a koala");
    doubt.until("IN_DOUBT", id);
    String deleted = doubt.accept("a cat");
    doubt.until("RUNNING", deleted);
    String generation = generations(deleted)[0];
    send(
        HttpRequest.newBuilder(URI.create(sandbox.baseUrl() + "/v1/generations/" + generation))
            .DELETE());
    clock.tick(SETTLE.plus(LONGEST_CALL).plusSeconds(1));
    sandbox.next(Door.CREATE, Fault.NOT_ACCEPTED);
    String young = doubt.accept("a dog");
    doubt.until("IN_DOUBT", young);
    clock.tick(SETTLE.plus(LONGEST_CALL).plusSeconds(1));
    doubt.accept("a bird");

    doubt.inTime("COMPLETE", young);

    doubt.heldBecause(
        id,
        "the provider's list leaves out generation %s of ours: it may leave out this one as well"
            .formatted(generation));
    assertThat(sandbox.count(Door.CREATE)).isEqualTo(1 + 4 + 1);
  }

  @Test
  void aListOfManyPagesIsReadBackToTheTimeOfTheDoubt() throws Exception {
    IntStream.range(0, 30).forEach(i -> create("an old cat"));
    clock.tick(Duration.ofDays(2));
    IntStream.range(0, 40).forEach(i -> create("a cat"));
    sandbox.next(Door.CREATE, Fault.ANSWER_LOST);
    doubt.start();
    String id = doubt.accept("a koala");
    doubt.until("IN_DOUBT", id);
    IntStream.range(0, 20).forEach(i -> create("a dog"));

    clock.tick(SETTLE);

    doubt.until("COMPLETE", id);
    assertThat(sandbox.count(Door.LIST)).isEqualTo(3);
  }

  @Test
  void onHoldTheListIsNeverAsked() throws Exception {
    sandbox.next(Door.CREATE, Fault.ANSWER_LOST);
    doubt.with("leonardo.reconcile", "hold");
    start();
    String id = doubt.accept("a koala");
    doubt.until("IN_DOUBT", id);

    clock.tick(Duration.ofDays(1));
    String later = doubt.accept("a cat");
    doubt.until("RUNNING", later);

    assertThat(doubt.state(id)).isEqualTo("IN_DOUBT");
    assertThat(sandbox.count(Door.ME)).isEqualTo(1);
    assertThat(sandbox.count(Door.LIST)).isZero();
  }

  @Test
  void aCreateThatTheProgramDiedOverIsFound() throws Exception {
    String id = submittingBeforeTheCrash();
    create("a koala");

    doubt.start();
    doubt.until("IN_DOUBT", id);
    clock.tick(SETTLE);

    doubt.until("COMPLETE", id);
    assertThat(sandbox.creates()).hasSize(1);
  }

  @Test
  void aCreateThatTheProgramDiedBeforeIsSubmittedOnceTheListIsSeenToBeTrue() throws Exception {
    startWithHistory();
    doubt.close();
    doubt = doubt();
    String id = submittingBeforeTheCrash();

    doubt.start();
    doubt.until("IN_DOUBT", id);
    clock.tick(SETTLE.plus(LONGEST_CALL).plusSeconds(1));
    String later = doubt.accept("a dog");

    doubt.inTime("COMPLETE", id, later);
    assertThat(sandbox.creates()).hasSize(1 + 2);
  }

  private String submittingBeforeTheCrash() throws Exception {
    Files.createDirectories(folder.resolve("data"));
    try (Ledger ledger =
        TestLedger.open("jdbc:sqlite:" + folder.resolve("data").resolve("ledger.db"), clock)) {
      NewJob asked =
          TestLedger.asked(
              null,
              ReconcileFixture.json(request("a koala")),
              new Job.Routing(null, null, "hash", 4, List.of(), null));
      Job job = ((Acceptance.Accepted) ledger.accept(asked, accepted -> List.of())).job();
      ledger.submitting(job, TestLimits.of(10, 100), Duration.ofMinutes(5)).orElseThrow();
      return job.id();
    }
  }

  /** So that the list shows one of ours that is older than any doubt. */
  private void startWithHistory() throws Exception {
    doubt.start();
    doubt.until("RUNNING", doubt.accept("an earlier cat"));
    clock.tick(Duration.ofHours(1));
  }

  /** A job whose create was not made, and whose doubt no list could end so far. */
  private String inDoubtForHours() throws Exception {
    startWithHistory();
    sandbox.next(Door.CREATE, Fault.NOT_ACCEPTED);
    String id = doubt.accept("a koala");
    doubt.until("IN_DOUBT", id);
    for (int looks = 1; looks <= 8; looks++) {
      int so = looks;
      clock.tick(Duration.ofHours(1));
      await().atMost(PATIENCE).until(() -> doubt.looks() == so);
    }
    return id;
  }

  /** Somebody's create that no ledger of ours knows. */
  private void create(String prompt) {
    send(
        HttpRequest.newBuilder(URI.create(sandbox.baseUrl() + "/v2/generations"))
            .POST(BodyPublishers.ofString(request(prompt))));
  }

  private static void send(HttpRequest.Builder request) {
    try {
      HttpClient.newHttpClient()
          .send(request.header("authorization", "Bearer key").build(), BodyHandlers.discarding());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static String request(String prompt) {
    return """
    {"model":"kling-3.0-turbo","public":false,"parameters":{"prompt":"%s"}}\
    """
        .formatted(prompt);
  }

  private String[] generations(String... ids) {
    return IntStream.range(0, ids.length)
        .mapToObj(i -> doubt.job(ids[i]).path("generationId").asText())
        .toArray(String[]::new);
  }
}
