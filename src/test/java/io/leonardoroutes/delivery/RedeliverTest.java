package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator's way back from DEAD. */
class RedeliverTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private final List<String> taken = new CopyOnWriteArrayList<>();
  private final TickingClock clock = new TickingClock();
  private volatile boolean broken = true;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;
  private RestClient rest;

  @BeforeEach
  void open() throws Exception {
    story
        .with("leonardo.rest.enabled", "true")
        .with("leonardo.deliver.tries", "2")
        .bind("clock", clock)
        // A test's clock runs much faster than its calls.
        .with("leonardo.lease", "10h")
        .with("leonardo.sinks.erp.uri", "direct:erp")
        .with("leonardo.sinks.erp.content", "event,video");
    story
        .app()
        .main()
        .configure()
        .addRoutesBuilder(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("direct:erp")
                    .errorHandler(noErrorHandler())
                    .filter(exchange -> broken)
                    .throwException(new IllegalStateException("the erp is down"))
                    .end()
                    .process(e -> taken.add(e.getMessage().getHeader("CamelFileName") + ""));
              }
            });
    story.start();
    rest = RestClient.of(story.app());
  }

  private long dead() {
    return LedgerRows.of(story.app(), "SELECT * FROM delivery WHERE state = 'DEAD'").size();
  }

  /** A job whose deliveries are all given up. */
  private String dead(int deliveries) {
    String id = story.accept(FlowFixture.REQUEST);
    inTime(() -> dead() == deliveries);
    return id;
  }

  private HttpResponse<String> redeliver(String sink) throws Exception {
    return rest.send("POST", "/sinks/" + sink + "/redeliver", "");
  }

  @Test
  void whatIsDeadForASinkIsDeliveredOnceTheSinkIsMendedAndAnOperatorSaysSo() throws Exception {
    String id = dead(3);
    broken = false;
    try (LogCapture log = LogCapture.open();
        LogCapture audit = LogCapture.of("leonardo-audit")) {
      HttpResponse<String> answer = redeliver("erp");

      assertThat(answer.statusCode() + " " + answer.body())
          .isEqualTo("200 {\"sink\":\"erp\",\"deliveries\":3}");
      assertThat(log.with("DEAD"))
          .containsExactly("INFO 3 DEAD deliveries for sink erp are PENDING again, by an operator");
      assertThat(audit.with("erp").get(0))
          .matches(
              "INFO \\{\"sink\":\"erp\",\"deliveries\":3,\"from\":\"DEAD\",\"to\":\"PENDING\","
                  + "\"at\":\"[^\"]+\",\"where\":\"rest 127\\.0\\.0\\.1\"}");
    }
    String name = "kling-3.0-turbo-" + id.substring(0, 8);
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(taken)
                    .containsExactlyInAnyOrder(
                        name + ".submitted.json", name + ".mp4", name + ".completed.json"));
    assertThat(dead()).isZero();
    assertThat(redeliver("erp").body()).isEqualTo("{\"sink\":\"erp\",\"deliveries\":0}");
  }

  @Test
  void aVideoWhoseCopyIsDeletedIsDeadAtItsNextTryAndHoldsUpNoEvent() throws Exception {
    String id = dead(3);
    Path copy = story.app().data().resolve("videos").resolve(id + ".mp4");
    Files.delete(copy);
    clock.tick(Duration.ofDays(8));
    broken = false;
    try (LogCapture log = LogCapture.open()) {
      assertThat(redeliver("erp").body()).isEqualTo("{\"sink\":\"erp\",\"deliveries\":3}");

      await().atMost(LONG).until(() -> taken.size() == 2);
      assertThat(taken).noneMatch(name -> name.endsWith(".mp4"));
      assertThat(log.warnings())
          .containsExactly(
              "ERROR kling-3.0-turbo-%s video is DEAD for sink erp after 1 tries: %s is gone:"
                      .formatted(id.substring(0, 8), copy)
                  + " kept for leonardo.videos.keep only");
      assertThat(dead()).isEqualTo(1);
    }
  }

  @Test
  void aVideoThatItsSinkHasNotTakenIsKeptHoweverOldItIs() throws Exception {
    String id = story.accept(FlowFixture.REQUEST);
    inTime(() -> failedVideos() == 1);
    Path copy = story.app().data().resolve("videos").resolve(id + ".mp4");
    Files.setLastModifiedTime(copy, FileTime.from(clock.instant().minus(Duration.ofDays(30))));

    story
        .app()
        .context()
        .getRegistry()
        .lookupByNameAndType("leonardoFetch", DownloadStep.class)
        .sweep();
    broken = false;
    clock.tick(Duration.ofDays(1));

    String video = "kling-3.0-turbo-%s.mp4".formatted(id.substring(0, 8));
    await().atMost(LONG).until(() -> taken.contains(video));
  }

  private long failedVideos() {
    String failed =
        "SELECT * FROM delivery WHERE tries = 1 AND state = 'PENDING' AND content = 'VIDEO'";
    return LedgerRows.of(story.app(), failed).size();
  }

  /** Until it is so, while the clock goes on. */
  private void inTime(BooleanSupplier fact) {
    await()
        .atMost(LONG)
        .until(
            () -> {
              clock.tick(Duration.ofMillis(200));
              return fact.getAsBoolean();
            });
  }

  @Test
  void aSinkThatIsNotThereIsAnsweredWithThoseThatAre() throws Exception {
    HttpResponse<String> answer = rest.send("POST", "/sinks/epr/redeliver?name=erp", "");

    assertThat(answer.statusCode() + " " + answer.body())
        .isEqualTo(
            "404 {\"type\":\"urn:leonardo-routes:problem:no-such-sink\",\"title\":\"No such sink\","
                + "\"status\":404,\"detail\":\"there is no sink epr: erp, outbox, told\"}");
  }

  @Test
  void aPageOfAnotherOriginMayNotSaySo() throws Exception {
    for (String type : List.of("application/json", "text/plain")) {
      HttpResponse<String> answer =
          rest.send(
              "POST",
              "/sinks/erp/redeliver",
              "",
              "Origin",
              "https://evil.example",
              "Content-Type",
              type);

      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(answer.body()).doesNotContain("deliveries");
    }
  }
}
