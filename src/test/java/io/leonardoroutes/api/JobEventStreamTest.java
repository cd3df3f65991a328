package io.leonardoroutes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.auth.ApiKeys;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestCertificate;
import io.leonardoroutes.fixture.TickingClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
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
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers that follow the events of a job. */
class JobEventStreamTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private ScriptedProvider provider;
  @Fixture private App app;
  private RestClient rest;

  @BeforeEach
  void open() {
    app.with("leonardo.rest.enabled", "true");
  }

  /** No budget lets it be submitted, and time is this test's own. */
  private String acceptedThatWaits() throws Exception {
    app.with("leonardo.budget.per-day", "1")
        .with("leonardo.budget.price-unknown", "2")
        .bind("clock", clock)
        .start();
    rest = RestClient.of(app);
    return accept();
  }

  private String accept() throws Exception {
    return RestClient.json(rest.post(InboxFixture.request("a"))).get("id").asText();
  }

  /** As another instance would. */
  private void moved(String id, int n, String to, String due) {
    LedgerRows.change(
        app, "UPDATE job SET state = '%s', due_at = %s WHERE id = '%s'".formatted(to, due, id));
    LedgerRows.change(
        app,
        ("INSERT INTO moved (job, n, from_state, to_state, at)"
                + " VALUES ('%s', %d, 'ACCEPTED', '%s', 1764000000000)")
            .formatted(id, n, to));
  }

  private HttpResponse<InputStream> follow(String id, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(rest.base().resolve("/generations/" + id + "/events"));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return rest.client().send(request.build(), BodyHandlers.ofInputStream());
  }

  private String told(String id, String... headers) throws Exception {
    try (InputStream body = follow(id, headers).body()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Up to the end of the next event or comment. */
  private static String next(BufferedReader stream) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = stream.readLine(); line != null; line = stream.readLine()) {
      if (line.isEmpty()) {
        return String.join("|", lines);
      }
      lines.add(line);
    }
    return "end";
  }

  /** A stream that was ended, or cut by the end of the program: its reader comes back. */
  private static boolean ends(BufferedReader stream) {
    try {
      return next(stream).equals("end");
    } catch (IOException e) {
      return true;
    }
  }

  private static BufferedReader reader(HttpResponse<InputStream> stream) {
    return new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
  }

  private static List<String> ids(String told) {
    return Pattern.compile("(?m)^id: (.*)\nevent: (.*)$")
        .matcher(told)
        .results()
        .map(event -> event.group(1) + " " + event.group(2))
        .toList();
  }

  private int followers() {
    return app.context()
        .getRegistry()
        .lookupByNameAndType("leonardoFollow", JobEventStream.class)
        .followers();
  }

  @Test
  void aJobIsFollowedToItsEnd() throws Exception {
    rest = RestClient.of(app.start());
    String id = accept();

    HttpResponse<InputStream> stream = follow(id);

    assertThat(stream.statusCode()).isEqualTo(200);
    assertThat(stream.headers().firstValue("Content-Type")).contains("text/event-stream");
    assertThat(stream.headers().firstValue("Cache-Control")).contains("no-store");
    String told = new String(stream.body().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(told).startsWith("retry: 3000\n\nid: ").endsWith("}\n\n");
    assertThat(ids(told)).containsExactly(id + "-2 submitted", id + "-3 completed");
    JsonNode event = RestClient.JSON.readTree(told.substring(told.lastIndexOf("data: ") + 6));
    assertThat(event.get("type").asText()).isEqualTo("leonardo.generation.completed");
    assertThat(event.get("id").asText()).isEqualTo(id + "-3");
    assertThat(event.get("subject").asText()).isEqualTo(id);
    assertThat(event.get("data")).isEqualTo(RestClient.json(rest.get("/generations/" + id)));
    assertThat(event.at("/data/video/file").isMissingNode()).isFalse();
    await().atMost(LONG).until(() -> followers() == 0);
  }

  @Test
  void whoWasCutOffGoesOnWhereItWas() throws Exception {
    rest = RestClient.of(app.start());
    String id = accept();
    told(id);

    assertThat(ids(told(id))).containsExactly(id + "-2 submitted", id + "-3 completed");
    assertThat(ids(told(id, "Last-Event-ID", id + "-2"))).containsExactly(id + "-3 completed");
    HttpResponse<InputStream> over = follow(id, "Last-Event-ID", id + "-3");
    assertThat(over.statusCode()).isEqualTo(204);
    assertThat(over.headers().map()).doesNotContainKey("content-type");
  }

  @Test
  void whatIsNoIdOfTheJobsEventsTellsThemAll() throws Exception {
    rest = RestClient.of(app.start());
    String id = accept();
    told(id);

    for (String last :
        List.of(
            id + "-4",
            id + "-999999999",
            id + "-99999999999999999999",
            id + "--1",
            id + "-",
            "x" + id + "-3",
            "-3",
            "0",
            "x".repeat(4_000))) {
      assertThat(ids(told(id, "Last-Event-ID", last))).as(last).hasSize(2);
    }
  }

  @Test
  void aChangeThatAnotherInstanceMadeIsToldAsItComes() throws Exception {
    String id = acceptedThatWaits();
    BufferedReader stream = reader(follow(id));
    assertThat(next(stream)).isEqualTo("retry: 3000");
    moved(id, 1, "IN_DOUBT", "9999999999999");
    assertThat(next(stream)).startsWith("id: " + id + "-1|event: in_doubt|data: {\"specversion\"");
    moved(id, 2, "FAILED", "NULL");

    assertThat(next(stream)).startsWith("id: " + id + "-2|event: failed|data: {");
    assertThat(next(stream)).isEqualTo("end");
  }

  @Test
  void completedIsToldOnceTheVideoIsFetched() throws Exception {
    String id = acceptedThatWaits();
    BufferedReader stream = reader(follow(id));
    assertThat(next(stream)).isEqualTo("retry: 3000");
    moved(id, 1, "RUNNING", "9999999999999");
    assertThat(next(stream)).contains("event: submitted");
    moved(id, 2, "COMPLETE", "9999999999999");
    clock.tick(Duration.ofSeconds(16));
    assertThat(next(stream)).isEqualTo(":");
    LedgerRows.change(app, "UPDATE job SET due_at = NULL");

    assertThat(next(stream)).contains("event: completed");
    assertThat(next(stream)).isEqualTo("end");
  }

  @Test
  void aStreamIsKeptAliveAndEndsAfterAnHourSoThatItsCallerIsAskedAgain() throws Exception {
    String id = acceptedThatWaits();
    BufferedReader stream = reader(follow(id));
    assertThat(next(stream)).isEqualTo("retry: 3000");
    for (int i = 0; i < 3; i++) {
      clock.tick(Duration.ofSeconds(15));
      assertThat(next(stream)).isEqualTo(":");
    }
    clock.tick(Duration.ofHours(1));

    assertThat(next(stream)).isEqualTo("end");
    await().atMost(LONG).until(() -> followers() == 0);
  }

  @Test
  void aLongStoryIsToldInPartsWhole() throws Exception {
    String id = acceptedThatWaits();
    for (int n = 1; n < 100; n++) {
      moved(id, n, "IN_DOUBT", "9999999999999");
    }
    moved(id, 100, "CANCELLED", "NULL");

    assertThat(ids(told(id))).hasSize(100).last().isEqualTo(id + "-100 cancelled");
  }

  @Test
  void oneMoreThanMayFollowIsAskedToComeLater() throws Exception {
    app.with("leonardo.rest.followers", "2");
    String id = acceptedThatWaits();
    HttpResponse<InputStream> first = follow(id);
    HttpResponse<InputStream> second = follow(id);
    HttpResponse<InputStream> third = follow(id);

    assertThat(third.statusCode()).isEqualTo(503);
    assertThat(third.headers().firstValue("Retry-After")).contains("5");
    assertThat(third.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(RestClient.JSON.readTree(third.body()).get("detail").asText())
        .isEqualTo("at most 2 at once (leonardo.rest.followers): try again later");
    first.body().close();
    await().atMost(LONG).until(() -> followers() == 1);
    assertThat(follow(id).statusCode()).isEqualTo(200);
    second.body().close();
  }

  @Test
  void oneCallerCannotTakeAllPlacesToFollowOrToWait() throws Exception {
    ApiKeys.Made erp = ApiKeys.make(new Caller("erp", false));
    ApiKeys.Made shop = ApiKeys.make(new Caller("shop", true));
    Path keys = Files.write(folder.resolve("keys"), List.of(erp.line(), shop.line()));
    app.with("leonardo.rest.auth", "api-key")
        .with("leonardo.rest.keys", keys.toString())
        .with("leonardo.rest.followers", "3")
        .with("leonardo.rest.followers-per-caller", "2")
        .with("leonardo.rest.waits", "3")
        .with("leonardo.rest.waits-per-caller", "2")
        .with("leonardo.budget.per-day", "1")
        .with("leonardo.budget.price-unknown", "2")
        .bind("clock", clock)
        .start();
    rest = RestClient.of(app);
    String[] one = {"Authorization", "Bearer " + erp.key()};
    String[] other = {"Authorization", "Bearer " + shop.key()};
    String id = RestClient.json(rest.post(InboxFixture.request("a"), one)).get("id").asText();

    HttpResponse<InputStream> first = follow(id, one);
    assertThat(follow(id, one).statusCode()).isEqualTo(200);
    HttpResponse<InputStream> third = follow(id, one);
    assertThat(third.statusCode()).isEqualTo(429);
    assertThat(third.headers().firstValue("Retry-After")).contains("5");
    assertThat(RestClient.JSON.readTree(third.body()).get("detail").asText())
        .isEqualTo(
            "at most 2 at once (leonardo.rest.followers-per-caller): close another one first");
    assertThat(follow(id, other).statusCode()).isEqualTo(200);
    assertThat(follow(id, other).statusCode()).isEqualTo(503);
    first.body().close();
    await().atMost(LONG).until(() -> follow(id, one).statusCode() == 200);

    for (int i = 0; i < 2; i++) {
      waiting(id, one);
    }
    WaitForJob waits =
        app.context().getRegistry().lookupByNameAndType("leonardoWait", WaitForJob.class);
    await().atMost(LONG).until(() -> waits.waits() == 2);
    CompletableFuture<HttpResponse<String>> oneMore = waiting(id, one);
    await()
        .atMost(LONG)
        .failFast("one caller waits more often than it may", () -> waits.waits() > 2)
        .until(oneMore::isDone);
    HttpResponse<String> notWaited = oneMore.join();
    assertThat(notWaited.statusCode()).isEqualTo(200);
    assertThat(notWaited.headers().firstValue("Preference-Applied")).isEmpty();
    waiting(id, other);
    await().atMost(LONG).until(() -> waits.waits() == 3);
  }

  private CompletableFuture<HttpResponse<String>> waiting(String id, String... key) {
    HttpRequest request =
        HttpRequest.newBuilder(rest.base().resolve("/generations/" + id))
            .header("Prefer", "wait=60")
            .header(key[0], key[1])
            .build();
    return rest.client().sendAsync(request, BodyHandlers.ofString());
  }

  @Test
  void followersAreSentAwayWhenTheProgramStops() throws Exception {
    String id = acceptedThatWaits();
    BufferedReader stream = reader(follow(id));
    assertThat(next(stream)).isEqualTo("retry: 3000");
    long start = System.nanoTime();
    try (LogCapture log = LogCapture.ofEverything()) {
      app.close();
      assertThat(log.warnings()).isEmpty();
    }

    assertThat(ends(stream)).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void aBrowserFollowsOverHttp2Too() throws Exception {
    Path store = folder.resolve("server.p12");
    TestCertificate.write(store, "a password");
    app.with("leonardo.rest.tls.keystore", store.toString())
        .with("leonardo.rest.tls.password", "a password")
        .start();
    // as browsers do it: over TLS alone
    HttpClient browser =
        HttpClient.newBuilder().sslContext(TestCertificate.trusting(store, "a password")).build();
    rest = new RestClient(URI.create(app.rest().replace("http:", "https:")), browser);
    String id = accept();
    HttpResponse<String> told =
        browser.send(
            HttpRequest.newBuilder(rest.base().resolve("/generations/" + id + "/events")).build(),
            BodyHandlers.ofString());

    assertThat(told.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(ids(told.body())).containsExactly(id + "-2 submitted", id + "-3 completed");
    HttpResponse<byte[]> video =
        browser.send(
            HttpRequest.newBuilder(rest.base().resolve("/generations/" + id + "/video"))
                .header("Range", "bytes=10-19")
                .build(),
            BodyHandlers.ofByteArray());
    assertThat(video.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(video.body()).isEqualTo(Arrays.copyOfRange(ScriptedProvider.videoBytes(), 10, 20));
  }

  @Test
  void onAServerThatCannotStreamACallerIsToldWhatThereIsAndComesBack() throws Exception {
    rest = RestClient.of(app.start());
    String id = accept();
    told(id);
    String events = told(id);
    ProducerTemplate calls = app.template();

    assertThat(calls.requestBodyAndHeader("bean:leonardoFollow?method=open", null, "id", id))
        .isEqualTo(events);
    assertThat(calls.requestBodyAndHeader("bean:leonardoOwnCopy?method=answer", null, "id", id))
        .isEqualTo(app.data().resolve("videos").resolve(id + ".mp4").toFile());
  }

  @Test
  void nobodyFollowsTheJobsOfOthers() throws Exception {
    ApiKeys.Made erp = ApiKeys.make(new Caller("erp", false));
    ApiKeys.Made shop = ApiKeys.make(new Caller("shop", false));
    Path keys = Files.write(folder.resolve("keys"), List.of(erp.line(), shop.line()));
    rest =
        RestClient.of(
            app.with("leonardo.rest.auth", "api-key")
                .with("leonardo.rest.keys", keys.toString())
                .start());
    String id =
        RestClient.json(
                rest.post(InboxFixture.request("a"), "Authorization", "Bearer " + erp.key()))
            .get("id")
            .asText();

    HttpResponse<InputStream> other = follow(id, "Authorization", "Bearer " + shop.key());
    assertThat(other.statusCode()).isEqualTo(404);
    assertThat(follow(id).statusCode()).isEqualTo(401);
    assertThat(ids(told(id, "Authorization", "Bearer " + erp.key()))).isNotEmpty();
  }
}
