package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestCall;
import io.leonardoroutes.fixture.TestBroker;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key that is required and missing is reported at its own pointer, whatever way it came. */
class MissingKeyTest {
  private static final String NO_PROMPT =
      """
      {"model":"kling-3.0-turbo","parameters":{}}\
      """;
  private static final String NO_ID =
      """
      {"model":"kling-video-o-3","parameters":{"prompt":"A cat","guidances":{
       "start_frame":[{"image":{}}]}}}\
      """;

  @TempDir static Path folder;
  private static App app;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    port = App.freePort();
    app =
        App.in(folder)
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.file.enabled", "true")
            .with("leonardo.jms.enabled", "true")
            .with("leonardo.jms.port", String.valueOf(port))
            .start();
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  @AfterEach
  void nothingWasAccepted() {
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  @Test
  void overRest() throws Exception {
    for (String path : List.of("/generations", "/generations?dry-run=true")) {
      assertPrompt(RestCall.post(app, path, NO_PROMPT).body());
      assertIdAndType(RestCall.post(app, path, NO_ID).body());
    }
  }

  @Test
  void inABatch() throws Exception {
    JsonNode answer =
        RestCall.post(app, "/generations", "[" + NO_PROMPT + "," + NO_ID + "]").body();

    assertThat(answer.findValuesAsText("pointer"))
        .containsExactly(
            "/parameters/prompt",
            "/parameters/guidances/start_frame/0/image/id",
            "/parameters/guidances/start_frame/0/image/type");
  }

  @Test
  void inAFile() throws Exception {
    InboxFixture drop = InboxFixture.into(app.inbox());
    drop.file("prompt.json", NO_PROMPT);
    drop.file("id.json", NO_ID);
    for (String name : List.of("prompt", "id")) {
      await().atMost(Patience.LONG).until(() -> Files.exists(drop.rejected(name + ".reason.json")));
    }

    assertPrompt(drop.reason("prompt"));
    assertIdAndType(drop.reason("id"));
  }

  @Test
  void inAMessage() throws Exception {
    TestBroker.Caller caller = new TestBroker.Caller("tcp://127.0.0.1:" + port);
    try {
      assertPrompt(answer(caller, NO_PROMPT));
      assertIdAndType(answer(caller, NO_ID));
    } finally {
      caller.close();
    }
  }

  private static JsonNode answer(TestBroker.Caller caller, String text) throws Exception {
    Queue answers = caller.session.createTemporaryQueue();
    Message request = caller.session.createTextMessage(text);
    request.setJMSReplyTo(answers);
    caller.send("leonardo.requests", request);
    return new ObjectMapper().readTree(((TextMessage) caller.receive(answers)).getText());
  }

  private static void assertPrompt(JsonNode problem) {
    assertThat(problem.findValuesAsText("pointer")).containsExactly("/parameters/prompt");
    assertThat(problem.findValuesAsText("message")).containsExactly("`prompt` is required");
  }

  private static void assertIdAndType(JsonNode problem) {
    assertThat(problem.findValuesAsText("message"))
        .containsExactly("`id` is required", "`type` is required");
    assertThat(problem.findValuesAsText("pointer"))
        .containsExactly(
            "/parameters/guidances/start_frame/0/image/id",
            "/parameters/guidances/start_frame/0/image/type");
  }
}
