package io.leonardoroutes.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.fixture.FlowFixture;
import org.junit.jupiter.api.Test;

class VideoOfJobTest {
  private static final String REQUEST =
      """
      {"model":"kling-video-o-3","parameters":{"prompt":"a","guidances":
       {"video_reference_base":[{"video":%s}]}}}\
      """;

  private static ObjectNode request(String video) {
    return (ObjectNode) FlowFixture.json(REQUEST.formatted(video));
  }

  @Test
  void aRequestThatWaitsIsOfTheKindOfTheOneThatIsSent() {
    JsonNode waiting = VideoOfJob.awaiting(request("{\"job\":\"koala\"}"), "j1");
    JsonNode sent = VideoOfJob.there(waiting, "v1");

    assertThat(waiting).isEqualTo(request("{\"job\":\"j1\"}"));
    assertThat(sent).isEqualTo(request("{\"id\":\"v1\",\"type\":\"GENERATED\"}"));
    assertThat(PricingKey.of(waiting)).isEqualTo(PricingKey.of(sent));
    assertThat(VideoOfJob.isAwaited(waiting)).isTrue();
    assertThat(VideoOfJob.isAwaited(sent)).isFalse();
    assertThat(VideoOfJob.isAwaited(FlowFixture.json("{}"))).isFalse();
  }
}
