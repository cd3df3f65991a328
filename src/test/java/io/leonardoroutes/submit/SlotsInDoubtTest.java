package io.leonardoroutes.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ReconcileFixture;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.sandbox.Door;
import io.leonardoroutes.sandbox.Fault;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After an outage whose answers left every slot to a job in doubt. */
class SlotsInDoubtTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private Sandbox sandbox;
  private ReconcileFixture doubt;

  @BeforeEach
  void open() {
    sandbox =
        Sandbox.start(SandboxOptions.defaults().withClock(clock).withJobDuration(Duration.ZERO));
    doubt =
        new ReconcileFixture(folder, clock, sandbox.baseUrl(), sandbox.host())
            .with("leonardo.limits.concurrent", "3")
            .with("leonardo.track.give-up", "10m")
            .with("leonardo.rest.enabled", "true");
  }

  @AfterEach
  void close() {
    doubt.close();
    sandbox.close();
  }

  @Test
  void oneMoreIsSubmittedToShowWhatBecameOfThemAndAllGoOnWithoutAPerson() throws Exception {
    String managed = doubt.app.managed();
    try (LogCapture log = LogCapture.open()) {
      doubt.start();
      String earlier = doubt.accept("an earlier cat");
      doubt.until("RUNNING", earlier);
      doubt.inTime("COMPLETE", earlier);
      sandbox.next(Door.CREATE, Fault.NOT_ACCEPTED, Fault.NOT_ACCEPTED, Fault.NOT_ACCEPTED);
      String one = doubt.accept("a koala");
      String two = doubt.accept("a cat");
      String three = doubt.accept("a dog");
      doubt.until("IN_DOUBT", one, two, three);
      clock.tick(Duration.ofSeconds(1));
      String waiting = doubt.accept("a bird");
      await().atMost(LONG).until(() -> ready(managed).contains("a free slot"));
      assertThat(doubt.state(waiting)).isEqualTo("ACCEPTED");

      doubt.inTime("COMPLETE", one, two, three, waiting);

      assertThat(sandbox.creates()).hasSize(1 + 4);
      assertThat(sandbox.count(Door.CREATE)).isEqualTo(1 + 3 + 4);
      await().atMost(LONG).until(() -> ready(managed).equals("{\"status\":\"UP\"}"));
      assertThat(log.with("every slot"))
          .containsExactly(
              "WARN jobs in doubt hold every slot of account default: one job at a time is"
                  + " submitted, once the provider's list can be read; end them with POST"
                  + " /generations/{id}/resolve or POST /resolve, or see them with GET"
                  + " /generations?state=IN_DOUBT");
      assertThat(log.with("a free slot")).containsExactly("INFO a free slot is back");
    }
  }

  @Test
  void whereTheListIsNeverReadTheLogPromisesNoSubmissionUntilADoubtIsResolved() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      doubt.with("leonardo.reconcile", "hold").start();
      sandbox.next(Door.CREATE, Fault.NOT_ACCEPTED, Fault.NOT_ACCEPTED, Fault.NOT_ACCEPTED);
      doubt.until(
          "IN_DOUBT", doubt.accept("a koala"), doubt.accept("a cat"), doubt.accept("a dog"));

      await().atMost(LONG).until(() -> !log.with("every slot").isEmpty());
      assertThat(log.with("every slot"))
          .containsExactly(
              "WARN jobs in doubt hold every slot of account default: none is submitted until one"
                  + " is resolved or older than leonardo.track.give-up; end them with POST"
                  + " /generations/{id}/resolve or POST /resolve, or see them with GET"
                  + " /generations?state=IN_DOUBT");
    }
  }

  @Test
  void afterACreateWhoseOutcomeIsNotKnownOneAtATimeIsTriedOnceTheProviderAnswers()
      throws Exception {
    doubt.with("leonardo.submit.probe", "10s");
    Fault error = Fault.refused(500, "Service Error");
    sandbox.next(Door.CREATE, error, error);
    doubt.start();
    accountIsKnown();
    String first = doubt.accept("a koala");
    doubt.until("IN_DOUBT", first);
    String second = doubt.accept("a cat");
    String third = doubt.accept("a dog");
    int asked = sandbox.count(Door.ME);

    clock.tick(Duration.ofSeconds(11));
    await().atMost(LONG).until(() -> inDoubt(second, third) == 1);
    assertThat(sandbox.count(Door.ME)).isGreaterThan(asked);
    assertThat(sandbox.count(Door.CREATE)).isEqualTo(2);

    clock.tick(Duration.ofSeconds(21));
    await().atMost(LONG).until(() -> sandbox.creates().size() == 1);
    assertThat(sandbox.count(Door.CREATE)).isEqualTo(3);
  }

  @Test
  void anAccountThatAsksForTimeIsNotAskedAgainBefore() throws Exception {
    doubt.with("leonardo.submit.probe", "10s").with("leonardo.reconcile", "hold");
    sandbox.next(Door.CREATE, Fault.refused(500, "Service Error"));
    doubt.start();
    accountIsKnown();
    doubt.until("IN_DOUBT", doubt.accept("a koala"));
    String waiting = doubt.accept("a cat");
    sandbox.next(Door.ME, Fault.tooManyRequests(Duration.ofMinutes(5)));
    clock.tick(Duration.ofSeconds(11));
    await().atMost(LONG).until(() -> sandbox.count(Door.ME) == 2);

    await()
        .during(Duration.ofMillis(500))
        .until(
            () -> {
              clock.tick(Duration.ofSeconds(4));
              return sandbox.count(Door.ME) == 2;
            });

    clock.tick(Duration.ofMinutes(5));
    doubt.until("RUNNING", waiting);
  }

  /** The first question for it was answered, and the answer heeded. */
  private void accountIsKnown() {
    await()
        .atMost(LONG)
        .until(
            () ->
                sandbox.count(Door.ME) == 1
                    && doubt.app.context().getInflightRepository().size("slots") == 0);
  }

  private long inDoubt(String... jobs) {
    return Arrays.stream(jobs).filter(job -> doubt.state(job).equals("IN_DOUBT")).count();
  }

  private static String ready(String managed) throws IOException, InterruptedException {
    URI ready = URI.create(managed + "/health/ready");
    return CLIENT.send(HttpRequest.newBuilder(ready).build(), BodyHandlers.ofString()).body();
  }
}
