package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ReconcileFixture;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.ledger.Engine;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.sandbox.Create;
import io.leonardoroutes.sandbox.Door;
import io.leonardoroutes.sandbox.Fault;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several instances on one PostgreSQL ledger and one data folder. */
@Tag("long")
class InstancesTest {
  private static final Duration LONG = Patience.LONG;
  private static final AccountLimits LIMITS = TestLimits.of(10, 100);

  @TempDir Path folder;
  private final List<App> instances = new ArrayList<>();
  private ScriptedProvider provider;
  private String url;

  @BeforeEach
  void open() throws IOException {
    provider = ScriptedProvider.start();
    url = Engine.POSTGRES.emptyLedger(folder);
  }

  @AfterEach
  void close() {
    instances.forEach(App::close);
    provider.close();
  }

  @Test
  void twoThatStartAtOnceOnAnEmptyDatabaseBothComeUpAndTakeEachFileOfASharedFolderOnce()
      throws Exception {
    InboxFixture drop = InboxFixture.into(folder.resolve("data").resolve("inbox"));
    App one = instance().with("leonardo.file.enabled", "true");
    App two = instance().with("leonardo.file.enabled", "true");
    try (LogCapture log = LogCapture.ofEverything()) {
      CompletableFuture.allOf(starting(one), starting(two)).join();
      for (int i = 0; i < 30; i++) {
        drop.file("koala-" + i + ".json", InboxFixture.request("The koala number " + i));
        drop.file("wrong-" + i + ".json", "{\"model\":\"kling-9\"}");
      }

      await().atMost(LONG).until(() -> files(one, "inbox/.accepted").size() == 30);
      await().atMost(LONG).until(() -> files(one, "inbox/.rejected").size() == 60);
      await().atMost(LONG).until(() -> files(one, "outbox").size() == 90);
      assertThat(provider.creates()).hasSize(30);
      assertThat(files(one, "inbox")).isEmpty();
      assertThat(log.warnings()).isEmpty();
    }
  }

  @Test
  void ofOneQueueEachMessageIsTakenOnceByOneOfThem() throws Exception {
    try (TestBroker broker = new TestBroker(folder.resolve("broker"), App.freePort())) {
      broker.start();
      for (int i = 0; i < 2; i++) {
        instance().with("leonardo.jms.enabled", "true").with("leonardo.jms.url", broker.url());
      }
      for (App app : instances) {
        app.start();
      }
      try (TestBroker.Caller caller = new TestBroker.Caller(broker.url())) {
        for (int i = 0; i < 40; i++) {
          caller.send("leonardo.requests", InboxFixture.request("The koala number " + i));
        }
        await().atMost(LONG).until(() -> files(instances.get(0), "outbox").size() == 120);

        assertThat(provider.creates()).hasSize(40);
        instances.forEach(App::close);
      }
    }
  }

  @Test
  void theSlotsAreThoseOfAllOfThemTogether() throws Exception {
    Duration took = Duration.ofMillis(400);
    try (Sandbox sandbox =
            Sandbox.start(SandboxOptions.defaults().withJobDuration(took).withConcurrency(100));
        Ledger ledger = TestLedger.open(url)) {
      for (int i = 0; i < 3; i++) {
        instance()
            .with("leonardo.base-url", sandbox.baseUrl())
            .with("leonardo.download.hosts", sandbox.host())
            .with("leonardo.limits.concurrent", "4")
            .start();
      }
      for (int i = 0; i < 30; i++) {
        accept(instances.get(i % 3), i);
      }
      await().atMost(LONG).until(() -> ledger.list(JobState.COMPLETE, 100, null).size() == 30);

      List<Create> creates = sandbox.creates();
      assertThat(creates).hasSize(30);
      assertThat(creates)
          .allSatisfy(
              begun ->
                  assertThat(creates)
                      .filteredOn(other -> !other.at().isAfter(begun.at()))
                      .filteredOn(other -> other.at().plus(took).isAfter(begun.at()))
                      .hasSizeLessThanOrEqualTo(4));
    }
  }

