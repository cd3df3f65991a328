package io.leonardoroutes.flow;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A delay that doubles with every failed try up to a longest one, minus a random part of up to a
 * third, so that what failed together is not retried together.
 */
public record RetryBackoff(Duration first, Duration longest) {
  private static final int DOUBLINGS = 20;

  public Duration after(int tries) {
    long full =
        Math.min(longest.toMillis(), first.toMillis() << Math.min(DOUBLINGS, Math.max(0, tries)));
    return Duration.ofMillis(full - ThreadLocalRandom.current().nextLong(full / 3 + 1));
  }

  /**
   * The longer of this delay and the requested one.
   *
   * @param asked the requested delay, or null
   */
  public Duration after(int tries, Duration asked) {
    Duration own = after(tries);
    return asked == null || asked.compareTo(own) < 0 ? own : asked;
  }
}
