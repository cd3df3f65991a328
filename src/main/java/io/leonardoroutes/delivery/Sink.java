package io.leonardoroutes.delivery;

import java.util.Set;

/**
 * A place where events and videos go, defined by the operator. Messages only choose among the
 * names.
 *
 * @param uri any Camel endpoint
 * @param events short names of the events that it gets
 * @param event whether it gets the event's document
 * @param video whether it gets the video's bytes, on {@code completed}
 */
public record Sink(String name, String uri, Set<String> events, boolean event, boolean video) {
  /** Copies the set. */
  public Sink {
    events = Set.copyOf(events);
  }
}