  @Test
  void whatADeadOneHeldIsDoneByAnotherOnceItsLeaseIsOver() throws Exception {
    Duration lease = Duration.ofSeconds(3);
    String intakeOnly = "file:routes/accept.camel.yaml,file:routes/deliver.camel.yaml";
    try (Ledger dead = TestLedger.open(url)) {
      App intake = instance().with("leonardo.routes", intakeOnly).with("leonardo.tick", "10h");
      intake.start();
      List<String> ids = IntStream.range(0, 3).mapToObj(i -> accept(intake, i)).toList();
      Job calling = submitting(dead, lease);
      Job running = submitting(dead, lease);
      dead.move(
          running,
          running.to(JobState.RUNNING).created("gen-0", null).dueAt(dead.clock().instant()),
          event(running, dead.clock().instant()));
      assertThat(dead.governor().polls(1, LIMITS, lease)).hasSize(1);
      assertThat(dead.claim(JobState.ACCEPTED, 1, lease)).hasSize(1);
      assertThat(dead.outbox().claim("outbox", 1, lease)).hasSize(1);

      instance().with("leonardo.lease", "3s").with("leonardo.reconcile", "hold").start();

      await()
          .atMost(LONG)
          .until(() -> dead.list(JobState.COMPLETE, 3, null).size() == ids.size() - 1);
      await()
          .atMost(LONG)
          .until(() -> Files.exists(intake.outbox().resolve("dead.submitted.json")));
      Job doubtful = dead.find(calling.id()).orElseThrow();
      assertThat(doubtful.state()).isEqualTo(JobState.IN_DOUBT);
      // It could be alive without the ledger: the list is not believed before its call can have
      // ended.
      assertThat(doubtful.problem().get("since").asText())
          .isEqualTo(doubtful.submittedAt().plusSeconds(10 + 2 * 60 + 2 * 3).toString());
      assertThat(provider.creates()).hasSize(1);
    }
  }

  @Test
  void ofTwoThatReadTheListAtOnceNeitherAdoptsOrReleasesWhatTheOtherDid() throws Exception {
    TickingClock clock = new TickingClock();
    try (Sandbox sandbox =
            Sandbox.start(
                SandboxOptions.defaults().withClock(clock).withJobDuration(Duration.ZERO));
        ReconcileFixture one =
            new ReconcileFixture(folder.resolve("one"), clock, sandbox.baseUrl(), sandbox.host());
        ReconcileFixture two =
            new ReconcileFixture(folder.resolve("two"), clock, sandbox.baseUrl(), sandbox.host())) {
      for (ReconcileFixture instance : List.of(one, two)) {
        // No list shows a job that is made at once while it is being made.
        instance.with("leonardo.ledger.url", url).with("leonardo.track.give-up", "1m").start();
      }
      one.until("RUNNING", one.accept("an earlier cat"));
      clock.tick(Duration.ofHours(1));
      for (int i = 0; i < 4; i++) {
        sandbox.next(Door.CREATE, Fault.ANSWER_LOST, Fault.NOT_ACCEPTED);
      }
      List<String> ids =
          IntStream.range(0, 8)
              .mapToObj(i -> List.of(one, two).get(i % 2).accept("a koala"))
              .toList();
      one.until("IN_DOUBT", ids.toArray(String[]::new));

      // The longest call, and one settle.
      clock.tick(Duration.ofSeconds(10 + 2 * 2 + 31));
      one.accept("a dog");
      one.inTime("COMPLETE", ids.toArray(String[]::new));

      assertThat(sandbox.count(Door.CREATE)).isEqualTo(1 + 8 + 1 + 4);
      assertThat(sandbox.creates().stream().map(Create::generationId))
          .hasSize(1 + 8 + 1)
          .containsAll(ids.stream().map(id -> one.job(id).get("generationId").asText()).toList());
      assertThat(ids.stream().map(id -> one.job(id).get("generationId").asText()))
          .doesNotHaveDuplicates();
    }
  }

  private static Job submitting(Ledger by, Duration lease) {
    // The clocks of two instances may be a moment apart.
    List<Job> due =
        await().until(() -> by.claim(JobState.ACCEPTED, 1, lease), jobs -> !jobs.isEmpty());
    return by.submitting(due.get(0), LIMITS, lease).orElseThrow();
  }

  private static OutboxEvent event(Job job, Instant now) {
    List<OutboxEvent.Target> outbox =
        List.of(new OutboxEvent.Target("outbox", Delivery.Content.EVENT));
    return new OutboxEvent("event-1", job.id(), "submitted", "{}", "dead", null, now, outbox);
  }

  private static String accept(App app, int number) {
    String answer =
        app.template()
            .requestBody(
                "direct:leonardo-accept",
                InboxFixture.request("The koala number " + number),
                String.class);
    return FlowFixture.json(answer).get("id").asText();
  }

  private App instance() {
    App app = App.in(folder).at(provider).with("leonardo.ledger.url", url);
    instances.add(app);
    return app;
  }

  private static CompletableFuture<Void> starting(App app) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            app.start();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** The files in a folder under the common data folder. */
  private static List<Path> files(App app, String of) {
    Path in = app.data().resolve(of);
    if (!Files.isDirectory(in)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(in)) {
      return files.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
