package io.leonardoroutes.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;

/** Limits log lines of one kind to a few per minute, and then logs how many were suppressed. */
public final class LogLimit {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Logger log;
  private final String what;
  private final int most;
  private final Clock clock;
  private Instant began;
  private long lines;

  /**
   * @param what names the lines in the plural, as in "rejected requests"
   * @param most lines per minute
   */
  public LogLimit(Logger log, String what, int most, Clock clock) {
    this.log = log;
    this.what = what;
    this.most = most;
    this.clock = clock;
  }

  /** Whether the next line may be logged; if not, it is counted. */
  public synchronized boolean mayLog() {
    logSuppressed();
    if (lines == 0) {
      began = clock.instant();
    }
    lines++;
    if (lines == most + 1L) {
      log.info("{}: {} in less than a minute, the others are only counted", what, most);
    }
    return lines <= most;
  }

  /** Logs how many lines were suppressed, once the minute is over. */
  public synchronized void logSuppressed() {
    if (lines > 0 && Duration.between(began, clock.instant()).abs().compareTo(MINUTE) >= 0) {
      if (lines > most) {
        log.info("{}: {} more in the last minute", what, lines - most);
      }
      lines = 0;
    }
  }
}
