package io.leonardoroutes.flow;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.camel.Exchange;

/**
 * The work of one kind that this instance has claimed and not finished. Its leases are renewed, so
 * they can be short, and another instance soon takes over from one that died. What is claimed
 * twice, because the ledger was unavailable or a webhook asked for it, is not begun twice.
 */
public final class ClaimedWork<T> {
  private final Function<T, String> key;
  private final Clock clock;
  private final RepeatInterval renewing;
  private final Duration renewed;
  private final Map<String, Claimed<T>> claimed = new ConcurrentHashMap<>();

  private record Claimed<T>(T item, Instant since, boolean again) {}

  /**
   * Nothing is under way at first.
   *
   * @param key by which two claims are the same piece of work
   * @param renewed how long a lease is renewed at most
   */
  public ClaimedWork(Function<T, String> key, Clock clock, Duration lease, Duration renewed) {
    this.key = key;
    this.clock = clock;
    this.renewing = new RepeatInterval(lease.dividedBy(3));
    this.renewed = renewed;
  }

  public int size() {
    return claimed.size();
  }

  /** Records what was just claimed, and answers those that are not under way already. */
  public List<T> begins(List<T> due) {
    Instant now = clock.instant();
    List<T> fresh = new ArrayList<>();
    for (T item : due) {
      Claimed<T> known =
          claimed.merge(
              key.apply(item),
              new Claimed<>(item, now, false),
              (old, same) -> new Claimed<>(old.item(), old.since(), true));
      if (!known.again()) {
        fresh.add(item);
      }
    }
    return fresh;
  }

  /**
   * Ends with the exchange.
   *
   * @param again gets what was claimed again meanwhile, to release it
   */
  public void endsWith(Exchange exchange, T item, Consumer<T> again) {
    ExchangeEnd.whenDone(
        exchange,
        () -> {
          Claimed<T> ended = claimed.remove(key.apply(item));
          if (ended != null && ended.again()) {
            again.accept(item);
          }
        });
  }

  /** Renews the leases, up to three times in the length of one. */
  public void renew(Consumer<List<T>> renewal) {
    Instant now = clock.instant();
    if (!renewing.isOver(now)) {
      return;
    }
    renewal.accept(
        claimed.values().stream()
            .filter(one -> one.since().plus(renewed).isAfter(now))
            .map(Claimed::item)
            .toList());
    renewing.begin(now);
  }

  /** Forgets what has been under way for so long that it must have got lost. */
  public void forget(Duration lost) {
    Instant before = clock.instant().minus(lost);
    claimed.values().removeIf(one -> one.since().isBefore(before));
  }
}
