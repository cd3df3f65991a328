package io.leonardoroutes.event;

import java.util.Set;

/**
 * A place where events and videos go, defined by the operator. Messages only choose among the
 * names.
 *
 * @param uri any Camel endpoint; null for one that there is no more
 * @param events short names of the events that it gets
 * @param event whether it gets the event's document
 * @param video whether it gets the video's bytes, on {@code completed}
 */
public record Sink(String name, String uri, Set<String> events, boolean event, boolean video) {
  /** What one gets that says nothing else. */
  public static final Set<String> EVENTS = Set.of("submitted", "completed", "failed");

  /** Copies the set. */
  public Sink {
    events = Set.copyOf(events);
  }

  /** One that a job chose while there was one, which says nothing now. */
  public static Sink removed(String name) {
    return new Sink(name, null, EVENTS, true, false);
  }
}
