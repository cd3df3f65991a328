package io.leonardoroutes;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that a test moves by hand, while an application runs by it. */
public final class TickingClock extends Clock {
  private volatile Instant now;

  public TickingClock() {
    this(Instant.parse("2026-11-21T12:00:00Z"));
  }

  public TickingClock(Instant now) {
    this.now = now;
  }

  public void tick(Duration step) {
    now = now.plus(step);
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
