package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.HostileServer;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP sinks that take an event and do not let go. */
class HostileSinkTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private ScriptedProvider provider;
  private HostileServer sink;
  private FlowFixture story;

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
    sink = HostileServer.start();
    story =
        FlowFixture.in(folder, provider)
            .with("leonardo.http.connect-timeout", "1s")
            .with("leonardo.http.response-timeout", "1s")
            .with("leonardo.sinks.erp.events", "submitted")
            .with("leonardo.sinks.erp.uri", "http://" + sink.host() + "/erp");
  }

  @AfterEach
  void close() {
    story.close();
    sink.close();
    provider.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?connectionsPerRoute=5"})
  void aSinkThatAnswersAByteNowAndThenIsLeftAndTriedAgain(String connected) throws Exception {
    sink.with(
        (call, out) -> {
          if (sink.calls("/erp").size() == 1) {
            out.drip("HTTP/1.1 100 Continue\r\n\r\n");
          }
          return false;
        });
    story.with("leonardo.sinks.erp.uri", "http://" + sink.host() + "/erp" + connected);
    try (LogCapture log = LogCapture.open()) {
      story.start();
      story.accept(FlowFixture.REQUEST);

      await().atMost(LONG).until(() -> log.with("submitted delivered to erp").size() == 1);
      assertThat(sink.calls("/erp")).hasSize(2);
    }
  }

  @Test
  void aHeadWithoutEndOfASinkIsLeft() throws Exception {
    sink.with(
        (call, out) -> {
          if (sink.calls("/erp").size() == 1) {
            out.say("HTTP/1.1 200 OK\r\n");
            out.forEver("X: a\r\n".repeat(1_000));
          }
          return false;
        });
    try (LogCapture log = LogCapture.open()) {
      story.start();
      story.accept(FlowFixture.REQUEST);

      await().atMost(LONG).until(() -> log.with("submitted delivered to erp").size() == 1);
      assertThat(log.with("not taken by sink erp")).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"200 OK", "500 Broken"})
  void theBodyOfASinksAnswerIsNotReadToItsEnd(String status) throws Exception {
    sink.with(
        (call, out) -> {
          if (sink.calls("/erp").size() == 1) {
            out.say("HTTP/1.1 " + status + "\r\n\r\n");
            out.forEver("a".repeat(8_000));
          }
          return false;
        });
    try (LogCapture log = LogCapture.open()) {
      story.start();
      story.accept(FlowFixture.REQUEST);

      await().atMost(LONG).until(() -> log.with("submitted delivered to erp").size() == 1);
      assertThat(sink.calls("/erp")).hasSize(status.equals("200 OK") ? 1 : 2);
    }
  }
}
