package io.leonardoroutes.json;

import java.util.List;
import java.util.Optional;

/**
 * What is asked of one model, as a record: its components are the keys under {@code parameters} in
 * the order in which they are sent, snake_case on the wire. A component is a {@code String}, {@code
 * Integer}, {@code Boolean}, another such record or a {@code List} of these, and null when absent;
 * defaults are filled in by the compact constructor.
 */
public interface ModelParameters {

  /** The video that it takes from another job of ours, by a key {@code job} in place of an id. */
  default Optional<ChainedVideo> chainedVideo() {
    return Optional.empty();
  }

  /** What is accepted but will not work as one may think; one sentence each. */
  default List<String> warnings() {
    return List.of();
  }
}
