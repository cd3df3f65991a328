package io.leonardoroutes.auth;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Limits the calls of each caller to this instance: a burst of as many calls as are allowed per
 * minute, then as many per minute (GCRA). For each caller it stores only the time at which the full
 * burst is available again.
 */
final class CallerRateLimit {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final int MOST_IDLE = 10_000;

  private final long interval;
  private final Clock clock;
  private final Map<String, Long> availableAt = new ConcurrentHashMap<>();

  /**
   * @param perMinute allowed calls per minute, at least 1
   */
  CallerRateLimit(int perMinute, Clock clock) {
    this.interval = MINUTE / perMinute;
    this.clock = clock;
  }

  /** Counts a call. Returns zero if it is allowed, otherwise how long the caller has to wait. */
  Duration acquire(String caller) {
    long now = Duration.ofMillis(clock.millis()).toNanos();
    if (availableAt.size() > MOST_IDLE) {
      availableAt.values().removeIf(at -> at <= now);
    }
    long[] wait = {0};
    availableAt.merge(
        caller,
        now + interval,
        (at, ignored) -> {
          // At most a minute ahead, in case the clock was set back.
          long used = Math.min(Math.max(at, now), now + MINUTE);
          wait[0] = Math.max(0, used + interval - (now + MINUTE));
          return wait[0] > 0 ? used : used + interval;
        });
    return Duration.ofNanos(wait[0]);
  }
}
