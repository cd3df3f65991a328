package io.leonardoroutes.auth;

import java.util.HashMap;
import java.util.Map;

/** So much of something for all callers together, and so much of that for each one. */
public final class CallerShares {
  private final long all;
  private final long each;
  private final Map<String, Long> taken = new HashMap<>();
  private long sum;

  /**
   * @param each at most this much for one caller, so that one alone cannot take what others need
   */
  public CallerShares(long all, long each) {
    this.all = all;
    this.each = Math.min(all, each);
  }

  /**
   * Part of the heap for all, and half of that for each caller, but never less than {@code least}.
   */
  public static CallerShares ofHeap(int divisor, long least) {
    long all = Math.max(2 * least, Runtime.getRuntime().maxMemory() / divisor);
    return new CallerShares(all, all / 2);
  }

  /** Takes some; false if there is not so much left, for all or for this caller. */
  public synchronized boolean take(String caller, long amount) {
    long has = taken.getOrDefault(caller, 0L);
    if (sum + amount > all || has + amount > each) {
      return false;
    }
    sum += amount;
    taken.put(caller, has + amount);
    return true;
  }

  /** Gives back what was taken. */
  public synchronized void give(String caller, long amount) {
    sum -= amount;
    taken.computeIfPresent(caller, (who, has) -> has > amount ? has - amount : null);
  }

  /** Whether this caller has its whole share, be there more for others or not. */
  public synchronized boolean isCallersEnd(String caller) {
    return each < all && taken.getOrDefault(caller, 0L) >= each;
  }

  public long all() {
    return all;
  }

  public long each() {
    return each;
  }
}
