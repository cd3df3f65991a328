package io.leonardoroutes.health;

import java.util.List;

/**
 * Whether new requests may be sent here.
 *
 * @param away what is away; jobs wait for it, new requests need not
 */
public record Readiness(Status status, List<String> away) {
  /** From the best to the worst of a program that runs. */
  public enum Status {
    UP,
    /** Something is away that jobs need. */
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
