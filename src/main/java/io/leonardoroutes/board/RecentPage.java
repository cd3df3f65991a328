package io.leonardoroutes.board;

import java.util.function.Supplier;

/** The figures of the overview, read once for all who ask within a second. */
final class RecentPage {
  private static final long FRESH = 1_000_000_000L;

  private OverviewPage last;
  private long until;

  synchronized OverviewPage get(Supplier<OverviewPage> read) {
    if (last == null || System.nanoTime() - until >= 0) {
      last = null;
      last = read.get();
      until = System.nanoTime() + FRESH;
    }
    return last;
  }
}
