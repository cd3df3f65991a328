package io.leonardoroutes.auth;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How often each caller may call this instance: so many times at once, and as many in each minute.
 * Kept of a caller is when all of its calls will be free again, were it to stop now.
 */
final class CallerRateLimit {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final int MOST_IDLE = 10_000;

  private final long each;
  private final Clock clock;
  private final Map<String, Long> free = new ConcurrentHashMap<>();

  /**
   * @param perMinute calls, 1 or more
   */
  CallerRateLimit(int perMinute, Clock clock) {
    this.each = MINUTE / perMinute;
    this.clock = clock;
  }

  /** Counts a call; answers how long to wait if it is one too many, else zero. */
  Duration call(String caller) {
    long now = Duration.ofMillis(clock.millis()).toNanos();
    if (free.size() > MOST_IDLE) {
      free.values().removeIf(at -> at <= now);
    }
    long[] wait = {0};
    free.merge(
        caller,
        now + each,
        (at, ignored) -> {
          // Never further ahead than a full minute, should the clock have been set back.
          long used = Math.min(Math.max(at, now), now + MINUTE);
          wait[0] = Math.max(0, used + each - (now + MINUTE));
          return wait[0] > 0 ? used : used + each;
        });
    return Duration.ofNanos(wait[0]);
  }
}
