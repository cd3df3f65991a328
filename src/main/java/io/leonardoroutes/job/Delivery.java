package io.leonardoroutes.job;

import java.time.Instant;
import java.util.Locale;

/**
 * One event on its way to one sink. It is retried on its own, and delays no other.
 *
 * @param time when the event was written
 * @param tries failed tries so far
 * @param error why the last try failed, or null
 * @param videoFile our copy of the job's video, or null
 * @param trace the trace of the request, or null
 */
public record Delivery(
    String eventId,
    String subject,
    String type,
    String sink,
    Content content,
    Instant time,
    int tries,
    String error,
    String document,
    String fileName,
    Job.ReplyTo replyTo,
    String videoFile,
    TraceContext trace) {

  /** What is delivered: the event's document, the video's bytes, or the receipt of the video. */
  public enum Content {
    EVENT,
    VIDEO,
    RECEIPT;

    /** The word for it: {@code event}, {@code video} or {@code receipt}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The state of a delivery. {@code DEAD} after the last try, until an operator has it redelivered.
   */
  public enum State {
    PENDING,
    DELIVERED,
    DEAD
  }
}
