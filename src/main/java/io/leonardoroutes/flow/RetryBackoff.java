package io.leonardoroutes.flow;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A delay that doubles with every failed try up to a longest, less up to a third of it by chance,
 * so that what failed together does not come back together.
 */
public record RetryBackoff(Duration first, Duration longest) {
  private static final int DOUBLINGS = 20;

  public Duration after(int tries) {
    long full =
        Math.min(longest.toMillis(), first.toMillis() << Math.min(DOUBLINGS, Math.max(0, tries)));
    return Duration.ofMillis(full - ThreadLocalRandom.current().nextLong(full / 3 + 1));
  }

  /**
   * The longer of that and of what was asked for.
   *
   * @param asked null if nothing was
   */
  public Duration after(int tries, Duration asked) {
    Duration own = after(tries);
    return asked == null || asked.compareTo(own) < 0 ? own : asked;
  }
}
