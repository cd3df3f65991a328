package io.leonardoroutes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that prefer to wait for the end of their job. */
class WaitTest {
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

  /** No budget lets a job be submitted, and time is this test's own. */
  private void startWithoutBudget() throws Exception {
    app.with("leonardo.budget.per-day", "1")
        .with("leonardo.budget.price-unknown", "2")
        .bind("clock", clock)
        .start();
    rest = RestClient.of(app);
  }

  private String accept() throws Exception {
    return RestClient.json(rest.post(InboxFixture.request("a"))).get("id").asText();
  }

  private CompletableFuture<HttpResponse<String>> waiting(String id, String preference) {
    HttpRequest request =
        HttpRequest.newBuilder(rest.base().resolve("/generations/" + id))
            .header("Prefer", preference)
            .build();
    return rest.client().sendAsync(request, BodyHandlers.ofString());
  }

  private static String applied(HttpResponse<String> answer) {
    return answer.headers().firstValue("Preference-Applied").orElse("nothing");
  }

  private static String told(HttpResponse<String> answer) throws IOException {
    return "%d %s, %s"
        .formatted(
            answer.statusCode(), RestClient.json(answer).get("state").asText(), applied(answer));
  }

  /** As another instance would. */
  private void endedElsewhere(String id) {
    LedgerRows.change(
        app, "UPDATE job SET state = 'FAILED', due_at = NULL WHERE id = '" + id + "'");
  }

  private void assertStillWaits(CompletableFuture<?> call) throws Exception {
    // Two rounds of the loop, seen by another wait that ends.
    String other = accept();
    CompletableFuture<HttpResponse<String>> seen = waiting(other, "wait=50");
    endedElsewhere(other);
    seen.get(Patience.LONG.toSeconds(), TimeUnit.SECONDS);
    assertThat(call).isNotDone();
  }

