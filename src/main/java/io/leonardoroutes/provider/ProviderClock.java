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
 * How far the provider's clock is ahead of ours, by the {@code Date} of its last answer. The times
 * of its list are by its own clock, and ours may be wrong for a while and be set right later.
 */
public final class ProviderClock {
  /** The header has whole seconds, and an answer takes a while. */
  private static final Duration NONE = Duration.ofSeconds(5);

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
  void answered(String date) {
    try {
      if (date != null) {
        Instant theirs =
            ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT))
                .toInstant();
        Instant ours = clock.instant();
        Duration skew = Duration.between(ours, theirs.plusMillis(500));
        boolean none = skew.abs().compareTo(NONE) < 0;
        last = new Reading(none ? Duration.ZERO : skew, ours, nanos.getAsLong());
      }
    } catch (DateTimeParseException e) {
      // An invalid date says nothing.
    }
  }

  /** How far it is ahead now; null if no answer told so lately, or our clock was set since. */
  public Duration skew() {
    Reading reading = last;
    if (reading == null) {
      return null;
    }
    Duration byClock = Duration.between(reading.at(), clock.instant());
    Duration byTimer = Duration.ofNanos(nanos.getAsLong() - reading.nanos());
    boolean agree = byClock.minus(byTimer).abs().compareTo(NONE) < 0;
    return agree && byTimer.compareTo(FRESH) < 0 ? reading.skew() : null;
  }
}
