package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.app.SettingsTest;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.TestBroker;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several folders and queues in one application, by settings alone; and none at all. */
class IntakeTemplatesTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private App app;

  @BeforeEach
  void open() {
    app = App.in(folder).with("leonardo.base-url", "http://127.0.0.1:1/api/rest");
  }

  @AfterEach
  void close() {
    app.close();
  }

  private App template(String routeId, String id, Map<String, String> parameters) {
    app.with("camel.routeTemplate[" + routeId + "].templateId", id);
    parameters.forEach(
        (key, value) -> app.with("camel.routeTemplate[" + routeId + "]." + key, value));
    return app;
  }

  private List<String> jobs() {
    return LedgerRows.of(app, "SELECT priority, sinks FROM job ORDER BY priority").stream()
        .map(row -> row.get("priority") + " " + row.get("sinks"))
        .toList();
  }

  @Test
  void twoFoldersHaveTheirOwnSinksAndPriority() throws Exception {
    app.with("leonardo.sinks.night.uri", "log:night");
    InboxFixture day = InboxFixture.into(folder.resolve("day"));
    InboxFixture night = InboxFixture.into(folder.resolve("night"));
    String file = "leonardo-intake-file";
    template(
        "day", file, Map.of("inbox", day.inbox().toString(), "priority", "9", "intake", "day"));
    template(
        "night",
        file,
        Map.of("inbox", night.inbox().toString(), "priority", "1", "sinks", "night"));
    app.start();
    day.file("a.json", InboxFixture.request("a"));
    night.file("a.json", InboxFixture.request("a"));

    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(jobs()).containsExactly("1 [\"night\"]", "9 []"));
  }

  @Test
  void twoQueuesHaveTheirOwnSinksAndPriority() throws Exception {
    int port = App.freePort();
    app.with("leonardo.jms.enabled", "true").with("leonardo.jms.port", String.valueOf(port));
    app.with("leonardo.sinks.night.uri", "log:night");
    template(
        "night",
        "leonardo-intake-jms",
        Map.of("queue", "night", "priority", "1", "sinks", "night"));
    app.start();
    try (TestBroker.Caller caller = new TestBroker.Caller("tcp://127.0.0.1:" + port)) {
      caller.send("night", InboxFixture.request("a"));
      caller.send("leonardo.requests", InboxFixture.request("a"));
      caller.send("night", "{}");

      assertThat(caller.receive("night.rejected")).isNotNull();
      await()
          .atMost(LONG)
          .untilAsserted(() -> assertThat(jobs()).containsExactly("1 [\"night\"]", "4 []"));
    }
  }

  @Test
  void aSinkThatAnIntakeNamesAndNobodyHasStopsTheStart() {
    template("night", "leonardo-intake-file", Map.of("inbox", folder.toString(), "sinks", "nihgt"));

    assertThat(SettingsTest.refusal(app))
        .isEqualTo("camel.routeTemplate[night].sinks: 'nihgt' is not a known sink: outbox");
  }

  @Test
  void aPriorityThatIsNoneStopsTheStart() {
    template("night", "leonardo-intake-file", Map.of("inbox", folder.toString(), "priority", "10"));

    assertThat(SettingsTest.refusal(app))
        .isEqualTo("camel.routeTemplate[night].priority: '10' is not a whole number from 0 to 9");
  }

  @Test
  void withEveryIntakeOffNothingListensAndOnlyTheApplicationAsks() throws Exception {
    app.with("leonardo.rest.port", "" + App.freePort()).start();

    assertThat(app.inbox()).doesNotExist();
    assertThat(app.context().getRoutes())
        .extracting(route -> route.getId())
        .contains("accept", "submit")
        .doesNotContain("intake-file", "intake-rest", "intake-jms", "generation", "reply");
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> new Socket("127.0.0.1", Integer.parseInt(app.rest().replaceAll(".*:", ""))))
        .isInstanceOf(IOException.class);
  }
}
