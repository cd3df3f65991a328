package io.leonardoroutes.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor}: what keeps the program from working, before somebody has to find out. */
class DoctorCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BOTH =
      """
      {"productionApiAvailableModels":[{"id":"u1","name":"Kling 3.0 Turbo"},
       {"id":"u2","name":"kling-video-o-3"},{"id":"u3","name":"Kling 2.6"}]}
      """;

  @TempDir Path folder;
  private final MockWebServer provider = new MockWebServer();
  private final Map<String, String> settings = new HashMap<>();

  @BeforeEach
  void open() throws IOException {
    provider.start();
    settings.put("leonardo.base-url", "http://127.0.0.1:" + provider.getPort() + "/api/rest");
    settings.put("leonardo.api-key", "the-key-of-this-test");
    settings.put("leonardo.data", folder.resolve("data").toString());
    settings.put("leonardo.rest.port", "" + App.freePort());
    settings.put("leonardo.jms.port", "" + App.freePort());
    settings.put("leonardo.management.port", "" + App.freePort());
  }

  @AfterEach
  void close() {
    provider.close();
  }

  private CommandFixture.Ended doctor(String... more) {
    CommandFixture commands = CommandFixture.with(settings, folder);
    String[] arguments = new String[more.length + 1];
    arguments[0] = "doctor";
    System.arraycopy(more, 0, arguments, 1, more.length);
    return commands.run(arguments);
  }

  private void answers(int status, String body, String... date) {
    MockResponse.Builder answer = new MockResponse.Builder().code(status).body(body);
    for (String one : date) {
      answer.addHeader("Date", one);
    }
    provider.enqueue(answer.build());
  }

  @Test
  void whereAllIsWellEachThingIsOneLineAndNothingIsLeftBehind() throws Exception {
    answers(200, BOTH);

    CommandFixture.Ended ended = doctor();

    assertThat(ended.status()).as(ended.out() + ended.err()).isZero();
    assertThat(ended.lines()).allMatch(line -> line.startsWith("ok ") || line.contains(" disk "));
    assertThat(ended.out())
        .contains(
            "account default: the provider takes the key",
            "account default has all of ours",
            "is made at the first start",
            "outbox: " + folder.resolve("data/outbox"));
    assertThat(provider.takeRequest().getHeaders().get("Authorization"))
        .isEqualTo("Bearer the-key-of-this-test");
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void aKeyThatIsRefusedAndAClockThatIsWrongAreTold() {
    answers(
        401, "{\"error\":\"the-key-of-this-test is unknown\"}", "Wed, 01 Jul 2026 02:00:00 GMT");

    CommandFixture.Ended ended = doctor();

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.lines())
        .anyMatch(
            line ->
                line.matches(
                    "fail +key +account default: the provider answers 401 .*\\*\\*\\* is"
                        + " unknown.*: set leonardo.api-key to a key that is valid there"))
        .anyMatch(line -> line.matches("warn +clock +\\d+ s ahead of the provider's: set it.*"));
    assertThat(ended.out()).doesNotContain("the-key-of-this-test");
  }

  @Test
  void eachAccountIsAskedAndAModelThatIsNotListedIsNamed() {
    settings.put("leonardo.accounts.studio.api-key", "another-key");
    answers(200, BOTH);
    answers(200, "{\"productionApiAvailableModels\":[]}");

    assertThat(doctor().lines())
        .anyMatch(line -> line.matches("ok +models +account default has all of ours"))
        .anyMatch(
            line ->
                line.matches("warn +models +account studio: not listed there.*kling-3.0-turbo.*"));
  }

  @Test
  void aPortThatIsTakenAndASinkThatIsAwayFail() throws Exception {
    answers(200, BOTH);
    String away = "127.0.0.1:" + App.freePort();
    settings.put("leonardo.sinks.erp.uri", "http://user:secret@" + away + "/events");
    try (ServerSocket taken =
        new ServerSocket(Integer.parseInt(settings.get("leonardo.rest.port")))) {
      CommandFixture.Ended ended = doctor("--json");

      assertThat(ended.status()).isEqualTo(1);
      JsonNode document = JSON.readTree(ended.out());
      assertThat(document.get("ok").asBoolean()).isFalse();
      assertThat(document.get("checks"))
          .filteredOn(one -> one.get("level").asText().equals("fail"))
          .extracting(one -> one.get("check").asText() + " " + one.get("remedy").asText())
          .containsExactly(
              "port set leonardo.rest.port", "sink mend it, or leonardo.sinks.erp.uri");
      assertThat(ended.out()).doesNotContain("secret");
      assertThat(taken.isBound()).isTrue();
    }
  }

  @Test
  void aProxyThatIsAwayIsToldApartFromTheProvider() {
    settings.put("leonardo.http.proxy", "http://user:secret@127.0.0.1:" + App.freePort());

    CommandFixture.Ended ended = doctor();

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.lines())
        .anyMatch(line -> line.matches("fail +proxy +.* cannot be reached: .*"))
        .anyMatch(line -> line.matches("fail +key +account default: no answer from .*"));
    assertThat(ended.out()).doesNotContain("secret");
    assertThat(provider.getRequestCount()).isZero();
  }

  @Test
  void aSettingThatCannotWorkIsSaidFirst() {
    settings.put("leonardo.limits.concurrent", "many");

    CommandFixture.Ended ended = doctor();

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.lines())
        .singleElement()
        .asString()
        .startsWith("fail  settings   leonardo.limits.concurrent: 'many' is not a whole number");
    assertThat(provider.getRequestCount()).isZero();
  }

  @Test
  void besideTheRunningProgramItsPortsAndLedgerAreFine() throws Exception {
    answers(200, BOTH);
    Path data = Files.createDirectory(folder.resolve("data"));
    try (App app =
        App.in(folder)
            .with("leonardo.base-url", settings.get("leonardo.base-url"))
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.rest.port", settings.get("leonardo.rest.port"))
            .with("leonardo.management.port", settings.get("leonardo.management.port"))
            .with("leonardo.tick", "10h")) {
      app.managed();
      app.start();

      CommandFixture.Ended ended = doctor();

      assertThat(ended.status()).as(ended.out() + ended.err()).isZero();
      assertThat(ended.out())
          .contains(
              "127.0.0.1:"
                  + settings.get("leonardo.rest.port")
                  + " is in use, and the program runs",
              data.resolve("ledger.db") + " can be read");
      assertThat(List.of(data.toFile().list())).contains("ledger.db");
    }
  }
}
