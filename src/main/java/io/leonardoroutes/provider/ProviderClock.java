package io.leonardoroutes.provider;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * The skew between the provider's clock and ours, by the {@code Date} header of its last answer.
 * Needed to compare the times in the provider's list with ours, which may be wrong for a while.
 */
public final class ProviderClock {
  /**
   * Skews below this count as zero: the header has whole seconds, and an answer takes time to
   * arrive.
   */
  private static final Duration TOLERANCE = Duration.ofSeconds(5);

  private static final Duration FRESH = Duration.ofMinutes(2);

  private final Clock clock;
  private final LongSupplier nanos;
  private volatile Reading last;

  private record Reading(Duration skew, Instant at, long nanos) {}

  public ProviderClock(Clock clock, LongSupplier nanos) {
    this.clock = clock;
    this.nanos = nanos;
  }

  /**
   * Records an answer that came just now.
   *
   * @param date its {@code Date} header; null if it has none
   */
  void record(String date) {
    try {
      if (date != null) {
        Instant theirs =
            ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT))
                .toInstant();
        Instant ours = clock.instant();
        Duration skew = Duration.between(ours, theirs.plusMillis(500));
        boolean negligible = skew.abs().compareTo(TOLERANCE) < 0;
        last = new Reading(negligible ? Duration.ZERO : skew, ours, nanos.getAsLong());
      }
    } catch (DateTimeParseException e) {
      // An invalid date says nothing.
    }
  }

  /**
   * How far the provider's clock is ahead; null if there was no recent answer or our clock was set
   * since.
   */
  public Duration skew() {
    Reading reading = last;
    if (reading == null) {
      return null;
    }
    Duration byClock = Duration.between(reading.at(), clock.instant());
    Duration byTimer = Duration.ofNanos(nanos.getAsLong() - reading.nanos());
    boolean agree = byClock.minus(byTimer).abs().compareTo(TOLERANCE) < 0;
    return agree && byTimer.compareTo(FRESH) < 0 ? reading.skew() : null;
  }
}
