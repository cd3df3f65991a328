package io.leonardoroutes.submit;

import static io.leonardoroutes.event.EventType.IN_DOUBT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.job.Delivery.State;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.ledger.Engine;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that was slow, or asleep, while another one on the same ledger gave its call up. */
class LateAnswerTest {
  @TempDir Path folder;
  private final TickingClock ahead = new TickingClock();
  private final CountDownLatch held = new CountDownLatch(1);
  private ScriptedProvider provider;
  private FlowFixture story;
  private Ledger other;
  private String url;

  @BeforeEach
  void open() throws IOException {
    provider = ScriptedProvider.start();
    url = Engine.POSTGRES.emptyLedger(folder);
    story =
        FlowFixture.in(folder, provider)
            .with("leonardo.ledger.url", url)
            .with("leonardo.track.first", "1h");
    other = TestLedger.open(url, ahead);
    ahead.tick(Duration.ofDays(3650));
  }

  @AfterEach
  void close() {
    held.countDown();
    story.close();
    other.close();
    provider.close();
  }

  @Test
  void anAnswerThatComesAfterTheDoubtEndsIt() throws Exception {
    provider.onCreate(this::slowly);
    story.start();
    String id = beingMade();

    givenUp();
    held.countDown();

    JsonNode job = story.until(id, "RUNNING");
    assertThat(job.get("generationId").asText()).isEqualTo("gen-1");
    assertThat(job.has("problem")).isFalse();
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void anAnswerThatComesAfterItWasTakenForUnpaidStopsTheSecondCall() throws Exception {
    provider.onCreate(this::slowly);
    story.start();
    String id = beingMade();

    Job doubtful = givenUp();
    other.move(doubtful, doubtful.to(JobState.ACCEPTED).dueAt(ahead.instant()));
    held.countDown();

    JsonNode job = story.until(id, "RUNNING");
    assertThat(job.get("generationId").asText()).isEqualTo("gen-1");
    assertThat(job.has("submittedAt")).isTrue();
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void anAnswerToAnAttemptThatTheRestoredLedgerDoesNotKnowDoesNotEndItsDoubt() throws Exception {
    provider.onCreate(
        create -> {
          held.await(Patience.LONG.toSeconds(), TimeUnit.SECONDS);
          return ScriptedProvider.json(400, "{\"error\":\"no\"}");
        });
    story.start();
    String id = beingMade();

    Job begun = other.find(id).orElseThrow();
    other.move(begun, begun.to(JobState.ACCEPTED).dueAt(ahead.instant().plus(Duration.ofHours(1))));
    other.restored(
        ahead.instant(),
        Job.Change::done,
        job -> new EventFactory(List.of(), ahead).of(IN_DOUBT, job));
    held.countDown();
    story.close();

    assertThat(other.find(id).orElseThrow().state()).isEqualTo(JobState.IN_DOUBT);
    assertThat(provider.creates()).hasSize(1);
  }

  private static void awaitWarning(LogCapture log, String line) {
    await().atMost(Patience.LONG).untilAsserted(() -> assertThat(log.warnings()).contains(line));
  }

  @Test
  void aGenerationThatIsAnsweredInTheNextAttemptIsToldWithWhatBecameOfItsJob() throws Exception {
    provider.onCreate(this::slowly);
    story.start();
    String id = beingMade();
    Job doubtful = givenUp();
    other.move(doubtful, doubtful.to(JobState.ACCEPTED).dueAt(ahead.instant()));
    Job released = other.find(id).orElseThrow();
    other.submitting(released, TestLimits.of(10, 100), Duration.ofDays(1)).orElseThrow();
    try (LogCapture log = LogCapture.open()) {
      held.countDown();

      awaitWarning(
          log,
          "ERROR %s was already SUBMITTING in a later attempt before generation"
                  .formatted(released.name())
              + " gen-1 was answered: it is paid, and no job has it");
      assertThat(log.with("given up")).isEmpty();
    }
    assertThat(other.find(id).orElseThrow().generationId()).isNull();
  }

  @Test
  void aGenerationThatIsAnsweredAfterTheJobWasGivenUpIsToldAsThat() throws Exception {
    provider.onCreate(this::slowly);
    story.start();
    beingMade();
    Job doubtful = givenUp();
    other.move(doubtful, doubtful.to(JobState.FAILED).done());
    try (LogCapture log = LogCapture.open()) {
      held.countDown();

      await()
          .atMost(Patience.LONG)
          .until(() -> !log.with("was given up before generation gen-1 was answered").isEmpty());
    }
  }

  @Test
  void aGenerationThatIsAnsweredAfterTheJobGotAnotherIsToldWithWhoHasIt() throws Exception {
    provider.onCreate(this::slowly);
    story.start();
    beingMade();
    Job doubtful = givenUp();
    other.adopt(doubtful, doubtful.to(JobState.RUNNING).created("gen-0", null).done());
    Job another = other.find(story.accept(FlowFixture.REQUEST)).orElseThrow();
    await()
        .atMost(Patience.LONG)
        .until(() -> "gen-1".equals(story.job(another.id()).path("generationId").asText()));
    try (LogCapture log = LogCapture.open()) {
      held.countDown();

      awaitWarning(
          log,
          "ERROR %s got generation gen-0 before generation gen-2 was answered: it is"
                  .formatted(doubtful.name())
              + " paid, and no job has it");
    }
  }

  @Test
  void aGenerationThatAnotherJobAdoptedMeanwhileStaysWithThatJob() throws Exception {
    provider.onCreate(this::slowly);
    story.start();
    String id = beingMade();
    Job doubtful = givenUp();
    story.app().context().getRouteController().suspendRoute("submit");
    Job twin = other.find(story.accept(FlowFixture.REQUEST)).orElseThrow();
    other.adopt(twin, twin.to(JobState.RUNNING).created("gen-1", null).done());
    try (LogCapture log = LogCapture.open()) {
      held.countDown();

      awaitWarning(
          log,
          "ERROR %s was already IN_DOUBT before generation gen-1 was answered: it is"
                  .formatted(doubtful.name())
              + " paid, and %s has it".formatted(twin.name()));
    }
    assertThat(other.find(id).orElseThrow().generationId()).isNull();
    assertThat(other.find(twin.id()).orElseThrow().generationId()).isEqualTo("gen-1");
    // Else the stop waits for what nobody takes.
    story.app().context().getRouteController().resumeRoute("submit");
  }

  @Test
  void anAnswerThatIsNoNewsIsNotLogged() throws Exception {
    provider.onCreate(
        create -> {
          held.await(Patience.LONG.toSeconds(), TimeUnit.SECONDS);
          return ScriptedProvider.json(500, "{}");
        });
    story.start();
    beingMade();
    Job doubtful = givenUp();
    other.move(doubtful, doubtful.to(JobState.FAILED).done());
    try (LogCapture log = LogCapture.open()) {
      held.countDown();
      story.close();

      assertThat(log.with(" is in doubt")).isEmpty();
    }
  }

  @Test
  void aCallThatNoLongerHasItsLeaseIsNotMade() throws Exception {
    TickingClock clock = new TickingClock();
    story
        .edited(
            folder,
            "submit.camel.yaml",
            "expression: ${exchangeProperty.leonardoBegun}\n            steps:\n",
            "expression: ${exchangeProperty.leonardoBegun}\n            steps:\n"
                + "              - to:\n                  uri: direct:asleep\n")
        .bind("clock", clock)
        .app()
        .main()
        .configure()
        .addRoutesBuilder(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("direct:asleep")
                    .process(e -> held.await(Patience.LONG.toSeconds(), TimeUnit.SECONDS));
              }
            });
    story.start();
    String id = story.accept(FlowFixture.REQUEST);
    await().atMost(Patience.LONG).until(() -> story.state(id).equals("SUBMITTING"));

    clock.tick(Duration.ofSeconds(41));
    held.countDown();

    await().atMost(Patience.LONG).until(() -> story.state(id).equals("ACCEPTED"));
    assertThat(provider.creates()).isEmpty();
    clock.tick(Duration.ofSeconds(2));
    assertThat(story.until(id, "RUNNING").get("generationId").asText()).isEqualTo("gen-1");
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void anAnswerIsRecordedAlsoWhereTheLedgersConnectionsWereCutMeanwhile() throws Exception {
    provider.onCreate(
        create -> {
          cutConnections();
          return provider.created();
        });
    story.start();

    String id = story.accept(FlowFixture.REQUEST);

    assertThat(story.told(id, "submitted").at("/data/generationId").asText()).isEqualTo("gen-1");
    assertThat(story.state(id)).isEqualTo("RUNNING");
    assertThat(provider.creates()).hasSize(1);
    assertThat(story.told(id)).containsExactly("submitted");
  }

  @Test
  void aCallThatMayStillBeMadeByAnotherInstanceCannotBeResolvedAsUnpaid() throws Exception {
    provider.onCreate(this::slowly);
    story.with("leonardo.tick", "10h").start();
    String id = story.accept(FlowFixture.REQUEST);
    ahead.tick(Duration.between(ahead.instant(), Instant.now()));
    AccountLimits limits = TestLimits.of(10, 100);
    other.submitting(other.find(id).orElseThrow(), limits, Duration.ZERO).orElseThrow();
    story.app().template().sendBody("seda:leonardo-submit?discardWhenFull=true", null);
    JsonNode job = story.until(id, "IN_DOUBT");

    ResolveStep resolve = story.app().context().getRegistry().findSingleByType(ResolveStep.class);
    assertThatThrownBy(() -> resolve.decide(id, null, "{\"as\":\"unpaid\"}"))
        .isInstanceOf(RequestRejected.class)
        .hasMessage(
            "409 not-over-yet: the paid call for job "
                + id
                + " may last until "
                + job.at("/problem/since").asText()
                + ": decide then");
    assertThat(story.state(id)).isEqualTo("IN_DOUBT");
    resolve.decide(id, null, "{\"as\":\"failed\"}");
  }

  private void cutConnections() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }
  }

  @Test
  void aDownloadKeepsItsLeaseHoweverLongItTakesAndNobodyElseFetchesIt() throws Exception {
    TickingClock clock = new TickingClock();
    provider.onDownload(
        download -> {
          held.await(Patience.LONG.toSeconds(), TimeUnit.SECONDS);
          return ScriptedProvider.video();
        });
    story.bind("clock", clock).with("leonardo.track.first", "1ms").start();
    String id = story.accept(FlowFixture.REQUEST);
    await()
        .atMost(Patience.LONG)
        .until(
            () -> {
              clock.tick(Duration.ofMillis(provider.looks().isEmpty() ? 1 : 0));
              return provider.downloads().size() == 1;
            });
    ahead.tick(Duration.between(ahead.instant(), clock.instant()));

    for (int i = 0; i < 5; i++) {
      clock.tick(Duration.ofSeconds(15));
      ahead.tick(Duration.ofSeconds(15));
      await()
          .during(Duration.ofMillis(200))
          .until(() -> other.claim(JobState.COMPLETE, 1, Duration.ofSeconds(30)).isEmpty());
    }
    held.countDown();

    story.told(id, "completed");
    assertThat(provider.downloads()).hasSize(1);
  }

  @Test
  void aDeliveryKeepsItsLeaseHoweverLongTheSinkTakesAndNobodyElseMakesIt() throws Exception {
    TickingClock clock = new TickingClock();
    story
        .with("leonardo.sinks.slow.uri", "direct:slow")
        .with("leonardo.sinks.slow.events", "submitted")
        .edited(folder, "deliver.camel.yaml", "delay: 1000", "delay: 20")
        .bind("clock", clock)
        .app()
        .main()
        .configure()
        .addRoutesBuilder(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("direct:slow")
                    .process(e -> held.await(Patience.LONG.toSeconds(), TimeUnit.SECONDS));
              }
            });
    story.start();
    story.told(story.accept(FlowFixture.REQUEST), "submitted");
    ahead.tick(Duration.between(ahead.instant(), clock.instant()));

    for (int i = 0; i < 5; i++) {
      await()
          .during(Duration.ofMillis(200))
          .until(() -> other.outbox().claim("slow", 1, Duration.ofSeconds(30)).isEmpty());
      clock.tick(Duration.ofSeconds(15));
      ahead.tick(Duration.ofSeconds(15));
    }
    held.countDown();

    await().atMost(Patience.LONG).until(() -> other.outbox().count(State.PENDING) == 0);
  }

  private MockResponse slowly(RecordedRequest create) throws InterruptedException {
    held.await(Patience.LONG.toSeconds(), TimeUnit.SECONDS);
    return provider.created();
  }

  private String beingMade() {
    String id = story.accept(FlowFixture.REQUEST);
    await().atMost(Patience.LONG).until(() -> provider.creates().size() == 1);
    return id;
  }

  /** What another instance does with the call once its lease is over by its own clock. */
  private Job givenUp() {
    Job found = other.claim(JobState.SUBMITTING, 1, Duration.ofSeconds(30)).get(0);
    other.move(found, found.to(JobState.IN_DOUBT).done());
    return other.find(found.id()).orElseThrow();
  }
}
