package io.leonardoroutes.steer;

import static io.leonardoroutes.fixture.ScriptedProvider.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator has a video fetched again; nothing is paid, and no sink gets anything twice. */
class FetchAgainTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;
  private RestClient rest;

  @BeforeEach
  void open() throws Exception {
    story.with("leonardo.rest.enabled", "true").with("leonardo.download.tries", "2").start();
    rest = RestClient.of(story.app());
  }

  private HttpResponse<String> fetch(String id) throws Exception {
    return rest.send("POST", "/generations/" + id + "/fetch", "");
  }

  private List<String> outbox() throws Exception {
    try (Stream<Path> files = Files.list(story.app().outbox())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .map(name -> name.substring(name.indexOf('.', name.lastIndexOf('-'))))
          .sorted()
          .toList();
    }
  }

  @Test
  void aVideoThatWasGivenUpIsFetchedAndGoesToTheSinksThatTakeVideos() throws Exception {
    provider.onDownload(download -> json(500, "{}"), download -> json(500, "{}"));
    String id = story.accept(FlowFixture.REQUEST);
    JsonNode told = story.told(id, "completed");
    assertThat(told.at("/data/problem/type").asText()).endsWith(":not-fetched");
    await().atMost(LONG).until(() -> outbox().size() == 2);

    try (LogCapture audit = LogCapture.of("leonardo-audit")) {
      assertThat(fetch(id).statusCode()).isEqualTo(200);
      assertThat(audit.with("\"fetch\":\"" + id)).hasSize(1);
    }

    await().atMost(LONG).until(() -> outbox().size() == 3);
    assertThat(outbox()).containsExactly(".completed.json", ".mp4", ".submitted.json");
    JsonNode job = story.job(id);
    assertThat(job.has("problem")).isFalse();
    assertThat(rest.get("/generations/" + id + "/video").statusCode()).isEqualTo(200);
    story.toldInAll(id, "submitted", "completed");
    assertThat(provider.creates()).hasSize(1);
    assertThat(provider.downloads()).hasSize(3);
  }

  @Test
  void aCopyThatIsGoneIsFetchedFromANewAddressAndNobodyIsToldAgain() throws Exception {
    String id = story.accept(FlowFixture.REQUEST);
    story.told(id, "completed");
    await().atMost(LONG).until(() -> outbox().size() == 3);
    Path copy = Path.of(story.job(id).at("/video/file").asText());
    String hash = story.job(id).at("/video/sha256").asText();
    Files.delete(copy);
    assertThat(rest.get("/generations/" + id + "/video").statusCode()).isEqualTo(410);
    provider
        .onDownload(download -> json(403, "{}"))
        .onLook(
            look ->
                json(
                    200,
                    """
                    {"generations_by_pk":{"id":"gen-1","status":"COMPLETE","generated_images":[
                     {"id":"video-new","motionMP4URL":"http://%s/cdn/new.mp4"}]}}\
                    """
                        .formatted(provider.host())));

    assertThat(fetch(id).statusCode()).isEqualTo(200);

    await().atMost(LONG).until(() -> Files.exists(copy));
    await()
        .atMost(LONG)
        .until(() -> story.job(id).at("/video/url").asText().endsWith("/cdn/new.mp4"));
    assertThat(story.job(id).at("/video/sha256").asText()).isEqualTo(hash);
    assertThat(rest.get("/generations/" + id + "/video").statusCode()).isEqualTo(200);
    story.toldInAll(id, "submitted", "completed");
    assertThat(outbox()).hasSize(3);
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void aJobWithoutAVideoHasNoneToFetch() throws Exception {
    assertThat(rest.send("POST", "/submitting/pause", "").statusCode()).isEqualTo(200);
    String id = story.accept(FlowFixture.REQUEST);

    HttpResponse<String> answer = fetch(id);
    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(RestClient.json(answer).get("detail").asText())
        .isEqualTo("job " + id + " is ACCEPTED, and the provider has shown no video of it");
    assertThat(fetch("none").statusCode()).isEqualTo(404);
  }
}
