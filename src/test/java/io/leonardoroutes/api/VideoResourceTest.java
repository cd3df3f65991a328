package io.leonardoroutes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.auth.ApiKeys;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The finished video over REST, whole and in parts. */
class VideoResourceTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir static Path folder;
  private static ScriptedProvider provider;
  private static App app;
  private static RestClient rest;
  private static String erp;
  private static String shop;
  private static String id;
  private static byte[] video;

  @BeforeAll
  static void open() throws Exception {
    ApiKeys.Made one = ApiKeys.make(new Caller("erp", false));
    ApiKeys.Made two = ApiKeys.make(new Caller("shop", false));
    erp = one.key();
    shop = two.key();
    Path keys = Files.write(folder.resolve("keys"), List.of(one.line(), two.line()));
    provider = ScriptedProvider.start();
    app =
        App.in(folder)
            .at(provider)
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.rest.auth", "api-key")
            .with("leonardo.rest.keys", keys.toString())
            .start();
    rest = RestClient.of(app);
    video = ScriptedProvider.videoBytes();
    id = finished();
  }

  @AfterAll
  static void close() {
    app.close();
    provider.close();
  }

  private static String post() throws Exception {
    return RestClient.json(rest.post(InboxFixture.request("a"), "Authorization", "Bearer " + erp))
        .get("id")
        .asText();
  }

  private static String finished() throws Exception {
    String id = post();
    await()
        .atMost(LONG)
        .until(
            () ->
                rest.send("GET", "/generations/" + id, "", "Authorization", "Bearer " + erp)
                    .body()
                    .contains("sha256"));
    return id;
  }

  private static HttpResponse<byte[]> get(String... headers) throws Exception {
    return send("GET", id, headers);
  }

  private static HttpResponse<byte[]> send(String method, String id, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(rest.base().resolve("/generations/" + id + "/video"))
            .timeout(LONG)
            .header("Authorization", "Bearer " + erp)
            .method(method, HttpRequest.BodyPublishers.noBody());
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return rest.client().send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse(null);
  }

  private static String problem(HttpResponse<byte[]> answer) throws Exception {
    var problem = RestClient.JSON.readTree(answer.body());
    return "%s %s: %s"
        .formatted(
            answer.statusCode(),
            problem.get("type").asText().replace("urn:leonardo-routes:problem:", ""),
            problem.get("detail").asText());
  }

  private static String tag() throws Exception {
    return '"'
        + RestClient.JSON
            .readTree(
                rest.send("GET", "/generations/" + id, "", "Authorization", "Bearer " + erp).body())
            .at("/video/sha256")
            .asText()
        + '"';
  }

  @Test
  void theWholeVideoIsAnsweredWithItsTypeLengthTagAndName() throws Exception {
    HttpResponse<byte[]> answer = get();

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(video);
    assertThat(header(answer, "Content-Type")).isEqualTo("video/mp4");
    assertThat(header(answer, "Content-Length")).isEqualTo("" + video.length);
    assertThat(header(answer, "Accept-Ranges")).isEqualTo("bytes");
    assertThat(header(answer, "ETag")).isEqualTo(tag());
    assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(answer, "Content-Disposition"))
        .isEqualTo("inline; filename=\"kling-3.0-turbo-" + id.substring(0, 8) + ".mp4\"");
    assertThat(answer.headers().map())
        .doesNotContainKeys("content-range", "authorization", "transfer-encoding");
  }

  @Test
  void oneRangeIsAnsweredAlone() throws Exception {
    int n = video.length;
    assertRange("bytes=0-0", 0, 0);
    assertRange("bytes=10-99", 10, 99);
    assertRange("BYTES=10-99", 10, 99);
    assertRange("bytes=" + (n - 5) + "-", n - 5, n - 1);
    assertRange("bytes=-7", n - 7, n - 1);
    assertRange("bytes=100-99999999999999999999999999", 100, n - 1);
    assertRange("bytes=0000000000000000000000000000003-4", 3, 4);
  }

  private static void assertRange(String range, int from, int to) throws Exception {
    HttpResponse<byte[]> answer = get("Range", range);
    assertThat(answer.statusCode()).as(range).isEqualTo(206);
    assertThat(header(answer, "Content-Range"))
        .isEqualTo("bytes %d-%d/%d".formatted(from, to, video.length));
    assertThat(header(answer, "Content-Length")).isEqualTo("" + (to - from + 1));
    assertThat(answer.body()).as(range).isEqualTo(Arrays.copyOfRange(video, from, to + 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes=0-1,4-5",
        "bytes=5-2",
        "bytes=-",
        "bytes=",
        "bytes=a-b",
        "bytes=--5",
        "bytes=0x1-2",
        "bytes= 1-2",
        "lines=1-2",
        "bytes=-99999999999999999999999999",
        "bytes=\u0661-\u0662"
      })
  void whatIsNoSingleRangeIsTheWholeVideo(String range) throws Exception {
    // by hand: a client sends no such letters
    String answer =
        rest.raw(
            """
            GET /generations/%s/video HTTP/1.1\r
            Host: localhost\r
            Authorization: Bearer %s\r
            Range: %s\r
            Connection: close\r
            \r
            """
                .formatted(id, erp, range));

    assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").contains("" + video.length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=%d-", "bytes=99999999999999999999999999-", "bytes=-0"})
  void aRangeBeyondTheEndIsRefusedWithTheSize(String range) throws Exception {
    HttpResponse<byte[]> answer = get("Range", range.formatted(video.length));

    assertThat(problem(answer))
        .isEqualTo("416 no-such-range: the video has " + video.length + " bytes");
    assertThat(header(answer, "Content-Range")).isEqualTo("bytes */" + video.length);
    assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
  }

  @Test
  void aRangeOfAnotherVideoIsTheWholeOne() throws Exception {
    assertThat(get("Range", "bytes=0-9", "If-Range", tag()).statusCode()).isEqualTo(206);
    assertThat(get("Range", "bytes=0-9", "If-Range", "\"other\"").body()).isEqualTo(video);
    assertThat(get("Range", "bytes=0-9", "If-Range", "W/" + tag()).body()).isEqualTo(video);
  }

  @Test
  void whoHasTheVideoIsNotSentItAgain() throws Exception {
    for (String known : List.of(tag(), "\"x\", W/" + tag(), "*")) {
      HttpResponse<byte[]> answer = get("If-None-Match", known, "Range", "bytes=0-9");
      assertThat(answer.statusCode()).as(known).isEqualTo(304);
      assertThat(answer.body()).isEmpty();
      assertThat(header(answer, "ETag")).isEqualTo(tag());
    }
    assertThat(get("If-None-Match", "\"x\"").statusCode()).isEqualTo(200);
  }

  @Test
  void headAnswersTheSameWithoutTheBytes() throws Exception {
    HttpResponse<byte[]> answer = send("HEAD", id, "Range", "bytes=0-9");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    for (String name : List.of("Content-Length", "Content-Type", "ETag", "Accept-Ranges")) {
      assertThat(header(answer, name)).isEqualTo(header(get(), name));
    }
    assertThat(send("HEAD", "none").statusCode()).isEqualTo(404);
    // The connection is good for the next call.
    assertThat(get().statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "none, 404 no-such-job: there is no job none",
    "..%2F..%2Fledger.db, 404 no-such-job: there is no job ../../ledger.db"
  })
  void noOtherFileIsAnswered(String id, String problem) throws Exception {
    assertThat(problem(send("GET", id))).isEqualTo(problem);
  }

  @Test
  void theVideoOfAnotherCallerIsNoneAtAll() throws Exception {
    HttpResponse<byte[]> answer = send("GET", id, "Authorization", "Bearer " + shop);

    assertThat(problem(answer)).isEqualTo("404 no-such-job: there is no job " + id);
  }

  @Test
  void aJobWithoutAVideoSaysWhy() throws Exception {
    provider.onLook(ScriptedProvider::pending, ScriptedProvider::failed);
    String failed = post();

    assertThat(problem(send("GET", failed)))
        .matches(
            "409 no-video: job "
                + failed
                + " is [A-Z]+: its video is here once it is COMPLETE and fetched");
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(problem(send("GET", failed)))
                    .isEqualTo("409 no-video: job " + failed + " is FAILED: no video was made"));
  }

  @Test
  void aCopyThatWasSweptIsGone() throws Exception {
    String old = finished();
    Files.delete(app.data().resolve("videos").resolve(old + ".mp4"));

    assertThat(problem(send("GET", old)))
        .isEqualTo(
            "410 video-gone: it was kept for leonardo.videos.keep, and the job says where else it"
                + " is");
  }

  @Test
  void readersThatDoNotReadHoldNoThread() throws Exception {
    String large = finished();
    try (RandomAccessFile file =
        new RandomAccessFile(app.data().resolve("videos/" + large + ".mp4").toFile(), "rw")) {
      file.setLength(64 << 20);
    }
    List<Socket> readers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      readers.add(rest.open());
      readers
          .get(i)
          .getOutputStream()
          .write(
              "GET /generations/%s/video HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"
                  .formatted(large, erp)
                  .getBytes(StandardCharsets.US_ASCII));
    }
    for (Socket reader : readers) {
      assertThat(reader.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 200");
    }

    assertThat(get().body()).isEqualTo(video);
    for (Socket reader : readers) {
      reader.close();
    }
  }
}
