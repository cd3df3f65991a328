package io.leonardoroutes.event;

import java.util.Set;

/**
 * A place that events and videos are sent to, configured by the operator. Requests only choose
 * among the names.
 *
 * @param uri any Camel endpoint; null for a sink that was removed
 * @param events the {@link EventType#word words} of the events that it gets
 * @param event whether it gets the event's document
 * @param video whether it gets the video's bytes, on {@code completed}
 * @param receipt whether it gets a receipt of each video
 */
public record Sink(
    String name, String uri, Set<String> events, boolean event, boolean video, boolean receipt) {
  /** The events of a sink by default. */
  public static final Set<String> EVENTS = Set.of("submitted", "completed", "failed");

  /** Copies the set. */
  public Sink {
    events = Set.copyOf(events);
  }

  /** A sink that a job chose and that was removed from the settings since. */
  public static Sink removed(String name) {
    return new Sink(name, null, EVENTS, true, false, false);
  }
}
