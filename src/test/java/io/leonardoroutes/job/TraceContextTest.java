package io.leonardoroutes.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
  private static final String IDS = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";

  @Test
  void aValidOneIsPassedOnAsItCame() {
    TraceContext trace = TraceContext.of("00-" + IDS + "-01", "vendor=1,other=t61");

    assertThat(trace.fields())
        .isEqualTo(Map.of("traceparent", "00-" + IDS + "-01", "tracestate", "vendor=1,other=t61"));
    assertThat(trace.traceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
  }

  @Test
  void ofALaterVersionThatIsReadWhichIsKnown() {
    assertThat(TraceContext.of("cc-" + IDS + "-01-what-is-new", null).parent())
        .isEqualTo("00-" + IDS + "-01");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Other: 1"
      })
  void oneThatIsNotValidCountsAsNone(String traceparent) {
    assertThat(TraceContext.of(traceparent, "vendor=1")).isNull();
  }

  @Test
  void aStateThatIsNotUsableIsLeftOut() {
    String parent = "00-" + IDS + "-01";
    for (Object state : List.of("", " ", "a=1\nb=2", "a=é", "x".repeat(513), List.of("a=1"))) {
      assertThat(TraceContext.of(parent, state).fields()).containsOnlyKeys("traceparent");
    }
    assertThat(TraceContext.of(List.of(parent, parent), null)).isNull();
  }
}
