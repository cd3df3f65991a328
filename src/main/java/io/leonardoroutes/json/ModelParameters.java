package io.leonardoroutes.json;

import java.util.List;

/**
 * What is asked of one model, as a record: its components are the keys under {@code parameters} in
 * the order in which they are sent, snake_case on the wire. A component is a {@code String}, {@code
 * Integer}, {@code Boolean}, another such record or a {@code List} of these, and null when absent;
 * defaults are filled in by the compact constructor.
 */
public interface ModelParameters {

  /** What is accepted but will not work as one may think; one sentence each. */
  default List<String> warnings() {
    return List.of();
  }
}
