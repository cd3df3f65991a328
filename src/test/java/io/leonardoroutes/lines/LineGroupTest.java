package io.leonardoroutes.lines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which lines are committed together. */
class LineGroupTest {
  private final LineGroup group = new LineGroup(LineDefaults.of("{\"parameters\":{}}"));
  private long number;

  @Test
  void aLineThatTakesTheVideoOfAnotherComesWithTheNextGroup() {
    assertThat(add("{\"reference\":\"a\"}")).isTrue();
    assertThat(add(waitingFor("b"))).isTrue();
    assertThat(add(waitingFor("a"))).isFalse();
    assertThat(group.lines()).extracting(RequestLine::number).containsExactly(1L, 2L);

    LineGroup next = new LineGroup(LineDefaults.of(null));
    assertThat(next.add(line(waitingFor("a")))).isTrue();
  }

  @Test
  void aLineThatCannotBeReadHoldsUpNothing() {
    assertThat(add("{\"reference\":")).isTrue();
    assertThat(add("{\"job\":")).isTrue();
    assertThat(group.add(RequestLine.rejected(9, null))).isTrue();
    assertThat(add("{\"job\":7}")).isTrue();
    assertThat(add("[\"job\"]")).isTrue();
  }

  @Test
  void itIsFullWith250LinesOrOneMebibyte() {
    for (int i = 0; i < 249; i++) {
      add("{}");
    }
    assertThat(group.isFull()).isFalse();
    add("{}");
    assertThat(group.isFull()).isTrue();

    LineGroup large = new LineGroup(LineDefaults.of(null));
    large.add(line("\"" + "x".repeat(1024 * 1024) + "\""));
    assertThat(large.isFull()).isTrue();
  }

  private static String waitingFor(String job) {
    return """
    {"parameters":{"guidances":{"video_reference_base":[{"video":{"job":"%s"}}]}}}"""
        .formatted(job);
  }

  private boolean add(String json) {
    return group.add(line(json));
  }

  private RequestLine line(String json) {
    number++;
    return RequestLine.of(number, json.getBytes(UTF_8));
  }
}
