package io.leonardoroutes;

import io.leonardoroutes.ledger.Corrected;
import io.leonardoroutes.ledger.Longest;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The step of {@code clock.camel.yaml}: after a clock was set back, nothing waits for its time. */
public final class ClockCheck {
  private static final Logger LOG = LoggerFactory.getLogger(ClockCheck.class);

  /** The longest that the provider can ask for, and some. */
  private static final Duration DELAY = Duration.ofMinutes(65);

  private static final Duration HELD = Duration.ofMinutes(10);

  private final Parts parts;
  private final Longest longest;
  private boolean start = true;

  ClockCheck(Parts parts) {
    this.parts = parts;
    Duration lease = parts.settings().lease();
    this.longest =
        new Longest(
            lease,
            HELD.plus(parts.settings().longestCall()).plus(lease.multipliedBy(2)),
            DELAY,
            parts.settings().track().giveUp().plus(DELAY));
  }

  /** Pulls in what is dated further ahead than it can be meant. */
  public void correct() {
    parts.outages().tried(this::correctTimes);
  }

  private void correctTimes() {
    Corrected corrected = parts.ledger().correctTimes(longest, start);
    start = false;
    if (corrected.any()) {
      LOG.warn(
          "the clock was ahead by {} and was set back: {} jobs and {} deliveries that were dated by"
              + " it are due in time again",
          corrected.ahead(),
          corrected.jobs(),
          corrected.deliveries());
    }
  }
}
