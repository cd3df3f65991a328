package io.leonardoroutes.app;

import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ShutdownStrategy;

/** How long a stop waits for what is under way. */
final class ShutdownTimeout {
  /** For what a call brought to be written down, also by a ledger that comes back meanwhile. */
  private static final Duration RECORD = Duration.ofMinutes(1);

  private ShutdownTimeout() {}

  /** Makes it longer where it is shorter: a paid call that a stop cuts off is in doubt. */
  static void outlasts(Duration paidCall, CamelContext context) {
    ShutdownStrategy strategy = context.getShutdownStrategy();
    long needed = strategy.getTimeUnit().convert(paidCall.plus(RECORD));
    strategy.setTimeout(Math.max(strategy.getTimeout(), needed));
  }

  /** After it, what is left is cut off. */
  static Duration longest(CamelContext context) {
    ShutdownStrategy strategy = context.getShutdownStrategy();
    return Duration.of(strategy.getTimeout(), strategy.getTimeUnit().toChronoUnit());
  }
}
