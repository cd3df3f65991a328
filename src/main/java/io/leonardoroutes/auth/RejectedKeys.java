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
 * Counts calls with a key that is not known: for a metric, for one line a minute at most, and for
 * how long the next such call from the same address waits for its answer. A key that is known is
 * never kept waiting: others may share the address.
 */
public final class RejectedKeys {
  private static final Logger LOG = LoggerFactory.getLogger(RejectedKeys.class);
  private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

  /** So many typing errors cost nothing; one is forgiven each second. */
  private static final int FREE = 20;

  private static final long EACH_MORE = 20;
  private static final long LONGEST = Duration.ofSeconds(3).toMillis();
  private static final long MOST = FREE + LONGEST / EACH_MORE;
  private static final long FORGIVEN_AFTER = 1_000;
  private static final int MOST_ADDRESSES = 10_000;

  private final Clock clock;
  private final AtomicLong count = new AtomicLong();

  /** Until when, by the clock, each address has something to be forgiven; the longest ago first. */
  private final Map<String, Long> forgivenAt =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  private long told;
  private Instant tellNext = Instant.MIN;

  public RejectedKeys(Clock clock) {
    this.clock = clock;
  }

  /** Counts one; answers how long its answer has to wait. */
  Duration rejected(String address) {
    count.incrementAndGet();
    tell(address);
    return Duration.ofMillis(Math.min(LONGEST, Math.max(0, (counted(address) - FREE) * EACH_MORE)));
  }

  private synchronized long counted(String address) {
    long now = clock.millis();
    long before = forgivenAt.getOrDefault(address, 0L);
    long from = Math.min(Math.max(now, before), now + MOST * FORGIVEN_AFTER);
    forgivenAt.put(address, from + FORGIVEN_AFTER);
    return (from + FORGIVEN_AFTER - now) / FORGIVEN_AFTER;
  }

  private synchronized void tell(String address) {
    Instant now = clock.instant();
    if (now.isBefore(tellNext)) {
      return;
    }
    long calls = count.get() - told;
    told += calls;
    tellNext = now.plus(BETWEEN_LINES);
    LOG.warn(
        "{} with an unknown key, the last from {}; more are logged in a minute",
        calls == 1 ? "a call came" : calls + " calls came",
        address);
  }

  /** How many are kept. */
  synchronized int addresses() {
    return forgivenAt.size();
  }

  /** How many there were. */
  public long count() {
    return count.get();
  }
}
