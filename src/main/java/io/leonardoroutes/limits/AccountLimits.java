package io.leonardoroutes.limits;

import java.time.Duration;

/**
 * What may be at the provider by one account, counted over every instance that shares the ledger.
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

  /** Whether creates go on one by one after one whose outcome is not known. */
  public boolean hasProbes() {
    return !probe.isZero();
  }

  /** Calls that are not creates: what creates may need is kept for them, up to a half. */
  public int otherRequestsPerMinute() {
    return requestsPerMinute - Math.min(createsPerMinute, requestsPerMinute / 2);
  }

  /** Of these, what looks leave: a doubt ends only if the provider's list is read whole. */
  public int keptForLists() {
    return otherRequestsPerMinute() / 10;
  }
}
