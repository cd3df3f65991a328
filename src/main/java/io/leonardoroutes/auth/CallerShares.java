package io.leonardoroutes.auth;

import java.util.HashMap;
import java.util.Map;

/** A limit on something for all callers together, with a lower limit for each of them. */
public final class CallerShares {
  private final long total;
  private final long perCaller;
  private final Map<String, Long> byCaller = new HashMap<>();
  private long sum;

  /**
   * @param perCaller the limit for one caller, so that none can take everything
   */
  public CallerShares(long total, long perCaller) {
    this.total = total;
    this.perCaller = Math.min(total, perCaller);
  }

  /**
   * Limits for memory: all callers together get this part of the heap, each of them at most half of
   * that, but at least {@code least} bytes.
   */
  public static CallerShares ofHeap(int divisor, long least) {
    long total = Math.max(2 * least, Runtime.getRuntime().maxMemory() / divisor);
    return new CallerShares(total, total / 2);
  }

  /** Takes an amount; false if that would exceed either limit. */
  public synchronized boolean take(String caller, long amount) {
    long has = byCaller.getOrDefault(caller, 0L);
    if (sum + amount > total || has + amount > perCaller) {
      return false;
    }
    sum += amount;
    byCaller.put(caller, has + amount);
    return true;
  }

  /** Returns an amount that was taken. */
  public synchronized void give(String caller, long amount) {
    sum -= amount;
    byCaller.computeIfPresent(caller, (who, has) -> has > amount ? has - amount : null);
  }

  /** Whether the caller itself, and not only all callers together, has reached its limit. */
  public synchronized boolean isCallerAtLimit(String caller) {
    return perCaller < total && byCaller.getOrDefault(caller, 0L) >= perCaller;
  }

  public long total() {
    return total;
  }

  public long perCaller() {
    return perCaller;
  }
}
