package io.leonardoroutes.steer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator pauses what must not go on, and lets it go on. */
class PausesTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;
  private RestClient rest;

  private void start() throws Exception {
    story.with("leonardo.rest.enabled", "true").start();
    rest = RestClient.of(story.app());
  }

  private HttpResponse<String> post(String path) throws Exception {
    return rest.send("POST", path, "");
  }

  private static String said(HttpResponse<String> answer) {
    return answer.statusCode()
        + " "
        + answer.body().replaceAll("\"since\":\"[^\"]+\"", "\"since\"");
  }

  @Test
  void aJobOfAPausedAccountWaitsAndIsMadeOnceItIsResumed() throws Exception {
    start();
    String reason = "{\"reason\":\"the key moves\"}";
    try (LogCapture audit = LogCapture.of("leonardo-audit")) {
      String paused =
          "200 {\"what\":\"account\",\"name\":\"default\",\"paused\":true,\"since\","
              + "\"by\":\"rest 127.0.0.1\",\"reason\":\"the key moves\"}";
      assertThat(said(rest.send("POST", "/accounts/default/pause", reason))).isEqualTo(paused);
      assertThat(said(post("/accounts/default/pause"))).isEqualTo(paused);
      assertThat(said(rest.get("/pauses")))
          .isEqualTo("200 {\"items\":[" + paused.substring(4) + "]}");
      String id = story.accept(FlowFixture.REQUEST);
      await().during(Duration.ofMillis(400)).until(() -> story.state(id).equals("ACCEPTED"));
      assertThat(provider.creates()).isEmpty();

      String resumed = "200 {\"what\":\"account\",\"name\":\"default\",\"paused\":false}";
      assertThat(said(post("/accounts/default/resume"))).isEqualTo(resumed);
      assertThat(said(post("/accounts/default/resume"))).isEqualTo(resumed);
      story.until(id, "COMPLETE");
      assertThat(audit.with("\"pause\":\"account default\""))
          .hasSize(2)
          .first()
          .asString()
          .contains(
              "\"from\":\"running\",\"to\":\"paused\"",
              "\"where\":\"rest 127.0.0.1\",\"reason\":\"the key moves\"");
    }
    assertThat(said(rest.get("/pauses"))).isEqualTo("200 {\"items\":[]}");
  }

  @Test
  void aPausedRestIntakeAnswersSoAndSaysWhenToComeBack() throws Exception {
    start();
    HttpResponse<String> before = rest.post(FlowFixture.REQUEST, "Idempotency-Key", "known");
    assertThat(post("/intakes/rest/pause").statusCode()).isEqualTo(200);

    HttpResponse<String> answer = rest.post(FlowFixture.REQUEST);
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).hasValue("60");
    JsonNode problem = RestClient.json(answer);
    assertThat(problem.get("type").asText()).isEqualTo("urn:leonardo-routes:problem:intake-paused");
    assertThat(problem.get("title").asText()).isEqualTo("No new requests are taken now");
    assertThat(
            RestClient.json(rest.post("[" + FlowFixture.REQUEST + "]"))
                .at("/items/0/problem/status")
                .asInt())
        .isEqualTo(503);
    HttpResponse<String> atomic =
        rest.send("POST", "/generations?atomic=true", "[" + FlowFixture.REQUEST + "]");
    assertThat(atomic.statusCode()).isEqualTo(503);
    assertThat(rest.post(FlowFixture.REQUEST, "Idempotency-Key", "known").statusCode())
        .isEqualTo(200);
    assertThat(LedgerRows.jobs(story.app())).isEqualTo(1);
    assertThat(rest.send("POST", "/generations?dry-run=true", FlowFixture.REQUEST).statusCode())
        .isEqualTo(200);

    assertThat(post("/intakes/rest/resume").statusCode()).isEqualTo(200);
    assertThat(rest.post(FlowFixture.REQUEST).statusCode()).isEqualTo(202);
    story.until(RestClient.json(before).get("id").asText(), "COMPLETE");
  }

  @Test
  void aPausedFolderLeavesFilesAndLinesOfBatchesWhereTheyAre() throws Exception {
    story.with("leonardo.file.enabled", "true");
    start();
    assertThat(post("/intakes/file/pause").statusCode()).isEqualTo(200);
    InboxFixture inbox = InboxFixture.into(story.app().inbox());
    Path request = inbox.file("a.json", FlowFixture.REQUEST);
    Path broken = inbox.file("b.json", "{\"model\":\"none\"}");
    Path lines = inbox.file("c.jsonl", FlowFixture.REQUEST + "\n" + FlowFixture.REQUEST + "\n");
    await()
        .during(Duration.ofMillis(1500))
        .atMost(LONG)
        .until(() -> Files.exists(request) && Files.exists(broken) && Files.exists(lines));
    assertThat(LedgerRows.jobs(story.app())).isZero();

    assertThat(post("/intakes/file/resume").statusCode()).isEqualTo(200);
    await().atMost(LONG).until(() -> LedgerRows.jobs(story.app()) == 3);
    await().atMost(LONG).until(() -> Files.exists(inbox.rejected("b.json")));
  }

  @Test
  void aBatchIsReadOnOnceFoldersAreResumed() throws Exception {
    story.with("leonardo.file.enabled", "true");
    start();
    InboxFixture inbox = InboxFixture.into(story.app().inbox());
    try (LogCapture log = LogCapture.open()) {
      // Between the taking of the file and the reading of its lines, nobody is as fast.
      LedgerRows.change(
          story.app(),
          "CREATE TRIGGER paused AFTER INSERT ON batch BEGIN INSERT INTO pause (what, name, since)"
              + " VALUES ('INTAKE', 'file', 0); END");
      inbox.file("c.jsonl", FlowFixture.REQUEST + "\n" + FlowFixture.REQUEST + "\n");
      await().atMost(LONG).until(() -> Files.exists(inbox.accepted("c.jsonl")));
      await().during(Duration.ofMillis(600)).until(() -> LedgerRows.jobs(story.app()) == 0);

      assertThat(post("/intakes/file/resume").statusCode()).isEqualTo(200);
      await().atMost(LONG).until(() -> LedgerRows.jobs(story.app()) == 2);
      assertThat(log.warnings()).isEmpty();
    }
  }

  @Test
  void aDrainFinishesWhatRunsAndBeginsNothing() throws Exception {
    CountDownLatch drained = new CountDownLatch(1);
    provider.onCreate(
        request -> {
          drained.await();
          return provider.created();
        });
    start();
    String begun = story.accept(FlowFixture.REQUEST);
    await().atMost(LONG).until(() -> provider.creates().size() == 1);
    JsonNode first = RestClient.json(post("/drain"));
    assertThat(first.get("done").asBoolean()).isFalse();
    assertThat(first.get("atProvider").asInt()).isEqualTo(1);
    assertThat(first.get("pauses").findValuesAsText("name"))
        .containsExactly("file", "jms", "other", "rest");
    assertThat(rest.post(FlowFixture.REQUEST).statusCode()).isEqualTo(503);
    drained.countDown();

    story.until(begun, "COMPLETE");
    story.toldInAll(begun, "submitted", "completed");
    await().atMost(LONG).until(() -> RestClient.json(post("/drain")).get("done").asBoolean());
    assertThat(provider.creates()).hasSize(1);

    assertThat(RestClient.json(post("/drain/resume")).get("pauses")).isEmpty();
    assertThat(rest.post(FlowFixture.REQUEST).statusCode()).isEqualTo(202);
    await().atMost(LONG).until(() -> provider.creates().size() == 2);
  }

  @Test
  void aRestartKeepsAPauseAndALimitAndSaysSo() throws Exception {
    start();
    assertThat(post("/submitting/pause").statusCode()).isEqualTo(200);
    String limit = "/limits/accounts.default.concurrent";
    assertThat(rest.send("PUT", limit, "{\"value\":7}").statusCode()).isEqualTo(200);
    String id = story.accept(FlowFixture.REQUEST);
    story.app().close();

    try (LogCapture log = LogCapture.open();
        App again = App.in(folder).at(provider).with("leonardo.rest.enabled", "true").start()) {
      RestClient later = RestClient.of(again);
      assertThat(log.with("submitting is paused by an operator since")).hasSize(1);
      assertThat(log.with("limit accounts.default.concurrent is 7, set by an operator")).hasSize(1);
      await()
          .during(Duration.ofMillis(400))
          .until(() -> state(later, id).equals("ACCEPTED") && provider.creates().isEmpty());

      assertThat(later.send("POST", "/submitting/resume", "").statusCode()).isEqualTo(200);
      await().atMost(LONG).until(() -> state(later, id).equals("COMPLETE"));
    }
  }

  private static String state(RestClient of, String id) throws Exception {
    return RestClient.json(of.get("/generations/" + id)).get("state").asText();
  }

  @Test
  void whatIsNotThereIsAnsweredWithWhatIs() throws Exception {
    start();
    assertThat(RestClient.json(post("/accounts/mian/pause?name=default")).get("detail").asText())
        .isEqualTo("there is no account mian: default");
    assertThat(RestClient.json(post("/intakes/files/resume")).get("detail").asText())
        .isEqualTo("there is no intake files: file, rest, jms, other");
    assertThat(rest.send("POST", "/submitting/pause", "{\"raeson\":\"a\"}").statusCode())
        .isEqualTo(422);
    assertThat(rest.send("POST", "/submitting/pause", "{\"reason\":\"a\\nb\"}").statusCode())
        .isEqualTo(422);
    assertThat(rest.send("POST", "/submitting/pause", "[").statusCode()).isEqualTo(400);
    assertThat(
            rest.send("POST", "/drain", "{\"reason\":\"" + "a".repeat(5000) + "\"}").statusCode())
        .isEqualTo(413);
    assertThat(rest.send("POST", "/drain", "", "Origin", "https://evil.example").statusCode())
        .isEqualTo(403);
    assertThat(said(rest.get("/pauses"))).isEqualTo("200 {\"items\":[]}");
  }
}
