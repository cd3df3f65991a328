package io.leonardoroutes.ledger;

import java.time.Duration;

/**
 * What was dated in the future by a clock that was ahead, and is due in time again.
 *
 * @param ahead by how much it was dated ahead at most
 */
public record CorrectedTimes(Duration ahead, int jobs, int deliveries) {
  /** Whether there is anything to tell of. */
  public boolean any() {
    return !ahead.isZero();
  }
}