  @Test
  void aRequestThatWaitsIsAnsweredWithItsVideo() throws Exception {
    rest = RestClient.of(app.start());

    HttpResponse<String> answer = rest.post(InboxFixture.request("a"), "Prefer", "wait=25");

    assertThat(told(answer)).isEqualTo("200 COMPLETE, wait=25");
    String id = RestClient.json(answer).get("id").asText();
    assertThat(answer.headers().firstValue("Location")).contains("/generations/" + id);
    assertThat(rest.get("/generations/" + id + "/video").statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(rest.get("/generations/" + id).body());
  }

  @Test
  void aJobThatFailedHasEndedToo() throws Exception {
    rest = RestClient.of(app.start());
    provider.onLook(ScriptedProvider::failed);

    assertThat(told(rest.post(InboxFixture.request("a"), "Prefer", "wait=25")))
        .isEqualTo("200 FAILED, wait=25");
  }

  @Test
  void whoWaitedInVainIsAnsweredWithTheJobAsItStands() throws Exception {
    startWithoutBudget();
    CompletableFuture<HttpResponse<String>> post =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return rest.post(InboxFixture.request("a"), "Prefer", "wait=20");
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    await().atMost(LONG).until(() -> LedgerRows.jobs(app) == 1);
    assertStillWaits(post);
    clock.tick(Duration.ofSeconds(21));

    assertThat(told(post.get(Patience.LONG.toSeconds(), TimeUnit.SECONDS)))
        .isEqualTo("202 ACCEPTED, wait=20");
  }

  @Test
  void aJobThatAnotherInstanceEndedEndsTheWait() throws Exception {
    startWithoutBudget();
    String id = accept();
    CompletableFuture<HttpResponse<String>> call = waiting(id, "respond-async, wait=3600");
    assertStillWaits(call);
    endedElsewhere(id);

    assertThat(told(call.get(Patience.LONG.toSeconds(), TimeUnit.SECONDS)))
        .isEqualTo("200 FAILED, wait=60");
    assertThat(told(waiting(id, "wait=5").get(Patience.LONG.toSeconds(), TimeUnit.SECONDS)))
        .isEqualTo("200 FAILED, wait=5");
  }

  @Test
  void aVideoThatIsNotFetchedYetIsNoEnd() throws Exception {
    startWithoutBudget();
    String id = accept();
    CompletableFuture<HttpResponse<String>> call = waiting(id, "wait=60");
    LedgerRows.change(
        app, "UPDATE job SET state = 'COMPLETE', due_at = 9999999999999 WHERE id = '" + id + "'");
    assertStillWaits(call);
    LedgerRows.change(app, "UPDATE job SET due_at = NULL WHERE id = '" + id + "'");

    assertThat(told(call.get(Patience.LONG.toSeconds(), TimeUnit.SECONDS)))
        .isEqualTo("200 COMPLETE, wait=60");
  }

  @Test
  void whoHasTheEndOfAJobIsAnsweredNothing() throws Exception {
    startWithoutBudget();
    String id = accept();
    endedElsewhere(id);
    String tag = rest.get("/generations/" + id).headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> answer =
        rest.send("GET", "/generations/" + id, "", "If-None-Match", tag, "Prefer", "wait=5");

    assertThat(answer.statusCode()).isEqualTo(304);
    assertThat(applied(answer)).isEqualTo("wait=5");
  }

  @Test
  void wishesThatCannotBeReadAreNone() throws Exception {
    startWithoutBudget();
    String id = accept();

    for (String wish : List.of("wait=-1", "wait", "wait=x", "return=minimal", "wait=0")) {
      assertThat(told(waiting(id, wish).get(Patience.LONG.toSeconds(), TimeUnit.SECONDS)))
          .isEqualTo("200 ACCEPTED, nothing");
    }
    assertThat(rest.send("GET", "/generations/none", "", "Prefer", "wait=5").statusCode())
        .isEqualTo(404);
    assertThat(rest.post("{}", "Prefer", "wait=5").statusCode()).isEqualTo(422);
  }

  @Test
  void tenThousandWaitsHoldNoThreadAndAreNoMoreThanMayBe() throws Exception {
    app.with("leonardo.rest.waits", "300");
    startWithoutBudget();
    String id = accept();
    byte[] call =
        ("GET /generations/" + id + " HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=60\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    List<Socket> callers = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      callers.add(rest.open());
      for (int j = 0; j < 20; j++) {
        callers.get(i).getOutputStream().write(call);
      }
    }
    await().atMost(LONG).until(() -> waits() == 300);
    // All others were answered, and so is this one, at once.
    assertThat(told(waiting(id, "wait=60").get(Patience.LONG.toSeconds(), TimeUnit.SECONDS)))
        .isEqualTo("200 ACCEPTED, nothing");
    await().atMost(LONG).until(() -> threadsIn("Wait.process") == 0);
    for (Socket caller : callers) {
      caller.close();
    }
  }

  private static long threadsIn(String method) {
    return Thread.getAllStackTraces().values().stream()
        .filter(stack -> Arrays.toString(stack).contains(method))
        .count();
  }

  private int waits() {
    return app.context()
        .getRegistry()
        .lookupByNameAndType("leonardoWait", WaitForJob.class)
        .waits();
  }

  @Test
  void oneMoreThanMayWaitIsAnsweredAtOnceUntilOneHasHungUp() throws Exception {
    app.with("leonardo.rest.waits", "1");
    startWithoutBudget();
    String id = accept();
    try (Socket first = rest.open()) {
      first
          .getOutputStream()
          .write(
              ("GET /generations/" + id + " HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=60\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      await().atMost(LONG).until(() -> waits() == 1);
      assertThat(told(waiting(id, "wait=5").get(Patience.LONG.toSeconds(), TimeUnit.SECONDS)))
          .isEqualTo("200 ACCEPTED, nothing");
    }
    await().atMost(LONG).until(() -> waits() == 0);
    CompletableFuture<HttpResponse<String>> next = waiting(id, "wait=5");
    await().atMost(LONG).until(() -> waits() == 1);
    endedElsewhere(id);

    assertThat(told(next.get(Patience.LONG.toSeconds(), TimeUnit.SECONDS)))
        .isEqualTo("200 FAILED, wait=5");
  }

  @Test
  void whoWaitsWhileTheProgramStopsIsAnswered() throws Exception {
    startWithoutBudget();
    String id = accept();
    CompletableFuture<HttpResponse<String>> call = waiting(id, "wait=60");
    assertStillWaits(call);
    long start = System.nanoTime();
    app.close();

    assertThat(told(call.get(Patience.LONG.toSeconds(), TimeUnit.SECONDS)))
        .isEqualTo("200 ACCEPTED, wait=60");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void whatWasAcceptedIsConfirmedAfterTheWaitThoughTheLedgerIsAway() throws Exception {
    String url = "jdbc:sqlite:" + folder.resolve("data/ledger.db");
    startWithoutBudget();
    CompletableFuture<HttpResponse<String>> post =
        HttpClient.newHttpClient()
            .sendAsync(
                HttpRequest.newBuilder(rest.base().resolve("/generations"))
                    .header("Content-Type", "application/json")
                    .header("Prefer", "wait=20")
                    .POST(HttpRequest.BodyPublishers.ofString(InboxFixture.request("a")))
                    .build(),
                BodyHandlers.ofString());
    await().atMost(LONG).until(() -> LedgerRows.jobs(app) == 1);
    assertStillWaits(post);
    try (Connection other = DriverManager.getConnection(url);
        Statement sql = other.createStatement()) {
      sql.execute("ALTER TABLE job RENAME TO away");
      clock.tick(Duration.ofSeconds(21));

      assertThat(told(post.get(Patience.LONG.toSeconds(), TimeUnit.SECONDS)))
          .isEqualTo("202 ACCEPTED, wait=20");
      sql.execute("ALTER TABLE away RENAME TO job");
    }
  }
}
