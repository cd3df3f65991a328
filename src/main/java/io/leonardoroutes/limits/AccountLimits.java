package io.leonardoroutes.limits;

import java.time.Duration;

/**
 * The limits of one account at the provider, over all instances that share the ledger.
 *
 * @param account the account's name
 * @param concurrent jobs at once
 * @param createsPerMinute paid calls begun in any 60 seconds
 * @param requestsPerMinute calls of every kind in any 60 seconds
 * @param holds how long a job holds its slot at most; after it the provider is done with it, seen
 *     or not
 * @param budget what a day may cost, or null
 * @param probe how long creates pause after one whose outcome is not known; zero: they do not
 */
public record AccountLimits(
    String account,
    int concurrent,
    int createsPerMinute,
    int requestsPerMinute,
    Duration holds,
    Budget budget,
    Duration probe) {
  /** The most that {@link #concurrent} can be. */
  public static final int MOST_CONCURRENT = 10_000;

  /** The most that {@link #createsPerMinute} can be. */
  public static final int MOST_CREATES = 1_000_000;

  /** The most that {@link #requestsPerMinute} can be. */
  public static final int MOST_REQUESTS = 10_000_000;

  /** Whether creates go on one by one after one with an unknown outcome. */
  public boolean hasProbes() {
    return !probe.isZero();
  }

  /** Calls per minute that are not creates: up to half of all calls are kept for creates. */
  public int otherRequestsPerMinute() {
    return requestsPerMinute - Math.min(createsPerMinute, requestsPerMinute / 2);
  }

  /**
   * Calls that polls must leave free: a doubt ends only if the provider's list can be read whole.
   */
  public int keptForLists() {
    return otherRequestsPerMinute() / 10;
  }
}
