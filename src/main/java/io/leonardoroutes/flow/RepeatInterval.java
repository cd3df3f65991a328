package io.leonardoroutes.flow;

import java.time.Duration;
import java.time.Instant;

/** Tells when something periodic is due again, even after the clock was set back. */
public final class RepeatInterval {
  private final Duration length;
  private volatile Instant begun = Instant.MIN;

  public RepeatInterval(Duration length) {
    this.length = length;
  }

  /** Whether the interval is over, or began in the future. */
  public boolean isOver(Instant now) {
    return now.isBefore(begun) || !now.minus(length).isBefore(begun);
  }

  public void begin(Instant now) {
    begun = now;
  }
}
