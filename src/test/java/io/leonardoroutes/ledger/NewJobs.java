package io.leonardoroutes.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** What the tests of the ledger hand in. */
final class NewJobs {
  static final JsonNode REQUEST =
      new ObjectMapper().createObjectNode().put("model", "kling-3.0-turbo");

  private NewJobs() {}

  /** A request that nobody can ask for twice. */
  static NewJob request() {
    return request(null, null, "hash");
  }

  static NewJob request(String reference, String key, String hash) {
    return request(reference, key, hash, 4);
  }

  static NewJob urgent(int priority) {
    return request(null, null, "hash", priority);
  }

  private static NewJob request(String reference, String key, String hash, int priority) {
    return TestLedger.asked(
        reference, REQUEST, new Job.Routing(null, key, hash, priority, List.of(), null));
  }

  static OutboxEvent event(String id, Job job, OutboxEvent.Target... targets) {
    return new OutboxEvent(
        id,
        job.id(),
        "completed",
        "{}",
        job.name(),
        null,
        Instant.parse("2026-11-21T12:00:00Z"),
        Arrays.asList(targets));
  }

  static OutboxEvent.Target event(String sink) {
    return new OutboxEvent.Target(sink, Delivery.Content.EVENT);
  }

  static OutboxEvent.Target video(String sink) {
    return new OutboxEvent.Target(sink, Delivery.Content.VIDEO);
  }
}
