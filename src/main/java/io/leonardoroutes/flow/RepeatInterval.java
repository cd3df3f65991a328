package io.leonardoroutes.flow;

import java.time.Duration;
import java.time.Instant;

/**
 * Says when something that is done now and then is due again, also after the clock was set back.
 */
public final class RepeatInterval {
  private final Duration length;
  private volatile Instant begun = Instant.MIN;

  public RepeatInterval(Duration length) {
    this.length = length;
  }

  /** Whether it is over, or was begun at a time that is yet to come. */
  public boolean isOver(Instant now) {
    return now.isBefore(begun) || !now.minus(length).isBefore(begun);
  }

  public void begin(Instant now) {
    begun = now;
  }
}
