package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.api.JobResource;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each event on its way to each sink. */
class DeliverTest {
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  @Test
  void aSinkThatIsAwayDelaysNoOther() throws Exception {
    story.with("leonardo.sinks.away.uri", "http://127.0.0.1:" + App.freePort()).start();

    String id = story.accept(FlowFixture.REQUEST);

    story.told(id, "completed");
    story.toldInAll(id, "submitted", "completed");
  }

  @Test
  void anHttpSinkGetsCloudEventsAndTheVideoBeforeItsEvent() throws Exception {
    try (MockWebServer sink = new MockWebServer()) {
      for (int i = 0; i < 3; i++) {
        sink.enqueue(new MockResponse.Builder().code(202).build());
      }
      sink.start();
      story
          .with("leonardo.sinks.web.uri", sink.url("/in?tenant=7").toString())
          .with("leonardo.sinks.web.content", "event,video")
          .start();

      String id = story.accept(FlowFixture.REQUEST);

      RecordedRequest submitted = sink.takeRequest(Patience.LONG.toSeconds(), TimeUnit.SECONDS);
      RecordedRequest video = sink.takeRequest(Patience.LONG.toSeconds(), TimeUnit.SECONDS);
      RecordedRequest completed = sink.takeRequest(Patience.LONG.toSeconds(), TimeUnit.SECONDS);
      JsonNode event = FlowFixture.json(completed.getBody().utf8());
      assertThat(FlowFixture.json(submitted.getBody().utf8()).get("type").asText())
          .isEqualTo("leonardo.generation.submitted");
      assertThat(video.getBody().toByteArray()).isEqualTo(ScriptedProvider.videoBytes());
      assertThat(video.getHeaders().get("Content-Type")).isEqualTo("video/mp4");
      assertThat(event.get("type").asText()).isEqualTo("leonardo.generation.completed");
      assertThat(event.get("specversion").asText()).isEqualTo("1.0");
      assertThat(event.get("subject").asText()).isEqualTo(id);
      assertThat(event.get("data")).isEqualTo(story.job(id));
      assertThat(completed.getHeaders().get("Content-Type"))
          .isEqualTo("application/cloudevents+json");
      assertThat(completed.getHeaders().get("Authorization")).isNull();
      assertThat(List.of(submitted, video, completed))
          .extracting(RecordedRequest::getMethod, RecordedRequest::getTarget)
          .containsOnly(tuple("POST", "/in?tenant=7"));
    }
  }

  @Test
  void whatASinkDidNotTakeComesAgainWithTheSameIdAfterGrowingDelaysUntilItIsDead()
      throws Exception {
    List<String> ids = new CopyOnWriteArrayList<>();
    refusing(ids);
    story
        .bind("clock", clock)
        .with("leonardo.sinks.bad.uri", "direct:bad")
        .with("leonardo.sinks.bad.events", "submitted")
        .with("leonardo.deliver.tries", "4")
        .with("leonardo.track.first", "10h")
        .start();
    story.told(story.accept(FlowFixture.REQUEST), "submitted");
    List<Duration> waits = new ArrayList<>();
    for (int tries = 1; tries <= 3; tries++) {
      Duration wait = wait(tries);
      waits.add(wait);
      clock.tick(wait.minusMillis(1));
      assertThat(ids).hasSize(tries);
      clock.tick(Duration.ofMillis(1));
    }
    await().until(() -> ids.size() == 4);

    assertThat(ids).hasSize(4).containsOnly(ids.get(0));
    assertThat(waits.get(1)).isGreaterThan(waits.get(0));
    assertThat(waits.get(2)).isGreaterThan(waits.get(1));
    clock.tick(Duration.ofHours(1));
    await().during(Duration.ofMillis(300)).until(() -> ids.size() == 4);
  }

  @Test
  void anOldEventThatItsSinkHasLeavesTheLedgerAndAYoungOneStays() throws Exception {
    TestLedger.open("jdbc:sqlite:" + story.app().data().resolve("ledger.db")).close();
    Instant now = Instant.now();
    for (Duration age : List.of(Duration.ofDays(29), Duration.ofDays(31))) {
      String id = "'" + age.toDays() + " days'";
      long time = now.minus(age).toEpochMilli();
      LedgerRows.change(
          story.app(),
          "INSERT INTO event (id, subject, type, document, file_name, time) VALUES (%s, 'job', 'failed', '{}', 'koala', %d)"
              .formatted(id, time));
      LedgerRows.change(
          story.app(),
          "INSERT INTO delivery (event_id, sink, content, state, tries, due_at, leased_until, error, since)"
              + " VALUES (%s, 'outbox', 'EVENT', 'DELIVERED', 0, %d, 0, NULL, %<d)"
                  .formatted(id, time));
    }

    story.start();

    await()
        .atMost(Patience.LONG)
        .untilAsserted(
            () ->
                assertThat(LedgerRows.of(story.app(), "SELECT id FROM event").toString())
                    .isEqualTo("[{id=29 days}]"));
  }

