package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.sandbox.Door;
import io.leonardoroutes.sandbox.Fault;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After an outage whose answers left every slot to a job in doubt. */
class SlotsInDoubtTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String LAGS =
      "the provider's list shows neither it nor a later one of ours: it may lag";
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private Sandbox sandbox;
  private Doubt doubt;

  @BeforeEach
  void open() {
    sandbox =
        Sandbox.start(SandboxOptions.defaults().withClock(clock).withJobDuration(Duration.ZERO));
    doubt =
        new Doubt(folder, clock, sandbox.baseUrl(), sandbox.host())
            .with("leonardo.limits.concurrent", "3")
            .with("leonardo.rest.enabled", "true");
  }

  @AfterEach
  void close() {
    doubt.close();
    sandbox.close();
  }

  @Test
  void oneThatIsResolvedAsUnpaidSettlesTheOthersAtTheirNextTwoReadings() throws Exception {
    sandbox.next(Door.CREATE, Fault.NOT_ACCEPTED, Fault.NOT_ACCEPTED, Fault.NOT_ACCEPTED);
    String managed = doubt.app.managed();
    try (Log log = Log.open()) {
      doubt.start();
      String one = doubt.accept("a koala");
      String two = doubt.accept("a cat");
      String three = doubt.accept("a dog");
      doubt.until("IN_DOUBT", one, two, three);
      clock.tick(Duration.ofSeconds(1));
      String waiting = doubt.accept("a bird");
      await().atMost(LONG).until(() -> ready(managed).contains("a free slot"));
      for (int readings = 1; readings <= 6; readings++) {
        int so = readings;
        clock.tick(Duration.ofMinutes(15));
        await().atMost(LONG).until(() -> doubt.looks() == so);
      }
      assertThat(doubt.held(two)).isEqualTo(LAGS);
      assertThat(doubt.held(three)).isEqualTo(LAGS);
      assertThat(sandbox.count(Door.CREATE)).isEqualTo(3);
      assertThat(doubt.state(waiting)).isEqualTo("ACCEPTED");

      resolveAsUnpaid(one);
      doubt.until("RUNNING", one);
      clock.tick(Duration.ofMinutes(15));
      doubt.heldBecause(two, Reconcile.NOT_LISTED);
      clock.tick(Duration.ofSeconds(30));

      doubt.inTime("COMPLETE", one, two, three, waiting);
      assertThat(sandbox.creates()).hasSize(4);
      assertThat(sandbox.count(Door.CREATE)).isEqualTo(3 + 4);
      assertThat(ready(managed)).isEqualTo("{\"status\":\"UP\"}");
      assertThat(log.with("every slot"))
          .containsExactly(
              "WARN nothing is submitted by account default: jobs in doubt hold every slot; resolve"
                  + " them with POST /generations/{id}/resolve, or see them with"
                  + " GET /generations?state=IN_DOUBT");
      assertThat(log.with("a free slot")).containsExactly("INFO a free slot is back");
    }
  }

  private static String ready(String managed) throws IOException, InterruptedException {
    URI ready = URI.create(managed + "/health/ready");
    return CLIENT.send(HttpRequest.newBuilder(ready).build(), BodyHandlers.ofString()).body();
  }

  private void resolveAsUnpaid(String id) throws IOException, InterruptedException {
    HttpRequest resolve =
        HttpRequest.newBuilder(URI.create(doubt.app.rest() + "/generations/" + id + "/resolve"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"as\":\"unpaid\"}"))
            .build();
    assertThat(CLIENT.send(resolve, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
  }
}
