package io.leonardoroutes.prove;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The verdict of a proof: compares what callers were promised with what they got and what was paid.
 * Requests are identified by number.
 *
 * @param lost promised, but neither delivered nor held in doubt
 * @param paidTwice created at the provider more than once
 * @param inDoubt promised and held: nobody knows whether they were paid, and they are not submitted
 *     again
 */
record ProofVerdict(List<Integer> lost, List<Integer> paidTwice, List<Integer> inDoubt) {

  /**
   * Compares the sets.
   *
   * @param promised confirmed to the caller: REST 202 or 200, file moved, JMS send acknowledged
   * @param delivered the video and its event are in the outbox, and the caller was told if it
   *     wanted to be
   * @param held shown by the program as {@code IN_DOUBT}
   * @param paid one entry per create that the provider accepted
   */
  static ProofVerdict of(
      Set<Integer> promised, Set<Integer> delivered, Set<Integer> held, List<Integer> paid) {
    Map<Integer, Integer> times = new TreeMap<>();
    paid.forEach(number -> times.merge(number, 1, Integer::sum));
    return new ProofVerdict(
        promised.stream()
            .filter(number -> !delivered.contains(number) && !held.contains(number))
            .sorted()
            .toList(),
        times.keySet().stream().filter(number -> times.get(number) > 1).toList(),
        promised.stream()
            .filter(number -> held.contains(number) && !delivered.contains(number))
            .sorted()
            .toList());
  }

  boolean good() {
    return lost.isEmpty() && paidTwice.isEmpty();
  }
}