  /** How long it is until the next try, once that many are over. */
  private Duration wait(int tries) {
    String row = "SELECT due_at FROM delivery WHERE sink = 'bad' AND tries = " + tries;
    await().until(() -> !LedgerRows.of(story.app(), row).isEmpty());
    Object due = LedgerRows.of(story.app(), row).get(0).get("due_at");
    return Duration.between(clock.instant(), Instant.ofEpochMilli(((Number) due).longValue()));
  }

  private void refusing(List<String> ids) {
    story
        .app()
        .main()
        .configure()
        .addRoutesBuilder(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("direct:bad")
                    .errorHandler(noErrorHandler())
                    .process(
                        e ->
                            ids.add(
                                FlowFixture.json(e.getMessage().getBody(String.class))
                                    .get("id")
                                    .asText()))
                    .throwException(new IOException("full"));
              }
            });
  }

  @Test
  void theRequestChoosesAmongTheSinks() throws Exception {
    story
        .with("leonardo.sinks.other.uri", "file:" + folder.resolve("other") + "?tempPrefix=.part-")
        .start();

    String id = story.accept(FlowFixture.REQUEST.replaceFirst("\\{", "{\"sinks\":[\"told\"],"));

    story.told(id, "completed");
    assertThat(story.job(id).get("state").asText()).isEqualTo("COMPLETE");
    await().during(Duration.ofMillis(300)).until(() -> !Files.exists(folder.resolve("other")));
    assertThat(story.app().outbox()).doesNotExist();
  }

  @Test
  void aFileThatIsThereIsNeverOverwritten() throws Exception {
    provider.onLook(ScriptedProvider::pending);
    story.with("leonardo.track.first", "1s").start();
    String id = story.accept(FlowFixture.REQUEST);
    Path video = story.app().outbox().resolve("kling-3.0-turbo-" + id.substring(0, 8) + ".mp4");
    story.told(id, "submitted");
    Files.createDirectories(story.app().outbox());
    Files.writeString(video, "mine");

    story.told(id, "completed");

    Path completed =
        video.resolveSibling(video.getFileName().toString().replace(".mp4", ".completed.json"));
    await().during(Duration.ofSeconds(2)).until(() -> !Files.exists(completed));
    assertThat(video).hasContent("mine");
  }

  @Test
  void aReaderOfTheOutboxNeverSeesHalfAFile() throws Exception {
    story.start();
    for (int i = 0; i < 20; i++) {
      story.accept(FlowFixture.REQUEST);
    }
    List<String> torn = new ArrayList<>();

    await().pollInterval(Duration.ofMillis(1)).atMost(Patience.LONG).until(() -> seen(torn) == 60);

    assertThat(torn).isEmpty();
  }

  /** How many files there are; what is not whole is noted. */
  private int seen(List<String> torn) throws IOException {
    if (!Files.exists(story.app().outbox())) {
      return 0;
    }
    try (Stream<Path> files = Files.list(story.app().outbox())) {
      int whole = 0;
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (!name.startsWith(".part-")) {
          whole++;
          boolean isWhole =
              name.endsWith(".mp4")
                  ? Files.size(file) == ScriptedProvider.videoBytes().length
                  : Files.readString(file).endsWith("}");
          if (!isWhole) {
            torn.add(name);
          }
        }
      }
      return whole;
    }
  }

  @Test
  void cancelledIsToldToThoseWhoAskForIt() throws Exception {
    provider.close();
    story.start();
    String id = story.accept(FlowFixture.REQUEST);

    await()
        .atMost(Patience.LONG)
        .ignoreExceptions()
        .until(() -> generations().cancel(id, null) != null);

    assertThat(story.told(id, "cancelled").at("/data/state").asText()).isEqualTo("CANCELLED");
    assertThat(story.told(id)).containsExactly("cancelled");
    assertThat(story.app().outbox()).doesNotExist();
  }

  @Test
  void rejectedIsToldToThoseWhoAskForIt() throws Exception {
    story.with("leonardo.rest.enabled", "true").start();

    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(story.app().rest() + "/generations"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"x\"}"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());

    JsonNode rejected = story.toldOfAny("rejected");
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(rejected.at("/data/problem")).isEqualTo(FlowFixture.json(answer.body()));
    assertThat(story.app().outbox()).doesNotExist();
  }

  private JobResource generations() {
    return story
        .app()
        .context()
        .getRegistry()
        .lookupByNameAndType("leonardoGenerations", JobResource.class);
  }
}
