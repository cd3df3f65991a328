package io.leonardoroutes.problem;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often requests were rejected by each rule, since the start of this program. */
public final class RejectionCounts {
  /** Pointers name keys of models, of which there are few; a caller may not fill the memory. */
  private static final int MOST_RULES = 300;

  private static final String OTHERS = "others";

  /**
   * One rule.
   *
   * @param rule the code of the violation and where it was, else the name of the problem
   * @param message of the last one, which may quote the request
   */
  public record Count(String rule, long times, Instant last, String message) {}

  private final Map<String, Count> counts = new HashMap<>();

  /** Counts each rule that a request broke. */
  public synchronized void add(Problem problem, Instant now) {
    if (problem.violations().isEmpty()) {
      add(problem.name(), problem.detail(), now);
    }
    problem
        .violations()
        .forEach(broken -> add(rule(broken.code(), broken.pointer()), broken.message(), now));
  }

  private static String rule(String code, String pointer) {
    boolean ofTheCaller = "unknown-key".equals(code) || pointer == null || pointer.isEmpty();
    return ofTheCaller ? code : code + " at " + pointer.replaceAll("\\d+", "*");
  }

  private void add(String rule, String message, Instant now) {
    String key = counts.size() < MOST_RULES || counts.containsKey(rule) ? rule : OTHERS;
    counts.merge(
        key,
        new Count(key, 1, now, message),
        (before, one) -> new Count(key, before.times() + 1, now, message));
  }

  /** The rules that were broken, the most frequent first. */
  public synchronized List<Count> all() {
    return counts.values().stream()
        .sorted(Comparator.comparing(Count::times).reversed().thenComparing(Count::rule))
        .toList();
  }
}
