package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestCall;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A dry run says what would become of a request, and nothing becomes of it. */
class DryRunTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REQUEST =
      """
      {"model":"kling-3.0-turbo","reference":"r-1","priority":9,
       "parameters":{"prompt":"A cat","mode":"RESOLUTION_720"}}\
      """;

  @TempDir static Path folder;
  private static ScriptedProvider provider;
  private static App app;

  @BeforeAll
  static void start() throws Exception {
    provider = ScriptedProvider.start();
    app =
        App.in(folder)
            .at(provider)
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.sinks.outbox.events", "submitted,completed,failed,rejected")
            .start();
  }

  @AfterAll
  static void stop() {
    app.close();
    provider.close();
  }

  @AfterEach
  void nothingWasAccepted() throws Exception {
    assertThat(RestCall.get(app, "/generations").body().at("/items")).isEmpty();
    assertThat(provider.creates()).isEmpty();
  }

  @Test
  void aDryRunAnswersWhatWouldBeSentWithItsWarnings() throws Exception {
    RestCall answer =
        RestCall.post(app, "/generations?dry-run=true", REQUEST, "Idempotency-Key", "k-1");

    assertThat(answer)
        .isEqualTo(
            new RestCall(
                200,
                "application/json",
                json(
                    """
                    {"reference":"r-1","account":"default","model":"kling-3.0-turbo",
                     "request":{"model":"kling-3.0-turbo","public":false,
                       "parameters":{"prompt":"A cat","duration":5,"motion_has_audio":true,
                         "mode":"RESOLUTION_720","quantity":1}},
                     "quote":{"amount":"1.196","unit":"DOLLARS","basis":"table","from":true},
                     "warnings":["`mode` is deprecated for kling-3.0-turbo: give `width` and `height` instead"]}\
                    """)));
  }

  @Test
  void aDryRunOfABrokenRequestAnswersEveryViolation() throws Exception {
    RestCall answer =
        RestCall.post(
            app,
            "/generations?dry-run=true",
            """
            {"model":"kling-3.0-turbo","parameters":{"promt":"A cat","duration":20}}\
            """);

    assertThat(answer)
        .isEqualTo(
            new RestCall(
                422,
                "application/problem+json",
                json(
                    """
                    {"type":"urn:leonardo-routes:problem:invalid",
                     "title":"The request breaks the rules","status":422,"detail":"3 violations",
                     "violations":[
                       {"pointer":"/parameters/promt","code":"unknown-key",
                        "message":"unknown key `promt`: did you mean `prompt`?",
                        "allowed":"prompt, guidances, duration, motion_has_audio, width, height, mode, quantity"},
                       {"pointer":"/parameters/duration","code":"range",
                        "message":"20 is too long for kling-3.0-turbo: 3 to 15 seconds",
                        "allowed":"3..15"},
                       {"pointer":"/parameters/prompt","code":"required",
                        "message":"`prompt` is required"}]}\
                    """)));
  }

  @Test
  void noSinkIsToldOfADryRun() throws Exception {
    RestCall.post(app, "/generations?dry-run=true", "{}");
    RestCall.post(app, "/generations?dry-run=true", REQUEST);
    RestCall inEarnest = RestCall.post(app, "/generations", "{\"model\":\"told\"}");

    assertThat(inEarnest.status()).isEqualTo(422);
    await().atMost(Patience.LONG).until(() -> !told().isEmpty());
    assertThat(told()).hasSize(1).first().asString().contains("\\\"told\\\" is not a known model");
  }

  private static List<String> told() throws IOException {
    if (!Files.isDirectory(app.outbox())) {
      return List.of();
    }
    List<String> told = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(app.outbox(), "[!.]*.rejected.json")) {
      for (Path file : files) {
        told.add(Files.readString(file));
      }
    }
    return told.stream().filter(event -> !event.contains("bad-parameter")).toList();
  }

  @Test
  void aDryRunOfNoJsonSaysSo() throws Exception {
    RestCall answer = RestCall.post(app, "/generations?dry-run=true", "hello");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().at("/type").asText())
        .isEqualTo("urn:leonardo-routes:problem:not-json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dry-run=yes | dry-run 'yes' is not true or false",
        "dry-run=TRUE | dry-run 'TRUE' is not true or false",
        "dry-run= | dry-run '' is not true or false",
        "dry-run=true&dry-run=false | dry-run is there more than once",
        "dryrun=true | dryrun is no parameter of this call, which has dry-run, atomic",
        "dry_run=true | dry_run is no parameter of this call, which has dry-run, atomic",
        "Dry-Run=true | Dry-Run is no parameter of this call, which has dry-run, atomic",
      })
  void aDryRunThatIsMisspeltIsNoOrder(String query, String detail) throws Exception {
    RestCall answer = RestCall.post(app, "/generations?" + query, REQUEST);

    assertThat(answer)
        .isEqualTo(
            new RestCall(
                400,
                "application/problem+json",
                JSON.createObjectNode()
                    .put("type", "urn:leonardo-routes:problem:bad-parameter")
                    .put("title", "A query parameter is not valid")
                    .put("status", 400)
                    .put("detail", detail)));
  }

  private static JsonNode json(String text) throws Exception {
    return JSON.readTree(text);
  }
}
