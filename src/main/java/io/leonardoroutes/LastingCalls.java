package io.leonardoroutes;

import io.leonardoroutes.settings.Keys;
import java.time.Duration;

/**
 * The settings of REST calls that last.
 *
 * @param longestWait for the end of a job, whatever a caller prefers
 * @param waits how many may wait at once
 * @param followers how many may follow the events of a job at once
 * @param heartbeat how often a follower hears something
 */
record LastingCalls(Duration longestWait, int waits, int followers, Duration heartbeat) {
  static LastingCalls read(Keys keys) {
    return new LastingCalls(
        keys.duration("leonardo.rest.longest-wait"),
        keys.integer("leonardo.rest.waits", 0, 1_000_000),
        keys.integer("leonardo.rest.followers", 0, 1_000_000),
        keys.duration("leonardo.rest.heartbeat"));
  }
}
