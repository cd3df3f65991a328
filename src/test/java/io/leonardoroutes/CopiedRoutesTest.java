package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Route files that a user copied from an earlier version. */
class CopiedRoutesTest {
  @TempDir Path folder;

  @Test
  void aCopyThatLooksForNoAccountAcceptsForTheOnlyOne() throws Exception {
    String account =
        """
              - bean:
                  id: account
                  ref: leonardoAccept
                  method: account
        """
            .indent(8);
    try (ScriptedProvider provider = ScriptedProvider.start();
        FlowFixture story =
            FlowFixture.in(folder, provider)
                .edited(folder, "accept.camel.yaml", account, "")
                .start()) {
      String id = story.accept(FlowFixture.REQUEST);

      assertThat(story.until(id, "COMPLETE").get("account").asText()).isEqualTo("default");
    }
  }

  @Test
  void copiesThatCatchARejectionByItsEarlierNameAnswerItAsOurs() throws Exception {
    String now = "io.leonardoroutes.problem.RequestRejected";
    String earlier = "io.leonardoroutes.request.Refused";
    try (ScriptedProvider provider = ScriptedProvider.start();
        FlowFixture story =
            FlowFixture.in(folder, provider)
                .with("leonardo.rest.enabled", "true")
                .edited(folder, "accept.camel.yaml", now, earlier)
                .edited(folder, "answers.camel.yaml", now, earlier)
                .edited(folder, "batch.camel.yaml", now, earlier)
                .edited(folder, "intake-file.camel.yaml", now, earlier)
                .edited(folder, "message.camel.yaml", now, earlier)
                .start()) {
      RestClient rest = RestClient.of(story.app());

      assertThat(rest.post("{}").statusCode()).isEqualTo(422);
      HttpResponse<String> batch = rest.post("[{}]");
      assertThat(RestClient.json(batch).at("/items/0/status").asInt()).isEqualTo(422);
    }
  }

  @Test
  void copiesThatNameBeansAsBeforeWorkAndTheLogSaysOnceWhatTheyAreCalledNow() throws Exception {
    TestBroker broker = new TestBroker(folder.resolve("broker"), App.freePort());
    broker.start();
    try (broker;
        ScriptedProvider provider = ScriptedProvider.start();
        LogCapture log = LogCapture.open();
        FlowFixture story =
            FlowFixture.in(folder, provider)
                .with("leonardo.rest.enabled", "true")
                .with("leonardo.jms.enabled", "true")
                .with("leonardo.jms.url", broker.url())
                .edited(folder, "batch.camel.yaml", "leonardoBatchIntake", "leonardoBatch")
                .edited(folder, "dry-run.camel.yaml", "leonardoPreview", "leonardoDryRun")
                .edited(folder, "message.camel.yaml", "leonardoJmsIntake", "leonardoQueue")
                .start();
        TestBroker.Caller caller = new TestBroker.Caller(broker.url())) {
      RestClient rest = RestClient.of(story.app());
      String request = InboxFixture.request("a");

      assertThat(rest.post("[" + request + "]").statusCode()).isEqualTo(207);
      assertThat(rest.send("POST", "/generations?dry-run=true", request).statusCode())
          .isEqualTo(200);
      caller.send("leonardo.requests", "{}");
      assertThat(caller.receive("leonardo.requests.rejected")).isNotNull();
      assertThat(log.with("the earlier name works in this version only"))
          .hasSize(3)
          .contains(
              "WARN the bean leonardoQueue is now called leonardoJmsIntake: rename it in your route"
                  + " files, because the earlier name works in this version only");
    }
  }

  @Test
  void aCopyThatOpensItsCallsAsBeforeWorksAndTheLogSaysOnceWhatThatIsCalledNow() throws Exception {
    String open =
        """
        ref: %s
        method: %s
        """
            .indent(12);
    try (ScriptedProvider provider = ScriptedProvider.start();
        LogCapture log = LogCapture.open();
        FlowFixture story =
            FlowFixture.in(folder, provider)
                .with("leonardo.rest.enabled", "true")
                .edited(
                    folder,
                    "intake-rest.camel.yaml",
                    open.formatted("leonardoAsked", "openForm"),
                    open.formatted("leonardoGenerations", "open"))
                .start()) {
      RestClient rest = RestClient.of(story.app());
      String request = InboxFixture.request("a");

      HttpResponse<String> first = rest.send("POST", "/generations", request);
      assertThat(first.statusCode()).isEqualTo(202);
      assertThat(rest.send("POST", "/generations", request).statusCode()).isEqualTo(202);
      assertThat(log.with("leonardoGenerations.open"))
          .containsExactly(
              "WARN leonardoGenerations.open is now called leonardoAsked.open: rename it in your"
                  + " route files, because the earlier name works in this version only");
    }
  }

  @Test
  void aCopyThatAsksForDeliveriesOnceATickDeliversAsBefore() throws Exception {
    try (ScriptedProvider provider = ScriptedProvider.start();
        FlowFixture story =
            FlowFixture.in(folder, provider)
                .edited(folder, "deliver.camel.yaml", "due(*, '{{sink}}')", "due('{{sink}}')")
                .edited(folder, "deliver.camel.yaml", "greedy: true", "greedy: false")
                .start()) {
      story.told(story.accept(FlowFixture.REQUEST), "completed");
    }
  }

  @Test
  void ourOwnRouteFilesNameNothingAsBefore() throws Exception {
    try (ScriptedProvider provider = ScriptedProvider.start();
        LogCapture log = LogCapture.open();
        FlowFixture story =
            FlowFixture.in(folder, provider).with("leonardo.rest.enabled", "true").start()) {
      assertThat(RestClient.of(story.app()).post("[{}]").statusCode()).isEqualTo(207);
      assertThat(log.with("earlier name")).isEmpty();
    }
  }
}
