package io.leonardoroutes.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.HostileServer;
import io.leonardoroutes.fixture.HostileServer.Call;
import io.leonardoroutes.fixture.HostileServer.Wire;
import io.leonardoroutes.fixture.ProgramProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers without end, wherever they have none, in a program with a small heap. */
@Tag("long")
class EndlessAnswerTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  /** The bound is far below, even with what the system buffers for a client that reads no more. */
  private static final long TOO_MUCH = 16L * 1024 * 1024;

  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n";
  private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n";

  /** What comes first, and what comes after it for ever. */
  private static final List<Map.Entry<String, String>> ENDLESS =
      List.of(
          Map.entry("HTTP/1.1 200 O", "K".repeat(8_000)),
          Map.entry(HEAD + "X: ", "a".repeat(8_000)),
          Map.entry(HEAD, "X: a\r\n".repeat(1_000)),
          Map.entry(HEAD + "X: a\r\n", " a\r\n".repeat(1_000)),
          Map.entry("", "\r\n".repeat(1_000)),
          Map.entry("", "no answer\r\n".repeat(1_000)),
          Map.entry("", "HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000)),
          Map.entry("", "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n".repeat(1_000)),
          Map.entry(CHUNKED, "0".repeat(8_000)),
          Map.entry(CHUNKED + "1;", "a".repeat(8_000)),
          Map.entry(CHUNKED, ("1;" + "a".repeat(8_000) + "\r\nx\r\n").repeat(10)),
          Map.entry(CHUNKED + "1\r\nx\r\n0\r\nX: ", "a".repeat(8_000)),
          Map.entry(CHUNKED + "1\r\nx\r\n0\r\n", "X: a\r\n".repeat(1_000)),
          Map.entry(
              HEAD + "Content-Encoding: gzip\r\n\r\n\u001f\u008b\b\b\0\0\0\0\0\0",
              "a".repeat(8_000)),
          Map.entry(HEAD + "Content-Encoding: gzip\r\n\r\n", "no gzip"));

  @TempDir Path folder;
  private final Map<String, Integer> attacked = new ConcurrentHashMap<>();

  /** How much of each attack was taken. */
  private final Map<String, Long> longest = new ConcurrentHashMap<>();

  /** The first calls of each kind; of those that one job makes again and again, a few. */
  private boolean attack(Call call, Wire out) throws IOException {
    String kind = kind(call);
    int nth = attacked.merge(kind, 1, Integer::sum) - 1;
    int attack = kind.equals("/me") || kind.equals("/user/") ? nth * 4 : nth;
    if (attack < ENDLESS.size()) {
      Map.Entry<String, String> endless = ENDLESS.get(attack);
      out.say(endless.getKey());
      out.forEver(endless.getValue(), sum -> longest.merge(kind + " " + attack, sum, Math::max));
    }
    return false;
  }

  private static String kind(Call call) {
    return call.method().equals("POST")
        ? "create"
        : Stream.of("/me", "/models", "/user/", "/v1/generations/", "/cdn/")
            .filter(call.path()::contains)
            .findFirst()
            .orElseThrow();
  }

  @Test
  void noAnswerWithoutEndStopsTheProgram() throws Exception {
    try (HostileServer provider = HostileServer.start().with(this::attack);
        ProgramProcess program = ProgramProcess.in(folder).inHeap("80m")) {
      program
          .with("leonardo.base-url", provider.baseUrl())
          .with("leonardo.download.hosts", provider.host())
          .with("leonardo.limits.concurrent", "100")
          .with("leonardo.reconcile.settle", "10ms")
          // Else one create alone is tried after each that is in doubt.
          .with("leonardo.submit.probe", "0s")
          .start();
      for (int i = 0; i < 2 * ENDLESS.size(); i++) {
        program.drop("r" + i + ".json", FlowFixture.REQUEST);
      }

      until(program, () -> program.outbox("in_doubt.json").size() == ENDLESS.size());
      until(program, () -> program.outbox(".mp4").size() == ENDLESS.size());
      until(program, () -> attacked.getOrDefault("/user/", 0) > 4);

      mustHold(program);
      assertThat(provider.creates()).hasSize(2 * ENDLESS.size());
      assertThat(attacked.get("/v1/generations/")).isGreaterThan(ENDLESS.size());
      assertThat(attacked.get("/cdn/")).isGreaterThan(ENDLESS.size());
    }
  }

  private void until(ProgramProcess program, Callable<Boolean> fact) {
    await().atMost(LONG).failFast(() -> mustHold(program)).until(fact);
  }

  /** Without a bound an answer is read on or fills the heap, which shows long before a deadline. */
  private void mustHold(ProgramProcess program) {
    assertThat(program.isRunning()).as("the program runs").isTrue();
    assertThat(program.said("OutOfMemoryError")).isEmpty();
    assertThat(longest).allSatisfy((attack, sum) -> assertThat(sum).isLessThan(TOO_MUCH));
  }
}
