package io.leonardoroutes.job;

import java.time.Instant;
import java.util.Optional;

/**
 * How far a delivery is.
 *
 * @param subject the id of the job that it tells of; of a rejected request, an id of its own
 * @param tries failed tries so far
 * @param since when its event was written
 * @param dueAt when it is tried next, if it is pending
 * @param error why the last try failed, or null
 */
public record DeliveryStatus(
    Key key,
    String subject,
    String type,
    Delivery.State state,
    int tries,
    Instant since,
    Instant dueAt,
    String error) {

  /** What there is one delivery of. */
  public record Key(String eventId, String sink, Delivery.Content content) {
    /**
     * Its id among the deliveries of its sink: {@code <id of the event>-event}, or -video, or
     * -receipt.
     */
    public String id() {
      return eventId + "-" + content.word();
    }

    /** The key of such an id; empty if it is none. */
    public static Optional<Key> of(String sink, String id) {
      for (Delivery.Content content : Delivery.Content.values()) {
        String ending = new Key("", sink, content).id();
        if (id.endsWith(ending)) {
          String event = id.substring(0, id.length() - ending.length());
          return Optional.of(new Key(event, sink, content));
        }
      }
      return Optional.empty();
    }
  }
}
