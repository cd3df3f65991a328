package io.leonardoroutes.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Names that nobody has thought of. */
class OutboxFileNameFuzzTest {
  private static final Path OUTBOX = Path.of("outbox").toAbsolutePath();

  static Stream<String> seeds() {
    return Stream.of(
        "order-7",
        "../../etc/passwd",
        "..\\..\\x",
        "/absolute",
        "C:\\x",
        "a\u0000.json",
        "...json",
        ".json",
        "\r\n\u001b[31m",
        "\u202egpj",
        "\uff0e\uff0e\uff0fx",
        "%2e%2e%2f",
        "{{env:HOME}}${date:now}",
        "x".repeat(4_000));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "2m")
  void noNameLeavesItsFolder(@NotNull String text) {
    for (String name :
        new String[] {
          OutboxFileName.of(text, "m"),
          OutboxFileName.ofDropped(text, "m"),
          OutboxFileName.of("", text)
        }) {
      assertThat(name).matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}|");
      Path file = OUTBOX.resolve(name + "-1a2b3c4d.mp4");
      assertThat((Object) file.normalize()).isEqualTo(file);
      assertThat((Object) file.getParent()).isEqualTo(OUTBOX);
    }
    assertThat(OutboxFileName.of(text, "m")).isNotEmpty();
    assertThat(OutboxFileName.ofDropped(text, "m")).isNotEmpty();
  }
}
