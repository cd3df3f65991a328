package io.leonardoroutes.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that speak to a running program, before one that says what a script says. */
class RunningProgramTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private final MockWebServer server = new MockWebServer();
  private CommandFixture commands;

  @BeforeEach
  void open() throws IOException {
    server.start();
    commands = CommandFixture.with(Map.of(), folder);
    commands.variables().put("LEONARDO_REST_URL", "http://127.0.0.1:" + server.getPort());
  }

  @AfterEach
  void close() {
    server.close();
  }

  private void answers(int status, String body) {
    server.enqueue(
        new MockResponse.Builder()
            .code(status)
            .addHeader("Content-Type", "application/json")
            .body(body)
            .build());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pause account main | POST /accounts/main/pause",
        "pause intake file | POST /intakes/file/pause",
        "pause submitting | POST /submitting/pause",
        "pause all | POST /drain",
        "resume account a/b | POST /accounts/a%2Fb/resume",
        "resume intake jms | POST /intakes/jms/resume",
        "resume submitting | POST /submitting/resume",
        "resume all | POST /drain/resume",
        "redeliver outbox | POST /sinks/outbox/redeliver",
        "redeliver outbox 17 | POST /sinks/outbox/deliveries/17/redeliver",
        "deliveries outbox --state DEAD | GET /sinks/outbox/deliveries?state=DEAD&limit=100",
        "fetch koala-1a2b3c4d | POST /generations/koala-1a2b3c4d/fetch",
        "limits | GET /limits",
        "limits account/main/concurrent 5 | PUT /limits/account%2Fmain%2Fconcurrent",
        "limits concurrent default | DELETE /limits/concurrent",
        "resolve paid .. --generation g | POST /generations/%2E%2E/resolve",
        "resolve failed --all --account main | POST /resolve",
        "jobs --state RUNNING --tag team:red | GET /generations?state=RUNNING&tag=team%3Ared&limit=50"
      })
  void eachSpeaksToItsPath(String arguments, String call) throws Exception {
    answers(200, "{}");

    assertThat(commands.run(arguments.split(" ")).status()).isZero();
    RecordedRequest request = server.takeRequest();
    assertThat(request.getMethod() + " " + request.getTarget()).isEqualTo(call);
  }

  @Test
  void whoPausesMaySayWhyAndIsToldWhatIsPaused() throws Exception {
    answers(
        200,
        """
        {"what":"account","name":"main","paused":true,"since":"2026-07-01T02:00:00Z","by":"anna",\
        "reason":"invoice"}\
        """);

    assertThat(commands.run("pause", "account", "main", "--reason", "invoice").out())
        .isEqualTo("account main: paused since 2026-07-01T02:00:00Z by anna: invoice\n");
    assertThat(server.takeRequest().getBody().utf8()).isEqualTo("{\"reason\":\"invoice\"}");
  }

  @Test
  void aLimitIsShownBesideThatOfTheSettings() throws Exception {
    answers(
        200,
        """
        {"name":"budget","file":50,"ledger":100.50,"inForce":100.50,"unit":"DOLLARS",\
        "since":"2026-07-01T02:00:00Z","by":"anna","reason":"launch"}\
        """);

    assertThat(commands.run("limits", "budget", "100.50", "--reason", "launch").out())
        .isEqualTo(
            "budget: 100.50 DOLLARS, set since 2026-07-01T02:00:00Z by anna (launch); the settings"
                + " have 50\n");
    assertThat(server.takeRequest().getBody().utf8())
        .isEqualTo("{\"value\":100.50,\"reason\":\"launch\"}");
  }

  @Test
  void whatHasNotReachedASinkIsListedWithItsReason() {
    answers(
        200,
        """
        {"items":[{"id":"d1","sink":"erp","job":"j","event":"completed","content":"event",\
        "state":"DEAD","tries":20,"since":"2026-07-01T02:00:00Z","error":"500"}],"next":"d1"}\
        """);

    CommandFixture.Ended ended = commands.run("deliveries", "erp");

    assertThat(ended.out())
        .isEqualTo("d1  DEAD  completed event of j  tries 20  since 2026-07-01T02:00:00Z: 500\n");
    assertThat(ended.err()).isEqualTo("more: --after d1");
  }

  @Test
  void theSummaryIsALineForEachThing() {
    answers(
        200,
        """
        {"states":{"ACCEPTED":3,"RUNNING":2,"FAILED":0},"waitsFor":{"approval":1},
         "slots":{"used":2,"of":10},"sinks":[{"name":"outbox","pending":4,"dead":1}],
         "pauses":[{"what":"submitting","paused":true,"since":"2026-07-01T02:00:00Z"}],
         "accounts":[{"name":"main","slots":{"used":2,"of":10},"paused":false,
          "budget":{"amount":"50","used":"12.5","unit":"DOLLARS"}}],"away":["the provider"]}
        """);

    assertThat(commands.run("status").lines())
        .containsExactly(
            "jobs: ACCEPTED 3, RUNNING 2",
            "waiting for: approval 1",
            "slots: 2 of 10",
            "account main: slots 2 of 10, paused false, budget 12.5 of 50 DOLLARS",
            "sink outbox: pending 4, dead 1",
            "submitting: paused since 2026-07-01T02:00:00Z",
            "away: the provider");
  }

  @Test
  void withoutASummaryThereIsTheHealth() throws Exception {
    try (MockWebServer management = new MockWebServer()) {
      management.start();
      commands.variables().put("LEONARDO_MANAGEMENT_PORT", "" + management.getPort());
      answers(404, "{\"status\":404}");
      management.enqueue(
          new MockResponse.Builder()
              .code(503)
              .body("{\"status\":\"DOWN\",\"away\":[\"the ledger\"]}")
              .build());

      CommandFixture.Ended ended = commands.run("status");

      assertThat(ended.status()).isEqualTo(1);
      assertThat(ended.lines()).containsExactly("health: DOWN", "away: the ledger");
    }
  }

  @Test
  void aRequestWhoseAnswerIsLostGoesAgainUnderTheSameKey() throws Exception {
    Files.writeString(folder.resolve("a.json"), "{\"model\":\"kling-3.0-turbo\"}");
    server.enqueue(
        new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build());
    answers(202, "{\"id\":\"j\",\"state\":\"ACCEPTED\"}");

    CommandFixture.Ended lost = commands.run("submit", "a.json");

    assertThat(lost.status()).isEqualTo(3);
    assertThat(lost.err())
        .startsWith("submit: a.json: ")
        .endsWith("give the same command again: what has arrived stays the same jobs");
    assertThat(commands.run("submit", "a.json").out()).isEqualTo("a.json: job j ACCEPTED\n");
    String key = server.takeRequest().getHeaders().get("Idempotency-Key");
    assertThat(key).startsWith("submit-");
    assertThat(server.takeRequest().getHeaders().get("Idempotency-Key")).isEqualTo(key);
  }

  @Test
  void aWordMakesNewJobsOfTheSameFileAndAddedLinesLeaveTheOthersAlone() throws Exception {
    Path file = Files.writeString(folder.resolve("a.jsonl"), "{\"a\":1}\n{\"a\":1}\n");
    for (int i = 0; i < 9; i++) {
      answers(202, "{\"id\":\"j\"}");
    }

    assertThat(commands.run("submit", "a.jsonl").status()).isZero();
    List<String> first = List.of(key(), key());
    Files.writeString(file, "{\"b\":1}\n{\"a\":1}\n{\"a\":1}\n");
    assertThat(commands.run("submit", "a.jsonl").status()).isZero();
    String added = key();
    assertThat(List.of(key(), key()))
        .isEqualTo(first)
        .doesNotContain(added)
        .doesNotHaveDuplicates();
    Files.writeString(file, "{ \"a\" : 1 }\n\n{\"a\":1}");
    assertThat(commands.run("submit", "a.jsonl", "--again", "monday").status()).isZero();
    assertThat(List.of(key(), key())).doesNotContainAnyElementsOf(first).doesNotContain(added);
    assertThat(commands.run("submit", "a.jsonl").status()).isZero();
    assertThat(List.of(key(), key())).as("written otherwise").isEqualTo(first);
  }

  private String key() throws InterruptedException {
    return server.takeRequest().getHeaders().get("Idempotency-Key");
  }

  @Test
  void aBatchStopsWhereNoAnswerCanBeHadAndGoesOnAfterARejection() throws Exception {
    Files.writeString(folder.resolve("a.jsonl"), "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n");
    answers(422, "{\"status\":422,\"detail\":\"1 violation\"}");
    answers(202, "{\"id\":\"j2\",\"state\":\"ACCEPTED\"}");
    answers(503, "{\"status\":503,\"detail\":\"the ledger is away\"}");

    CommandFixture.Ended ended = commands.run("submit", "a.jsonl");

    assertThat(ended.status()).isEqualTo(3);
    assertThat(ended.out()).isEqualTo("a.jsonl, request 2: job j2 ACCEPTED\n");
    assertThat(ended.err())
        .isEqualTo(
            """
            a.jsonl, request 1: 422 1 violation
            submit: a.jsonl, request 3: 503 the ledger is away; give the same command again: what\
             has arrived stays the same jobs""");
    assertThat(server.getRequestCount()).isEqualTo(3);
  }

  @Test
  void theKeyIsTakenFromTheEnvironmentOrAFileAndGoesToNoOtherHost() throws Exception {
    commands.variables().put("LEONARDO_REST_KEY", "lr_one");
    answers(200, "{}");
    commands.run("jobs");
    assertThat(server.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer lr_one");

    Files.writeString(folder.resolve("key"), "lr_two\n");
    answers(200, "{}");
    commands.run("jobs", "--key-file", "key");
    assertThat(server.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer lr_two");

    server.enqueue(
        new MockResponse.Builder()
            .code(302)
            .addHeader("Location", "http://localhost:" + server.getPort() + "/elsewhere")
            .build());
    CommandFixture.Ended moved = commands.run("jobs");
    assertThat(moved.status()).isEqualTo(1);
    assertThat(moved.err()).isEqualTo("jobs: 302; is it leonardo-routes?");
    assertThat(server.getRequestCount()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | 1 | jobs: 401 no; set LEONARDO_REST_KEY, or name the file of your key with --key-file",
        "403 | 1 | jobs: 403 no",
        "421 | 1 | jobs: 421 no; add the name in the address to leonardo.rest.hosts there",
        "429 | 3 | jobs: 429 no",
        "503 | 3 | jobs: 503 no"
      })
  void aRefusalIsOneLineAndItsDocumentIsForPrograms(int answer, int status, String told)
      throws Exception {
    String problem = "{\"status\":%s,\"detail\":\"no\"}".formatted(answer);
    answers(answer, problem);

    CommandFixture.Ended ended = commands.run("jobs", "--json");

    assertThat(ended.status()).isEqualTo(status);
    assertThat(ended.err()).isEqualTo(told);
    assertThat(JSON.readTree(ended.out())).isEqualTo(JSON.readTree(problem));
  }

  @Test
  void whereNothingListensOneLineSaysWhatWouldDo() {
    String nowhere = "http://127.0.0.1:" + App.freePort();

    CommandFixture.Ended ended = commands.run("jobs", "--url", nowhere);

    assertThat(ended.status()).isEqualTo(3);
    assertThat(ended.err())
        .isEqualTo(
            "jobs: nothing answers at "
                + nowhere
                + ": start leonardo-routes there, or say with --url where it runs");
    assertThat(ended.out()).isEmpty();
  }

  @Test
  void whatIsNotLeonardoRoutesIsToldSo() {
    answers(200, "<html>");

    assertThat(commands.run("jobs").err())
        .endsWith("answered 200, but not in JSON: is it leonardo-routes?");
    assertThat(commands.run("jobs", "--url", "ftp://x").err())
        .isEqualTo("jobs: the address is none such as http://127.0.0.1:8080");
    assertThat(commands.run("jobs", "--url", "http://user:secret@x").err())
        .doesNotContain("secret");
  }

  @Test
  void textOfOthersCannotDisturbATerminal() {
    answers(200, "{\"items\":[{\"id\":\"j\",\"reference\":\"\\u001b[2Jx\\n\"}]}");

    assertThat(commands.run("jobs").out())
        .isEqualTo("j  -           -  -  -  \\u001b[2Jx\\u000a\n");
  }

  @Test
  void onATerminalABarShowsHowFarAJobIsByWhatSuchVideosTake() {
    String job =
        "{\"id\":\"0123456789\",\"model\":\"m\",\"state\":\"%s\",\"submittedAt\":\"%s\"%s}";
    String ended = ",\"finishedAt\":\"2026-07-01T02:01:40Z\"";
    String usual = job.formatted("COMPLETE", "2026-07-01T02:00:00Z", ended);
    answers(200, job.formatted("RUNNING", Instant.now().minusSeconds(50), ""));
    answers(200, "{\"items\":[" + usual + "]}");
    answers(200, usual);
    System.setProperty("picocli.ansi", "true");
    try {
      CommandFixture.Ended watched = commands.run("watch", "0123456789", "--every", "PT0.001S");

      assertThat(watched.status()).as(watched.err()).isZero();
      assertThat(watched.out())
          .matches(
              "01234567  \\[#{12,20}\\.+] \\d\\d s of about 100 s\\n\u001b\\[1A\u001b\\[J"
                  + "\\S+  0123456789  COMPLETE after 100 s\\n");
    } finally {
      System.clearProperty("picocli.ansi");
    }
  }

  @Test
  void aKeyThatGoesUnencryptedToAnotherMachineIsToldSo() {
    commands.variables().put("LEONARDO_REST_KEY", "lr_one");

    assertThat(commands.run("jobs", "--url", "http://leonardo.invalid").err())
        .startsWith("the key goes to http://leonardo.invalid unencrypted: use https:// where");
  }

  @Test
  void whoWatchesIsToldEachChangeOnceAndHowItEnded() {
    String job = "{\"id\":\"j\",\"state\":\"%s\",\"submittedAt\":\"2026-07-01T02:00:00Z\"%s}";
    answers(200, job.formatted("RUNNING", ""));
    answers(200, job.formatted("RUNNING", ""));
    answers(503, "{\"status\":503}");
    answers(
        200,
        job.formatted(
            "FAILED",
            ",\"finishedAt\":\"2026-07-01T02:01:00Z\",\"problem\":{\"detail\":\"moderated\"}"));

    CommandFixture.Ended ended = commands.run("watch", "j", "--every", "PT0.001S");

    assertThat(ended.status()).as(ended.err()).isEqualTo(1);
    assertThat(ended.lines()).hasSize(2);
    assertThat(ended.lines().get(0)).endsWith("j  RUNNING");
    assertThat(ended.lines().get(1)).endsWith("j  FAILED after 60 s: moderated");
  }
}
