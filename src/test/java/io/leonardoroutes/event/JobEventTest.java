package io.leonardoroutes.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JobEventTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant WHEN = Instant.parse("2026-11-21T12:00:00.123Z");

  @Test
  void anEventIsACloudEventInStructuredJson() throws Exception {
    JsonNode job = JSON.readTree("{\"id\": \"job-1\", \"reference\": \"Grüße\", \"warnings\": []}");

    String json =
        new JobEvent("job-1.completed", EventType.COMPLETED, "job-1", WHEN, Map.of(), job).json();

    assertThat(JSON.readTree(json))
        .isEqualTo(
            JSON.readTree(
                """
                {"specversion": "1.0", "id": "job-1.completed",
                 "type": "leonardo.generation.completed", "source": "/leonardo-routes",
                 "subject": "job-1", "time": "2026-11-21T12:00:00.123Z",
                 "datacontenttype": "application/json",
                 "data": {"id": "job-1", "reference": "Grüße", "warnings": []}}
                """));
    assertThat(JobEvent.CONTENT_TYPE).isEqualTo("application/cloudevents+json");
  }

  @Test
  void theSameEventIsTheSameDocumentEveryTime() {
    JobEvent event =
        new JobEvent("1", EventType.FAILED, "job-1", WHEN, Map.of(), JSON.createObjectNode());

    assertThat(event.json()).isEqualTo(event.json());
  }

  @ParameterizedTest
  @EnumSource
  void anyCloudEventsReaderReadsEveryEvent(EventType type) {
    String json = new JobEvent("1", type, "job-1", WHEN, Map.of(), JSON.createObjectNode()).json();

    CloudEvent read = new JsonFormat().deserialize(json.getBytes(StandardCharsets.UTF_8));

    assertThat(read.getType()).isEqualTo(type.type());
    assertThat(read.getTime().toInstant()).isEqualTo(WHEN);
  }

  @Test
  void theWordsOfTheEventsAreThoseThatUsersWerePromised() {
    assertThat(EventType.values())
        .extracting(EventType::word, EventType::type)
        .containsExactly(
            tuple("submitted", "leonardo.generation.submitted"),
            tuple("completed", "leonardo.generation.completed"),
            tuple("failed", "leonardo.generation.failed"),
            tuple("rejected", "leonardo.generation.rejected"),
            tuple("in_doubt", "leonardo.generation.in_doubt"),
            tuple("cancelled", "leonardo.generation.cancelled"),
            tuple("approval", "leonardo.generation.approval"));
  }
}
