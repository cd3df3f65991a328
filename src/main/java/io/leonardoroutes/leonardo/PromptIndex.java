package io.leonardoroutes.leonardo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Finds what may have the same prompt without a look at all others: after an outage there are
 * thousands of each, and their prompts often begin alike.
 */
final class PromptIndex<T> {
  private final NavigableMap<String, List<T>> byLetters = new TreeMap<>();

  PromptIndex(Iterable<T> all, Function<T, VideoFingerprint> shown) {
    all.forEach(
        one ->
            byLetters
                .computeIfAbsent(shown.apply(one).letters(), letters -> new ArrayList<>())
                .add(one));
  }

  /** All whose prompt may be the same: its letters are, or one's begin with all of the other's. */
  List<T> alike(VideoFingerprint shown) {
    String letters = shown.letters();
    List<T> found = new ArrayList<>(longer(letters));
    Map.Entry<String, List<T>> before = byLetters.lowerEntry(letters);
    while (before != null) {
      int common = common(before.getKey(), letters);
      if (common == before.getKey().length()) {
        found.addAll(before.getValue());
        before = byLetters.lowerEntry(before.getKey());
      } else {
        before = byLetters.floorEntry(letters.substring(0, common));
      }
    }
    return found;
  }

  private List<T> longer(String letters) {
    List<T> found = new ArrayList<>();
    for (Map.Entry<String, List<T>> one : byLetters.tailMap(letters, true).entrySet()) {
      if (!one.getKey().startsWith(letters) || letters.isEmpty() && !one.getKey().isEmpty()) {
        break;
      }
      found.addAll(one.getValue());
    }
    return found;
  }

  private static int common(String one, String other) {
    int end = Math.min(one.length(), other.length());
    int i = 0;
    while (i < end && one.charAt(i) == other.charAt(i)) {
      i++;
    }
    return i;
  }
}
