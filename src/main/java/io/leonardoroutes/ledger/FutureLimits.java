package io.leonardoroutes.ledger;

import java.time.Duration;

/**
 * How far ahead times may be. A time further ahead was written by a wrong clock.
 *
 * @param lease how long a claim lasts before it must be renewed
 * @param longestLease the same for the longest lease that any instance may have; no call takes
 *     longer
 * @param delay until something is tried again, because the provider asked for it
 * @param poll until a running job is polled
 */
public record FutureLimits(Duration lease, Duration longestLease, Duration delay, Duration poll) {

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
}
