package io.leonardoroutes.event;

import com.fasterxml.jackson.databind.JsonNode;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonCloudEventData;
import io.cloudevents.jackson.JsonFormat;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;

/**
 * One event about one job, as a CloudEvents 1.0 document in structured JSON.
 *
 * @param id the same on every redelivery, so that a receiver can ignore duplicates
 * @param jobId the event's {@code subject}
 * @param time when it happened, not when it is sent
 * @param trace attributes of the distributed tracing extension, by name
 * @param job the event's {@code data}
 */
public record JobEvent(
    String id,
    EventType type,
    String jobId,
    Instant time,
    Map<String, String> trace,
    JsonNode job) {
  /** The media type of {@link #json}. */
  public static final String CONTENT_TYPE = JsonFormat.CONTENT_TYPE;

  private static final URI SOURCE = URI.create("/leonardo-routes");

  /** The CloudEvents document. */
  public String json() {
    CloudEventBuilder event =
        CloudEventBuilder.v1()
            .withId(id)
            .withType(type.type())
            .withSource(SOURCE)
            .withSubject(jobId)
            .withTime(time.atOffset(ZoneOffset.UTC))
            .withData("application/json", JsonCloudEventData.wrap(job));
    trace.forEach(event::withExtension);
    return new String(new JsonFormat().serialize(event.build()), StandardCharsets.UTF_8);
  }
}
