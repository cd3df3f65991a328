package io.leonardoroutes.flow;

import io.leonardoroutes.auth.CallerShares;
import io.leonardoroutes.settings.SettingReader;
import java.time.Duration;

/**
 * The settings of long REST calls.
 *
 * @param longestWait for the end of a job, even if a caller asks for more
 * @param waits how many calls may wait at once, in all and per caller
 * @param followers how many calls may follow events at once, in all and per caller
 * @param heartbeat how often a follower gets a sign of life
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
