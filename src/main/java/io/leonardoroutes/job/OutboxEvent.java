package io.leonardoroutes.job;

import java.time.Instant;
import java.util.List;

/**
 * An event to deliver, written in the same transaction as the change that it tells of (a
 * transactional outbox).
 *
 * @param id stays the same however often it is delivered
 * @param subject the job's id
 * @param type the event's short name, as in {@code completed}
 * @param document what is delivered
 * @param fileName name of its file in an outbox, without the ending
 * @param replyTo for a JMS caller's answer, else null
 * @param trace the trace of the request that it tells of, or null
 * @param targets who gets it
 */
public record OutboxEvent(
    String id,
    String subject,
    String type,
    String document,
    String fileName,
    Job.ReplyTo replyTo,
    Instant time,
    TraceContext trace,
    List<Target> targets) {

  /** One sink and what it gets. */
  public record Target(String sink, Delivery.Content content) {}

  /** In no trace. */
  public OutboxEvent(
      String id,
      String subject,
      String type,
      String document,
      String fileName,
      Job.ReplyTo replyTo,
      Instant time,
      List<Target> targets) {
    this(id, subject, type, document, fileName, replyTo, time, null, targets);
  }

  /** Copies the list. */
  public OutboxEvent {
    targets = List.copyOf(targets);
  }
}
