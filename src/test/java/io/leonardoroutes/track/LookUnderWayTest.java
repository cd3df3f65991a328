package io.leonardoroutes.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.HostileServer;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.ledger.Engine;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Looks that last, and what goes on beside them. */
@Tag("long")
class LookUnderWayTest {
  private static final Duration LONG = Patience.LONG;
  private static final String FIRST = "/v1/generations/gen-1";

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private final CountDownLatch released = new CountDownLatch(1);
  private ScriptedProvider unused;
  private HostileServer provider;
  private FlowFixture story;

  /** The first look at the first job stands still until it is released. */
  @BeforeEach
  void open() throws Exception {
    unused = ScriptedProvider.start();
    provider =
        HostileServer.start()
            .with(
                (call, out) -> {
                  if (call.path().endsWith(FIRST) && looks() == 1) {
                    released.await();
                  }
                  return false;
                });
    story =
        FlowFixture.in(folder, unused)
            .with("leonardo.base-url", provider.baseUrl())
            .with("leonardo.download.hosts", provider.host());
  }

  @AfterEach
  void close() {
    released.countDown();
    story.close();
    provider.close();
    unused.close();
  }

  private long looks() {
    return provider.calls(FIRST).stream().filter(call -> call.path().endsWith(FIRST)).count();
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void aLookThatOutlastsItsLeaseIsNotMadeASecondTime(Engine engine) throws Exception {
    story
        .with("leonardo.ledger.url", engine.emptyLedger(folder))
        .with("leonardo.lease", "200ms")
        .start();
    String first = story.accept(FlowFixture.REQUEST);
    await().atMost(LONG).until(() -> looks() == 1);

    long leases = System.nanoTime() + Duration.ofSeconds(3).toNanos();
    while (System.nanoTime() < leases) {
      story.told(story.accept(FlowFixture.REQUEST), "completed");
    }

    assertThat(looks()).isEqualTo(1);
    released.countDown();
    story.told(first, "completed");
  }

  @Test
  void aLookThatAWebhookAskedForDuringAnotherIsMadeAfterIt() throws Exception {
    provider.with(
        (call, out) -> {
          if (call.path().endsWith(FIRST) && looks() == 1) {
            released.await();
            out.say(
                HostileServer.json(
                    "{\"generations_by_pk\":{\"id\":\"gen-1\",\"status\":\"PENDING\"}}"));
            return true;
          }
          return false;
        });
    story
        .with("leonardo.track.every", "1h")
        .with("leonardo.rest.enabled", "true")
        .with("leonardo.webhook.key", "callback-key")
        .start();
    String id = story.accept(FlowFixture.REQUEST);
    await().atMost(LONG).until(() -> looks() == 1);

    int status =
        RestClient.of(story.app())
            .send(
                "POST",
                "/webhooks/leonardo",
                "{\"data\":{\"object\":{\"id\":\"gen-1\"}}}",
                "Authorization",
                "Bearer callback-key")
            .statusCode();
    assertThat(status).isEqualTo(202);
    // Accepted after it and looked at by now: the first one was due again before.
    story.told(story.accept(FlowFixture.REQUEST), "completed");
    assertThat(looks()).isEqualTo(1);
    released.countDown();

    story.told(id, "completed");
    assertThat(looks()).isEqualTo(2);
  }

  /** A job whose first look is under way. */
  private String lookedAt() throws Exception {
    story.bind("clock", clock).with("leonardo.track.first", "1s").start();
    String id = story.accept(FlowFixture.REQUEST);
    story.until(id, "RUNNING");
    clock.tick(Duration.ofSeconds(1));
    await().atMost(LONG).until(() -> looks() == 1);
    return id;
  }

  @Test
  void aClockThatIsSetForwardDuringALookIsNoProviderThatHangs() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      String id = lookedAt();

      clock.tick(Duration.ofHours(1));
      released.countDown();

      story.told(id, "completed");
      assertThat(log.with("no poll has ended")).isEmpty();
    }
  }

  @Test
  void thatNoLookEndsIsToldUntilOneDoes() throws Exception {
    RestClient operator =
        new RestClient(URI.create(story.app().managed()), HttpClient.newHttpClient());
    try (LogCapture log = LogCapture.open()) {
      String id = lookedAt();
      assertThat(log.with("no poll has ended")).isEmpty();

      await()
          .atMost(LONG)
          .until(
              () -> {
                clock.tick(Duration.ofSeconds(5));
                return log.with("no poll has ended").size() == 1;
              });
      assertThat(log.with("no poll has ended"))
          .containsExactly(
              "WARN no poll has ended for 2 minutes, under way: 1; the provider does not answer, or"
                  + " does not finish its answers");
      assertThat(operator.get("/health/ready").body())
          .isEqualTo("{\"status\":\"DEGRADED\",\"away\":[\"the end of a poll\"]}");

      released.countDown();
      story.told(id, "completed");
      assertThat(log.with("the end of a poll")).containsExactly("INFO the end of a poll is back");
    }
  }
}
