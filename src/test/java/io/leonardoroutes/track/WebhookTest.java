package io.leonardoroutes.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The provider's notices over the real HTTP server. */
class WebhookTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REQUEST =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"The koala plays with the cat"}}\
      """;
  private static final String KEY = "callback-key";
  private static final String SECRET = "THE-API-KEY-IN-CLEAR";

  private static final String TOLD =
      "the provider answered FAILED for this generation: PROVIDER_FAILURE;"
          + " PROVIDER_MODERATION_ERROR";

  @TempDir static Path folder;
  private static ScriptedProvider provider;
  private static App app;

  @BeforeAll
  static void open() throws Exception {
    provider = ScriptedProvider.start();
    app =
        App.in(folder)
            .at(provider)
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.webhook.key", KEY)
            .with("leonardo.limits.concurrent", "30")
            .with("leonardo.track.first", "1h")
            .start();
  }

  @AfterAll
  static void close() {
    app.close();
    provider.close();
  }

  @Test
  void aNoticeOfARunningJobMeansLookNowAndLeavesNothingBehind() throws Exception {
    String id = running();
    int before = provider.looks().size();

    HttpResponse<String> answer = notice("Bearer " + KEY, notice(generation(id)));

    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(answer.body()).isEmpty();
    await().atMost(Patience.LONG).until(() -> job(id).get("state").asText().equals("COMPLETE"));
    assertThat(provider.looks()).hasSize(before + 1);
    assertThat(filesThatHold(SECRET)).isZero();
  }

  @Test
  void whyThereIsNoVideoIsKeptAndToldOnceALookSaysFailed() throws Exception {
    String id = running();
    provider.onLook(ScriptedProvider::failed);

    notice("Bearer " + KEY, failure(generation(id)));

    await().atMost(Patience.LONG).until(() -> job(id).get("state").asText().equals("FAILED"));
    assertThat(job(id).at("/problem/detail").asText()).isEqualTo(TOLD);
    assertThat(filesThatHold(SECRET)).isZero();
  }

  @Test
  void whyThereIsNoVideoIsToldOfAJobThatHadFailedBeforeToo() throws Exception {
    String id = running();
    provider.onLook(ScriptedProvider::failed);
    notice("Bearer " + KEY, notice(generation(id)));
    await().atMost(Patience.LONG).until(() -> job(id).get("state").asText().equals("FAILED"));
    assertThat(job(id).at("/problem/detail").asText()).endsWith(", without a reason");

    notice("Bearer wrong", failure(generation(id)).replace("PROVIDER_FAILURE", "made up"));
    notice("Bearer " + KEY, failure(generation(id)));
    notice("Bearer " + KEY, failure(generation(id)).replace("PROVIDER_FAILURE", "later"));

    assertThat(job(id).at("/problem/detail").asText()).isEqualTo(TOLD);
  }

  private static String failure(String generation) {
    return """
    {"type":"video_generation.failed","data":{"object":{"id":"%s","status":"FAILED",
     "generation_notes":[{"id":"0e1d7a3c-5b57-4b0e-9d6e-0123456789ab","noteType":"PROVIDER_FAILURE",
      "userId":"somebody","failureReason":{"errorCode":"PROVIDER_MODERATION_ERROR"}},
      {"message":"key %s was used"}],
     "apiKey":{"key":"%s","webhookCallbackApiKey":"%s"}}}}\
    """
        .formatted(generation, SECRET, SECRET, KEY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer wrong", "Bearer ", "callback-key", "Bearer callback-key2", ""})
  void whoDoesNotHaveTheKeyGetsA401AndNothingElse(String authorization) throws Exception {
    String id = running();

    HttpResponse<String> answer = notice(authorization, notice(generation(id)));

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).isEmpty();
    assertNothingHappenedTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"data\":{\"object\":{\"id\":\"gen-of-somebody-else\"}}}",
        "{\"data\":{\"object\":{\"id\":{}}}}",
        "{\"data\":[]}",
        "not JSON THE-API-KEY-IN-CLEAR",
        "[[[[[[[[[[[[[[[[",
        ""
      })
  void aNoticeOfNothingThatIsKnownDoesNothing(String body) throws Exception {
    String id = running();

    HttpResponse<String> answer = notice("Bearer " + KEY, body);

    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(answer.body()).isEmpty();
    assertNothingHappenedTo(id);
  }

  @Test
  void aNoticeThatIsTooLongIsNotRead() throws Exception {
    String id = running();

    HttpResponse<String> answer =
        notice("Bearer " + KEY, notice(generation(id)) + " ".repeat(64 * 1024));

    assertThat(answer.statusCode()).isEqualTo(202);
    assertNothingHappenedTo(id);
  }

  @Test
  void aFormWithAFileIsRefusedBeforeItIsWrittenToDisk() throws Exception {
    String form =
        "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n"
            + SECRET
            + "\r\n--x--\r\n";

    HttpRequest request =
        to().header("Authorization", "Bearer " + KEY)
            .header("Content-Type", "multipart/form-data; boundary=x")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();

    assertThat(send(request).statusCode()).isEqualTo(415);
  }

  @Test
  void withoutAKeyThereIsNoSuchPath(@TempDir Path other) throws Exception {
    try (App shut = App.in(other).at(provider).with("leonardo.rest.enabled", "true").start()) {
      URI uri = URI.create(shut.rest() + "/webhooks/leonardo");
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString(notice("gen-1")));

      assertThat(send(request.build()).statusCode()).isEqualTo(404);
      HttpRequest empty = request.header("Authorization", "Bearer ").build();
      assertThat(send(empty).statusCode()).isEqualTo(404);
    }
  }

  private void assertNothingHappenedTo(String id) throws Exception {
    int before = provider.looks().size();
    // Long enough for some ticks of the loop that would look.
    await()
        .during(Duration.ofMillis(300))
        .atMost(Patience.LONG)
        .until(() -> provider.looks().size() == before);
    assertThat(job(id).get("state").asText()).isEqualTo("RUNNING");
  }

  private String running() throws Exception {
    String answer = app.template().requestBody("direct:leonardo-accept", REQUEST, String.class);
    String id = JSON.readTree(answer).get("id").asText();
    await().atMost(Patience.LONG).until(() -> job(id).get("state").asText().equals("RUNNING"));
    return id;
  }

  private String generation(String id) throws Exception {
    return job(id).get("generationId").asText();
  }

  private JsonNode job(String id) throws Exception {
    HttpRequest get = HttpRequest.newBuilder(URI.create(app.rest() + "/generations/" + id)).build();
    return JSON.readTree(send(get).body());
  }

  private static String notice(String generation) {
    return """
    {"type":"video_generation.complete","object":"generation","data":{"object":{"id":"%s",
     "status":"COMPLETE","apiKey":{"key":"%s","webhookCallbackApiKey":"%s"}}}}\
    """
        .formatted(generation, SECRET, KEY);
  }

  private HttpResponse<String> notice(String authorization, String body) throws Exception {
    HttpRequest.Builder request = to().header("Content-Type", "application/json");
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return send(request.POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  private HttpRequest.Builder to() {
    return HttpRequest.newBuilder(URI.create(app.rest() + "/webhooks/leonardo"));
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  private long filesThatHold(String text) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).filter(file -> holds(file, text)).count();
    }
  }

  private static boolean holds(Path file, String text) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
