package io.leonardoroutes.app;

import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ShutdownStrategy;

/** How long a stop waits for calls under way. */
final class ShutdownTimeout {
  /** Time to record the outcome of the call, even if the ledger is unavailable for a moment. */
  private static final Duration RECORD = Duration.ofMinutes(1);

  private ShutdownTimeout() {}

  /** Raises the timeout to outlast a paid call, because a call that a stop cuts off is in doubt. */
  static void outlast(Duration paidCall, CamelContext context) {
    ShutdownStrategy strategy = context.getShutdownStrategy();
    long needed = strategy.getTimeUnit().convert(paidCall.plus(RECORD));
    strategy.setTimeout(Math.max(strategy.getTimeout(), needed));
  }

  /** The timeout in force; whatever is still under way then is cut off. */
  static Duration current(CamelContext context) {
    ShutdownStrategy strategy = context.getShutdownStrategy();
    return Duration.of(strategy.getTimeout(), strategy.getTimeUnit().toChronoUnit());
  }
}
