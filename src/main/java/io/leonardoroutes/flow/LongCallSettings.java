package io.leonardoroutes.flow;

import io.leonardoroutes.auth.CallerShares;
import io.leonardoroutes.settings.SettingReader;
import java.time.Duration;

/**
 * The settings of REST calls that last.
 *
 * @param longestWait for the end of a job, whatever a caller prefers
 * @param waits how many may wait at once, and of one caller
 * @param followers how many may follow the events of a job at once, and of one caller
 * @param heartbeat how often a follower hears something
 */
public record LongCallSettings(
    Duration longestWait, CallerShares waits, CallerShares followers, Duration heartbeat) {
  static LongCallSettings read(SettingReader keys) {
    return new LongCallSettings(
        keys.duration("leonardo.rest.longest-wait"),
        shares(keys, "leonardo.rest.waits"),
        shares(keys, "leonardo.rest.followers"),
        keys.duration("leonardo.rest.heartbeat"));
  }

  private static CallerShares shares(SettingReader keys, String key) {
    return new CallerShares(
        keys.integer(key, 0, 1_000_000), keys.integer(key + "-per-caller", 0, 1_000_000));
  }
}
