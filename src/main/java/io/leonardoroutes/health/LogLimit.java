package io.leonardoroutes.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;

/** Keeps a flood of lines of one kind from the log: a few each minute, then how many there were. */
public final class LogLimit {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Logger log;
  private final String what;
  private final int most;
  private final Clock clock;
  private Instant began;
  private long lines;

  /**
   * @param what are counted, as in "refused requests"
   * @param most lines in a minute
   */
  public LogLimit(Logger log, String what, int most, Clock clock) {
    this.log = log;
    this.what = what;
    this.most = most;
    this.clock = clock;
  }

  /** Whether the next line may be logged; it is counted if not. */
  public synchronized boolean mayLog() {
    tell();
    if (lines == 0) {
      began = clock.instant();
    }
    lines++;
    if (lines == most + 1L) {
      log.info("{}: {} in less than a minute, the others are only counted", what, most);
    }
    return lines <= most;
  }

  /** Says how many were only counted, once the minute is over. */
  public synchronized void tell() {
    if (lines > 0 && Duration.between(began, clock.instant()).abs().compareTo(MINUTE) >= 0) {
      if (lines > most) {
        log.info("{}: {} more in the last minute", what, lines - most);
      }
      lines = 0;
    }
  }
}
