package io.leonardoroutes;

import java.time.Duration;
import java.time.Instant;

/**
 * Says when something that is done now and then is due again, also after the clock was set back.
 */
final class Interval {
  private final Duration length;
  private volatile Instant begun = Instant.MIN;

  Interval(Duration length) {
    this.length = length;
  }

  /** Whether it is over, or was begun at a time that is yet to come. */
  boolean isOver(Instant now) {
    return now.isBefore(begun) || !now.minus(length).isBefore(begun);
  }

  void begin(Instant now) {
    begun = now;
  }
}
