package io.leonardoroutes.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts calls with an unknown key: for a metric, for at most one log line a minute, and to delay
 * the answers to further such calls from the same address. Calls with a valid key are never
 * delayed, since callers may share an address.
 */
public final class RejectedKeys {
  private static final Logger LOG = LoggerFactory.getLogger(RejectedKeys.class);
  private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

  /** How many unknown keys are not delayed; one attempt is forgiven each second. */
  private static final int UNDELAYED = 20;

  private static final long DELAY_PER_ATTEMPT = 20;
  private static final long LONGEST_DELAY = Duration.ofSeconds(3).toMillis();
  private static final long MAX_ATTEMPTS = UNDELAYED + LONGEST_DELAY / DELAY_PER_ATTEMPT;
  private static final long FORGIVEN_AFTER = 1_000;
  private static final int MOST_ADDRESSES = 10_000;

  private final Clock clock;
  private final AtomicLong count = new AtomicLong();

  /** When all attempts of an address are forgiven, in milliseconds; least recently used first. */
  private final Map<String, Long> forgivenAt =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  private long logged;
  private Instant nextLine = Instant.MIN;

  public RejectedKeys(Clock clock) {
    this.clock = clock;
  }

  /** Counts a call; returns how long to delay its answer. */
  Duration record(String address) {
    count.incrementAndGet();
    log(address);
    return Duration.ofMillis(
        Math.min(LONGEST_DELAY, Math.max(0, (attempts(address) - UNDELAYED) * DELAY_PER_ATTEMPT)));
  }

  private synchronized long attempts(String address) {
    long now = clock.millis();
    long before = forgivenAt.getOrDefault(address, 0L);
    long from = Math.min(Math.max(now, before), now + MAX_ATTEMPTS * FORGIVEN_AFTER);
    forgivenAt.put(address, from + FORGIVEN_AFTER);
    return (from + FORGIVEN_AFTER - now) / FORGIVEN_AFTER;
  }

  private synchronized void log(String address) {
    Instant now = clock.instant();
    if (now.isBefore(nextLine)) {
      return;
    }
    long calls = count.get() - logged;
    logged += calls;
    nextLine = now.plus(BETWEEN_LINES);
    LOG.warn(
        "{} with an unknown key, the last from {}; more are logged in a minute",
        calls == 1 ? "a call came" : calls + " calls came",
        address);
  }

  /** How many addresses are stored. */
  synchronized int addresses() {
    return forgivenAt.size();
  }

  /** How many calls there were. */
  public long count() {
    return count.get();
  }
}
