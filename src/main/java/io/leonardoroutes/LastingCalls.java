package io.leonardoroutes;

import io.leonardoroutes.rest.CallerShares;
import io.leonardoroutes.settings.Keys;
import java.time.Duration;

/**
 * The settings of REST calls that last.
 *
 * @param longestWait for the end of a job, whatever a caller prefers
 * @param waits how many may wait at once, and of one caller
 * @param followers how many may follow the events of a job at once, and of one caller
 * @param heartbeat how often a follower hears something
 */
record LastingCalls(
    Duration longestWait, CallerShares waits, CallerShares followers, Duration heartbeat) {
  static LastingCalls read(Keys keys) {
    return new LastingCalls(
        keys.duration("leonardo.rest.longest-wait"),
        shares(keys, "leonardo.rest.waits"),
        shares(keys, "leonardo.rest.followers"),
        keys.duration("leonardo.rest.heartbeat"));
  }

  private static CallerShares shares(Keys keys, String key) {
    return new CallerShares(
        keys.integer(key, 0, 1_000_000), keys.integer(key + "-per-caller", 0, 1_000_000));
  }
}
