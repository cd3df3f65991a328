package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.intake.AcceptStep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How a finished video comes home, or why it does not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DownloadStepTest {
  private static final int TRIES = 2;

  private ScriptedProvider provider;
  private FlowFixture story;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    provider = ScriptedProvider.start();
    story =
        FlowFixture.in(folder, provider)
            .with("leonardo.download.tries", String.valueOf(TRIES))
            .with("leonardo.download.timeout", "1s")
            .with("leonardo.sinks.second.uri", "mock:second")
            .with("leonardo.sinks.second.content", "event,video")
            .start();
  }

  @AfterAll
  void close() {
    story.close();
    provider.close();
  }

  @Test
  void aVideoIsFetchedOnceWhateverTheSinks() throws Exception {
    JsonNode job = completed();

    assertThat(job.at("/video/bytes").asLong()).isEqualTo(ScriptedProvider.videoBytes().length);
    assertThat(job.at("/video/sha256").asText())
        .isEqualTo(AcceptStep.sha256(ScriptedProvider.videoBytes()));
    assertThat(Path.of(job.at("/video/file").asText()))
        .isEqualTo(story.app().data().resolve("videos").resolve(job.get("id").asText() + ".mp4"))
        .hasBinaryContent(ScriptedProvider.videoBytes());
    assertThat(downloads(job)).isEqualTo(1);
  }

  static Stream<Arguments> passing() throws Exception {
    return Stream.of(
        Arguments.of("away", new MockResponse.Builder().code(404).body("not yet").build()),
        Arguments.of(
            "endless refusal",
            new MockResponse.Builder()
                .code(503)
                .body("x".repeat(10_000))
                .throttleBody(10, 1, TimeUnit.SECONDS)
                .build()),
        Arguments.of(
            "cut off",
            ScriptedProvider.video()
                .newBuilder()
                .onResponseBody(new SocketEffect.CloseSocket(true, false, false))
                .build()),
        Arguments.of(
            "never ending",
            ScriptedProvider.video().newBuilder().throttleBody(500, 1, TimeUnit.SECONDS).build()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("passing")
  void aDownloadThatDidNotSucceedIsTriedAgain(String why, MockResponse first) throws Exception {
    provider.onDownload(download -> first);

    JsonNode job = completed();

    assertThat(job.has("problem")).isFalse();
    assertThat(Path.of(job.at("/video/file").asText()))
        .hasBinaryContent(ScriptedProvider.videoBytes());
    assertThat(downloads(job)).isEqualTo(2);
  }

  static Stream<Arguments> hopeless() {
    return Stream.of(
        Arguments.of(
            new MockResponse.Builder()
                .setHeader("Content-Type", "text/html")
                .body("<html>gone</html>")
                .build(),
            "not a video: the answer's Content-Type is 'text/html'"),
        Arguments.of(
            new MockResponse.Builder()
                .setHeader("Content-Type", "video/mp4")
                .body(new Buffer().writeUtf8("<html>gone</html>"))
                .build(),
            "not a video: the answer begins with '<html>gone</'"),
        Arguments.of(
            new MockResponse.Builder().code(200).build(), "not a video: the answer begins with ''"),
        Arguments.of(
            new MockResponse.Builder().code(204).build(),
            "the video's address answered 204 with nothing"),
        Arguments.of(
            new MockResponse.Builder()
                .code(302)
                .setHeader("Location", "http://127.0.0.1:1/elsewhere.mp4")
                .build(),
            "the video's address answered 302"),
        Arguments.of(
            new MockResponse.Builder().code(404).body("gone").build(),
            "the video's address answered 404"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("hopeless")
  void aVideoThatCannotBeFetchedIsToldWithTheReason(MockResponse answer, String why)
      throws Exception {
    Collections.nCopies(TRIES, answer).forEach(one -> provider.onDownload(download -> one));

    JsonNode job = completed();

    assertThat(job.get("state").asText()).isEqualTo("COMPLETE");
    assertThat(job.at("/problem/title").asText())
        .isEqualTo("The video was made, but could not be downloaded");
    assertThat(job.at("/problem/detail").asText()).isEqualTo(why);
    assertThat(job.at("/video/url").asText()).startsWith("http://");
    assertThat(job.at("/video/file").isMissingNode()).isTrue();
    assertThat(downloads(job)).isEqualTo(TRIES);
  }

  @Test
  void anAddressThatIsNoneIsNotCalledAndIsToldAtOnce() throws Exception {
    provider.onLook(
        look ->
            ScriptedProvider.json(
                200,
                """
                {"generations_by_pk":{"id":"g","status":"COMPLETE","generated_images":
                 [{"motionMP4URL":"file:///etc/passwd"}]}}\
                """));
    int before = provider.downloads().size();

    JsonNode job = completed();

    assertThat(job.at("/problem/detail").asText())
        .isEqualTo(
            "the video's URL 'file:///etc/passwd' is not plain: https://, a host of"
                + " leonardo.download.hosts, an optional port and a path, without user, fragment or"
                + " encoded host");
    assertThat(provider.downloads()).hasSize(before);
  }

  @Test
  void downloadsThatWereTurnedAwayLeaveRoomForOthers() throws Exception {
    int before = provider.downloads().size();
    for (int i = 0; i < 30; i++) {
      provider.onDownload(
          one ->
              new MockResponse.Builder()
                  .setHeader("Content-Type", "text/html")
                  .body("x".repeat(100_000))
                  .build());
    }
    for (int i = 0; i < 30; i++) {
      story.accept(FlowFixture.REQUEST);
    }
    await().atMost(Patience.LONG).until(() -> provider.downloads().size() >= before + 30);

    assertThat(completed().has("problem")).isFalse();
    await()
        .atMost(Patience.LONG)
        .untilAsserted(
            () -> {
              try (Stream<Path> parts = Files.list(story.app().data().resolve("videos"))) {
                assertThat(parts).allMatch(file -> file.toString().endsWith(".mp4"));
              }
            });
  }

  private JsonNode completed() {
    String id = story.accept(FlowFixture.REQUEST);
    JsonNode job = story.told(id, "completed").get("data");
    story.toldInAll(id, "submitted", "completed");
    return job;
  }

  private long downloads(JsonNode job) {
    String path = "/cdn/" + job.get("generationId").asText() + "/0.mp4";
    return provider.downloads().stream().filter(one -> one.getTarget().equals(path)).count();
  }
}
