package io.leonardoroutes.batch;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many lines of a batch stand how.
 *
 * @param byState of their jobs, or {@code REJECTED}
 * @param ended how many of them will not change any more
 */
public record BatchTotals(SortedMap<String, Long> byState, long ended) {
  /** Copies the map. */
  public BatchTotals {
    byState = Collections.unmodifiableSortedMap(new TreeMap<>(byState));
  }

  static BatchTotals none() {
    return new BatchTotals(new TreeMap<>(), 0);
  }

  BatchTotals and(String state, boolean ended, long lines) {
    TreeMap<String, Long> sum = new TreeMap<>(byState);
    sum.merge(state, lines, Long::sum);
    return new BatchTotals(sum, this.ended + (ended ? lines : 0));
  }

  /** How many lines are decided. */
  public long lines() {
    return byState.values().stream().mapToLong(Long::longValue).sum();
  }

  /** A text that differs if the totals do. */
  public String text() {
    return byState + " " + ended;
  }
}
