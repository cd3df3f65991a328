package io.leonardoroutes.app;

import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.ledger.CorrectedTimes;
import io.leonardoroutes.ledger.FutureLimits;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The step of {@code clock.camel.yaml}: after a clock was set back, nothing waits for its time. */
public final class ClockCheck {
  private static final Logger LOG = LoggerFactory.getLogger(ClockCheck.class);

  /** The longest that the provider can ask for, and some. */
  private static final Duration DELAY = Duration.ofMinutes(65);

  private static final Duration HELD = Duration.ofMinutes(10);

  private final FlowContext flow;
  private final FutureLimits longest;
  private boolean start = true;

  ClockCheck(FlowContext flow) {
    this.flow = flow;
    Duration lease = flow.settings().lease();
    this.longest =
        new FutureLimits(
            lease,
            HELD.plus(flow.settings().longestCall()).plus(lease.multipliedBy(2)),
            DELAY,
            flow.settings().track().giveUp().plus(DELAY));
  }

  /** Pulls in what is dated further ahead than it can be meant. */
  public void correct() {
    flow.outages().attempt(this::correctTimes);
  }

  private void correctTimes() {
    CorrectedTimes corrected = flow.ledger().correctTimes(longest, start);
    start = false;
    if (corrected.any()) {
      LOG.warn(
          "the clock was ahead by {} and was set back: {} jobs and {} deliveries with dates in the"
              + " future were corrected",
          corrected.ahead(),
          corrected.jobs(),
          corrected.deliveries());
    }
  }
}
