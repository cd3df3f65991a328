package io.leonardoroutes.app;

import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.ledger.FutureLimits;
import io.leonardoroutes.ledger.FutureLimits.CorrectedTimes;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step of {@code clock.camel.yaml}: corrects times in the future after a clock was set back, so
 * that nothing waits until the clock has caught up.
 */
public final class ClockCheck {
  private static final Logger LOG = LoggerFactory.getLogger(ClockCheck.class);

  /** The longest wait that a {@code Retry-After} can cause (one hour), with a margin. */
  private static final Duration LONGEST_DELAY = Duration.ofMinutes(65);

  private static final Duration LONGEST_HOLD = Duration.ofMinutes(10);

  private final FlowContext flow;
  private final FutureLimits limits;
  private boolean starting = true;

  ClockCheck(FlowContext flow) {
    this.flow = flow;
    Duration lease = flow.settings().lease();
    Duration settle = flow.settings().reconcile().settle();
    this.limits =
        new FutureLimits(
            lease,
            LONGEST_HOLD.plus(flow.settings().longestCall()).plus(lease.multipliedBy(2)),
            LONGEST_DELAY.plus(settle),
            LONGEST_DELAY.plus(flow.settings().track().longestWait()));
  }

  /** Corrects times that are too far in the future to be intended. */
  public void correct() {
    flow.outages().attempt(this::correctTimes);
  }

  private void correctTimes() {
    CorrectedTimes corrected = flow.ledger().correctTimes(limits, starting);
    starting = false;
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
