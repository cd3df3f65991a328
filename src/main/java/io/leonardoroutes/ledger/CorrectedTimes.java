package io.leonardoroutes.ledger;

import java.time.Duration;

/**
 * How many times were corrected that a clock which was ahead had put into the future.
 *
 * @param ahead by how much the furthest was ahead
 */
public record CorrectedTimes(Duration ahead, int jobs, int deliveries) {
  /** Whether anything was corrected. */
  public boolean any() {
    return !ahead.isZero();
  }
}
