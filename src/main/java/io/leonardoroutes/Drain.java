package io.leonardoroutes;

import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ShutdownStrategy;

/** How long a stop waits for what is under way. */
final class Drain {
  private Drain() {}

  /** Makes it longer where it is shorter: a paid call that a stop cuts off is in doubt. */
  static void atLeast(Duration time, CamelContext context) {
    ShutdownStrategy strategy = context.getShutdownStrategy();
    strategy.setTimeout(Math.max(strategy.getTimeout(), strategy.getTimeUnit().convert(time)));
  }

  /** After it, what is left is cut off. */
  static Duration longest(CamelContext context) {
    ShutdownStrategy strategy = context.getShutdownStrategy();
    return Duration.of(strategy.getTimeout(), strategy.getTimeUnit().toChronoUnit());
  }
}
