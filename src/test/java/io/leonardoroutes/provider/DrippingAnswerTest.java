package io.leonardoroutes.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.HostileServer;
import io.leonardoroutes.fixture.HostileServer.Call;
import io.leonardoroutes.fixture.HostileServer.Script;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of which something comes now and then, and never the end. */
@Tag("long")
class DrippingAnswerTest {
  private static final Duration LONG = Patience.LONG;
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n";

  @TempDir Path folder;
  private ScriptedProvider unused;
  private HostileServer provider;
  private FlowFixture story;

  /** Three seconds are the longest that a call may take. */
  @BeforeEach
  void open() throws Exception {
    unused = ScriptedProvider.start();
    provider = HostileServer.start();
    story =
        FlowFixture.in(folder, unused)
            .with("leonardo.base-url", provider.baseUrl())
            .with("leonardo.download.hosts", provider.host())
            .with("leonardo.reconcile", "hold")
            .with("leonardo.http.connect-timeout", "1s")
            .with("leonardo.http.response-timeout", "1s");
  }

  @AfterEach
  void close() {
    story.close();
    provider.close();
    unused.close();
  }

  static Stream<Arguments> drips() {
    return Stream.of(
        Arguments.of("head", "", HEAD + "X: " + "a".repeat(10_000)),
        Arguments.of("1xx", "", "HTTP/1.1 100 Continue\r\n\r\n"),
        Arguments.of(
            "gzip name",
            HEAD + "Content-Encoding: gzip\r\n\r\n\u001f\u008b\b\b\0\0\0\0\0\0",
            "a".repeat(1_000)),
        Arguments.of(
            "chunk extension", HEAD + "Transfer-Encoding: chunked\r\n\r\n1;", "a".repeat(1_000)),
        Arguments.of(
            "trailer",
            HEAD + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX: ",
            "a".repeat(1_000)),
        Arguments.of("body", HEAD + "\r\n", "{".repeat(1_000)));
  }

  private static Script dripping(String path, int times, String first, String rest) {
    AtomicInteger calls = new AtomicInteger();
    return (call, out) -> {
      if (call.path().contains(path) && calls.getAndIncrement() < times) {
        out.say(first);
        out.drip(rest);
      }
      return false;
    };
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("drips")
  void aCreateThatDripsEndsInTimeAndIsInDoubt(String what, String first, String rest)
      throws Exception {
    provider.with(dripping("/v2/", 1, first, rest));
    story.start();

    JsonNode doubt = story.submitted(story.accept(FlowFixture.REQUEST));

    assertThat(doubt.get("state").asText()).isEqualTo("IN_DOUBT");
    assertGone(provider.creates());
    assertThat(provider.creates()).hasSize(1);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("drips")
  void aPollThatDripsEndsInTimeAndIsRepeated(String what, String first, String rest)
      throws Exception {
    provider.with(dripping("/v1/generations/", 1, first, rest));
    story.start();

    String id = story.accept(FlowFixture.REQUEST);

    assertThat(story.told(id, "completed").at("/data/video/bytes").asLong()).isPositive();
    assertGone(provider.calls("/v1/generations/").subList(0, 1));
    assertThat(provider.calls("/v1/generations/")).hasSizeGreaterThan(1);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("drips")
  void aDownloadThatDripsEndsInTimeAndIsRepeated(String what, String first, String rest)
      throws Exception {
    provider.with(dripping("/cdn/", 1, first, rest));
    story
        .with("leonardo.http.response-timeout", "60s")
        .with("leonardo.download.timeout", "3s")
        .start();

    String id = story.accept(FlowFixture.REQUEST);

    assertThat(story.told(id, "completed").at("/data/video/bytes").asLong()).isPositive();
    assertGone(provider.calls("/cdn/").subList(0, 1));
  }

  private static void assertGone(List<Call> calls) throws InterruptedException {
    for (Call call : calls) {
      assertThat(call.gone().await(LONG.toSeconds(), TimeUnit.SECONDS)).as(call.path()).isTrue();
    }
  }
}
