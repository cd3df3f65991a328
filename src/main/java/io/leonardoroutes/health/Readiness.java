package io.leonardoroutes.health;

import java.util.List;

/**
 * The readiness of this instance for new requests.
 *
 * @param away names of the current outages; jobs wait for these, new requests are still accepted
 */
public record Readiness(Status status, List<String> away) {
  /** UP, DEGRADED and DOWN are the states of a running program, from best to worst. */
  public enum Status {
    UP,
    /** Something that jobs need is unavailable; new requests are accepted. */
    DEGRADED,
    /** The ledger cannot be written. */
    DOWN,
    STARTING,
    DRAINING
  }

  public boolean isReady() {
    return status == Status.UP || status == Status.DEGRADED;
  }
}
