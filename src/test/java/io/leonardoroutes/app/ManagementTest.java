package io.leonardoroutes.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.TickingClock;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators ask, on a port of its own. */
class ManagementTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private final CountDownLatch slow = new CountDownLatch(1);
  private final TickingClock clock = new TickingClock();
  private App app;
  private String managed;
  private String url;

  @BeforeEach
  void configure() {
    url = "jdbc:sqlite:" + folder.resolve("data/ledger.db");
    app =
        App.in(folder)
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.api-key", "canary-key")
            .with("leonardo.ledger.url", url + "?busy_timeout=100")
            .with("leonardo.base-url", "http://127.0.0.1:1/api/rest");
    managed = app.managed();
  }

  @AfterEach
  void close() {
    slow.countDown();
    app.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send("GET", path);
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(managed + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private String ready() throws Exception {
    HttpResponse<String> answer = get("/health/ready");
    return answer.statusCode() + " " + answer.body();
  }

  @Test
  void aStartHasNothingToWarnOf() throws Exception {
    try (LogCapture log = LogCapture.ofEverything()) {
      app.with("leonardo.tick", "10h").start();

      assertThat(log.warnings()).isEmpty();
    }
  }

  @Test
  void whatIsAwayIsToldAndDoesNotStopNewRequests() throws Exception {
    app.with("leonardo.tick", "10h").start();

    assertThat(get("/health/live").body()).isEqualTo("{\"status\":\"UP\"}");
    assertThat(ready()).isEqualTo("200 {\"status\":\"UP\"}");
    for (String path : List.of("health", "health/live", "health/ready")) {
      assertThat(get("/observe/" + path).body()).isEqualTo("{\"status\":\"UP\"}");
    }
    RestClient.of(app).post(InboxFixture.request("a"));
    app.template().sendBody("seda:leonardo-submit?discardWhenFull=true", "");
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(ready())
                    .isEqualTo("200 {\"status\":\"DEGRADED\",\"away\":[\"the provider\"]}"));
    HealthCheck.Result health = healthOfTheApplication();
    assertThat(health.getState()).isEqualTo(HealthCheck.State.UP);
    assertThat(health.getDetails())
        .containsEntry("status", "DEGRADED")
        .containsEntry("away", "the provider");
  }

  @Test
  void whatIsPausedIsNamedAndMakesNothingUnready() throws Exception {
    app.with("leonardo.tick", "10h").start();
    RestClient rest = RestClient.of(app);
    assertThat(rest.send("POST", "/accounts/default/pause", "").statusCode()).isEqualTo(200);
    assertThat(rest.send("POST", "/submitting/pause", "").statusCode()).isEqualTo(200);

    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(ready())
                    .isEqualTo(
                        "200 {\"status\":\"UP\",\"paused\":[\"account default\",\"submitting\"]}"));
    assertThat(healthOfTheApplication().getDetails())
        .containsEntry("paused", "account default, submitting");
  }

  /** As the health endpoint of an application shows it that has one. */
  private HealthCheck.Result healthOfTheApplication() {
    return HealthCheckHelper.invokeReadiness(app.context(), "full").stream()
        .filter(result -> result.getCheck().getId().equals("leonardo-routes"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whileTheLedgerCannotBeWrittenItIsNotReadyButAlive() throws Exception {
    app.with("leonardo.tick", "10h").start();
    try (Connection other = DriverManager.getConnection(url);
        Statement sql = other.createStatement()) {
      sql.execute("BEGIN IMMEDIATE");
      await()
          .atMost(LONG)
          .untilAsserted(() -> assertThat(ready()).startsWith("503 {\"status\":\"DOWN\""));
      assertThat(healthOfTheApplication().getState()).isEqualTo(HealthCheck.State.DOWN);
      assertThat(HealthCheckHelper.invokeLiveness(app.context(), "full"))
          .noneMatch(result -> result.getCheck().getId().equals("leonardo-routes"));
      assertThat(get("/health/live").statusCode()).isEqualTo(200);
      sql.execute("COMMIT");
    }
    await().atMost(LONG).untilAsserted(() -> assertThat(ready()).startsWith("200 "));
  }

  @Test
  void whileItDrainsItIsNotReady() throws Exception {
    app.main()
        .configure()
        .addRoutesBuilder(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("seda:slow").process(exchange -> slow.await());
              }
            });
    app.start();
    app.template().sendBody("seda:slow", "");
    Thread stop = new Thread(app::close);
    stop.start();

    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(ready()).startsWith("503 {\"status\":\"DRAINING\""));
    slow.countDown();
    stop.join();
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(org.assertj.core.api.Assertions.catchThrowable(this::ready))
                    .isInstanceOf(ConnectException.class));
  }

  @Test
  void theFiguresAreThoseOfTheLedgerAndOfTheCalls() throws Exception {
    app.bind("clock", clock)
        .with("leonardo.limits.concurrent", "7")
        .with("leonardo.budget.per-day", "25.50")
        .start();
    RestClient.of(app).post(InboxFixture.request("canary-prompt"));
    RestClient.of(app).post("{}");
    clock.tick(Duration.ofSeconds(90));

    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(get("/metrics").body())
                    .contains(
                        "leonardo_jobs{state=\"ACCEPTED\"} 1.0\n",
                        "leonardo_jobs{state=\"COMPLETE\"} 0.0\n",
                        "leonardo_deliveries{sink=\"outbox\",state=\"PENDING\"} 0.0\n",
                        "leonardo_deliveries{sink=\"outbox\",state=\"DEAD\"} 0.0\n",
                        "leonardo_deliveries_oldest_age_seconds{sink=\"outbox\"} 0.0\n",
                        "leonardo_videos{state=\"PENDING\"} 0.0\n",
                        "leonardo_videos{state=\"DEAD\"} 0.0\n",
                        "leonardo_budget_used{account=\"default\",unit=\"DOLLARS\"} 0.0\n",
                        "leonardo_budget_limit{account=\"default\",unit=\"DOLLARS\"} 25.5\n",
                        "leonardo_accepted_oldest_age_seconds 90.0\n",
                        "leonardo_slots_held{account=\"default\"} 0.0\n",
                        "leonardo_slots_limit{account=\"default\"} 7.0\n",
                        "leonardo_away{what=\"the provider\"} 1.0\n")
                    .containsPattern(
                        "leonardo_provider_call_duration_seconds_count"
                            + "\\{outcome=\"failed\",step=\"create-generation\"} [1-9]")
                    .contains(
                        "leonardo_provider_call_duration_seconds_count"
                            + "{outcome=\"5xx\",step=\"look-generation\"} 0\n")
                    .containsPattern("\nleonardo_disk_free_bytes [1-9]")
                    .containsPattern("route_id=\"intake-rest\".*} 2"));
    String text = get("/metrics").body();
    assertThat(text).doesNotContain("canary", folder.toString());
    Set<String> labels =
        Pattern.compile("[{,]([a-zA-Z_]+)=\"")
            .matcher(text)
            .results()
            .map(MatchResult::group)
            .map(label -> label.replaceAll("[{,=\"]", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(labels)
        .isSubsetOf(
            "state",
            "account",
            "sink",
            "step",
            "outcome",
            "camel_context",
            "route_id",
            "event_type",
            "kind",
            "area",
            "id",
            "gc",
            "action",
            "cause",
            "le",
            "what",
            "intake",
            "to",
            "model",
            "unit",
            "version",
            "java");
  }

  @Test
  void whoAsksForTheFiguresAgainAndAgainLeavesNoWarning() throws Exception {
    try (LogCapture log = LogCapture.ofEverything()) {
      app.with("leonardo.tick", "10h").start();
      // The gauges of a sink are asked for again once the ledger has a delivery for it.
      for (String sink : List.of("outbox", "gone")) {
        LedgerRows.change(
            app,
            "INSERT INTO event (id, subject, type, document, file_name, time)"
                + " VALUES ('%1$s', 'a', 'completed', '{}', 'a', 0)".formatted(sink));
        LedgerRows.change(
            app,
            ("INSERT INTO delivery (event_id, sink, content, state, tries, due_at, leased_until)"
                    + " VALUES ('%1$s', '%1$s', 'EVENT', 'DEAD', 0, 0, 0)")
                .formatted(sink));
      }
      for (int scrapes = 0; scrapes < 2; scrapes++) {
        await()
            .atMost(LONG)
            .untilAsserted(
                () ->
                    assertThat(get("/metrics").body())
                        .contains(
                            "leonardo_deliveries{sink=\"outbox\",state=\"DEAD\"} 1.0\n",
                            "leonardo_deliveries{sink=\"gone\",state=\"DEAD\"} 1.0\n"));
      }

      assertThat(log.with("has been already registered")).isEmpty();
    }
  }

  @Test
  void nothingElseIsThere() throws Exception {
    app.start();

    assertThat(get("/generations").statusCode()).isEqualTo(404);
    assertThat(get("/").statusCode()).isEqualTo(404);
    assertThat(send("POST", "/metrics").statusCode()).isEqualTo(405);
    assertThat(RestClient.of(app).get("/metrics").statusCode()).isEqualTo(404);
  }

  @Test
  void aWebPageReadsNothingUnderANameThatLeadsHere() throws Exception {
    app.with("leonardo.rest.hosts", "gate.way").start();

    for (String host : List.of("evil.example", "localhost.evil.example", "127.0.0.1.")) {
      assertThat(metricsAt(host)).as(host).startsWith("HTTP/1.1 421 ").endsWith("{\"status\":421}");
    }
    for (String host : List.of("localhost", "127.0.0.1:1", "gate.way")) {
      assertThat(metricsAt(host)).as(host).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void nothingIsKeptForACallerThatDoesNotReadWhatItWasAnswered() throws Exception {
    app.start();
    byte[] asked =
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(10_000).getBytes(UTF_8);
    long answered = 0;
    try (Socket deaf = new RestClient(URI.create(managed), CLIENT).open()) {
      deaf.getOutputStream().write(asked);
      answered = deaf.getInputStream().skip(Long.MAX_VALUE);
    } catch (SocketException e) {
      assertThat(e).hasMessageMatching("Connection reset.*|Broken pipe.*");
    }
    assertThat(answered).isLessThan(20 << 20);
  }

  private String metricsAt(String host) throws Exception {
    return new RestClient(URI.create(managed), CLIENT)
        .raw("GET /metrics HTTP/1.1\r\nConnection: close\r\nHost: " + host + "\r\n\r\n");
  }
}
