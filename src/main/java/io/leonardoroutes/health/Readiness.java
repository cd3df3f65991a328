package io.leonardoroutes.health;

import java.util.List;

/**
 * The readiness of this instance for new requests.
 *
 * @param away names of the current outages; jobs wait for these, new requests are still accepted
 * @param paused names of what operators have paused; it makes nothing unready
 * @param drift which models of the provider are not as we know them; it makes nothing unready
 */
public record Readiness(Status status, List<String> away, List<String> paused, List<String> drift) {
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

  /** With nothing paused, as far as it is known. */
  public Readiness(Status status, List<String> away) {
    this(status, away, List.of(), List.of());
  }

  public boolean isReady() {
    return status == Status.UP || status == Status.DEGRADED;
  }
}
