package io.leonardoroutes.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.Pictures;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The commands that speak to a running program, before the real one. */
@ExtendWith(Patience.class)
class RestCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REQUEST =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"%s"}}\
      """;

  @TempDir static Path data;
  private static ScriptedProvider provider;
  private static App app;

  @TempDir Path folder;

  @BeforeAll
  static void open() throws Exception {
    provider = ScriptedProvider.start();
    app = App.in(data).at(provider).with("leonardo.rest.enabled", "true").start();
  }

  @AfterAll
  static void close() {
    app.close();
    provider.close();
  }

  @AfterEach
  void resume() {
    assertThat(run("resume", "all").status()).isZero();
  }

  private CommandFixture.Ended run(String... arguments) {
    CommandFixture commands = CommandFixture.with(Map.of(), folder);
    commands.variables().put("LEONARDO_REST_URL", app.rest());
    return commands.run(arguments);
  }

  private String submit(String name, String request) throws Exception {
    Files.writeString(folder.resolve(name), request);
    CommandFixture.Ended ended = run("submit", "--json", name);
    assertThat(ended.status()).as(ended.err() + ended.out()).isZero();
    return JSON.readTree(ended.out()).at("/job/id").asText();
  }

  @Test
  void aSubmittedFileIsOneJobHoweverOftenItIsSubmitted() throws Exception {
    String id = submit("once.json", REQUEST.formatted("once"));

    assertThat(run("submit", "once.json").out())
        .startsWith("once.json: job " + id + " ")
        .endsWith(", known before\n");
    assertThat(run("submit", "once.json", "--again", "2").out()).doesNotContain(id);
  }

  @Test
  void whoWatchesAJobSeesItsEndAndThenAllOfIt() throws Exception {
    String id = submit("watch.json", REQUEST.formatted("watch"));

    CommandFixture.Ended watched = run("watch", id, "--every", "PT0.05S");
    CommandFixture.Ended job = run("job", id);

    assertThat(watched.status()).as(watched.err()).isZero();
    assertThat(watched.lines().get(watched.lines().size() - 1)).contains(id + "  COMPLETE after");
    assertThat(job.lines())
        .contains("job         " + id, "state       COMPLETE", "prompt      watch")
        .anyMatch(line -> line.contains("ACCEPTED > SUBMITTING"));
    JsonNode document = JSON.readTree(run("job", "--json", id).out());
    assertThat(document.at("/history/0/to").asText()).isEqualTo("ACCEPTED");
    assertThat(run("jobs", "--state", "COMPLETE", "--limit", "1000").out()).contains(id);
    assertThat(run("watch", "--every", "PT0.05S").out()).isEqualTo("nothing runs\n");
  }

  @Test
  void eachLineOfABatchIsSentAndTheWrongOnesAreTold() throws Exception {
    Files.writeString(folder.resolve("batch.jsonl"), REQUEST.formatted("one") + "\n{}\nhello\n");

    CommandFixture.Ended ended = run("submit", "batch.jsonl");

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.lines()).singleElement().asString().startsWith("batch.jsonl, request 1: job ");
    assertThat(ended.err().lines())
        .hasSize(2)
        .allMatch(line -> line.matches("batch.jsonl, request [23]: 4.. .*"));
    assertThat(run("submit", "batch.jsonl", "--dry-run").out())
        .matches("batch.jsonl, request 1: (at least )?[\\d.]+ DOLLARS\n");
  }

  @Test
  void aPictureBesideTheRequestGoesWithIt() throws Exception {
    Files.write(folder.resolve("start.png"), Pictures.png(400, 300));
    String request =
        """
        {"model":"kling-3.0-turbo","parameters":{"prompt":"A cat",
         "guidances":{"start_frame":[{"image":{"file":"start.png"}}]}}}
        """;

    String id = submit("picture.json", request);

    assertThat(submit("picture.json", request)).isEqualTo(id);
    Files.writeString(folder.resolve("none.json"), request.replace("start.png", "../none.png"));
    assertThat(run("submit", "none.json").err())
        .isEqualTo("submit: none.json: there is no picture ../none.png beside the request");
  }

  @Test
  void whatIsPausedIsNotSubmittedUntilItIsResumed() throws Exception {
    assertThat(run("pause", "submitting", "--reason", "invoice").out())
        .matches("submitting: paused since \\S+ by .*: invoice\n");
    String id = submit("paused.json", REQUEST.formatted("paused"));
    assertThat(run("status").lines())
        .contains("waiting for: pause 1")
        .anyMatch(line -> line.startsWith("account default: slots 0 of 10, paused false"))
        .anyMatch(line -> line.startsWith("sink outbox: "))
        .anyMatch(line -> line.matches("submitting: paused since .* by .*: invoice"));

    assertThat(run("resume", "submitting").out()).isEqualTo("submitting: not paused\n");
    assertThat(run("watch", id, "--every", "PT0.05S").status()).isZero();
  }

  @Test
  void whoDrainsIsToldWhatIsStillUnderWay() {
    assertThat(run("pause", "all").lines())
        .hasSizeGreaterThan(3)
        .anyMatch(line -> line.startsWith("intake rest: paused since "))
        .first()
        .asString()
        .matches("nothing is under way|under way: .*");
    assertThat(run("resume", "all").lines()).hasSize(1);
    assertThat(run("pause", "account", "nobody").err())
        .isEqualTo("pause: 404 there is no account nobody: default");
    assertThat(run("pause", "intake", "fax").err()).contains("404 there is no intake fax: ");
  }

  @Test
  void aLimitIsSetForAWhileAndTakenBack() {
    String name = "accounts.default.concurrent";

    assertThat(run("limits", name, "3", "--reason", "launch").out())
        .matches(name + ": 3, set since \\S+ by .* \\(launch\\); the settings have 10\n");
    assertThat(run("limits").lines()).anyMatch(line -> line.startsWith(name + ": 3, set since "));
    assertThat(run("limits", name, "default").out()).isEqualTo(name + ": 10\n");
    assertThat(run("limits", name).out()).isEqualTo(name + ": 10\n");
    assertThat(run("limits", "speed", "3").err()).startsWith("limits: 404 the settings have no");
    assertThat(run("limits", "speed").err()).isEqualTo("limits: there is no limit speed");
  }

  @Test
  void aKeyThatACommandMadeOpensTheProgramForTheOthers() throws Exception {
    Path keys = folder.resolve("rest.keys");
    CommandFixture.Ended made = run("key", "--json", "anna", "operator");
    Files.writeString(keys, JSON.readTree(made.out()).get("line").asText() + "\n");
    Files.writeString(folder.resolve("key"), JSON.readTree(made.err()).get("key").asText() + "\n");
    try (App guarded =
        App.onlyRest(folder)
            .with("leonardo.rest.auth", "api-key")
            .with("leonardo.rest.keys", keys.toString())
            .start()) {
      CommandFixture.Ended without = run("status", "--url", guarded.rest());
      CommandFixture.Ended with = run("status", "--url", guarded.rest(), "--key-file", "key");

      assertThat(without.status()).isEqualTo(1);
      assertThat(without.err())
          .startsWith("status: 401 ")
          .endsWith("; set LEONARDO_REST_KEY, or name the file of your key with --key-file");
      assertThat(with.status()).as(with.err()).isZero();
      assertThat(with.lines()).contains("jobs: none");
    }
  }

  @Test
  void anOperatorsWordOnAJobThatIsNotInDoubtIsRefused() throws Exception {
    String id = submit("resolve.json", REQUEST.formatted("resolve"));
    run("watch", id, "--every", "PT0.05S");

    CommandFixture.Ended ended = run("resolve", "unpaid", id, "--json");

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err()).contains("409 job " + id + " is COMPLETE");
    assertThat(JSON.readTree(ended.out()).get("type").asText()).endsWith(":not-in-doubt");
    assertThat(run("resolve", "failed", "--all").out()).isEqualTo("resolved as failed: 0\n");
    assertThat(run("redeliver", "outbox").out()).isEqualTo("outbox: 0 deliveries wait again\n");
    assertThat(run("deliveries", "outbox", "--state", "DEAD").out()).isEmpty();
    assertThat(run("deliveries", "outbox", "--state", "LOST").err()).startsWith("deliveries: 400 ");
    assertThat(run("redeliver", "nowhere").err()).contains("404 there is no sink nowhere: outbox");
    assertThat(run("job", "none").err()).isEqualTo("job: 404 there is no job none");
  }
}
