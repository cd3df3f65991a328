package io.leonardoroutes.json;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Names record components in JSON: snake_case, and {@code public} for isPublic. */
public final class WireNames extends PropertyNamingStrategies.SnakeCaseStrategy {
  private static final long serialVersionUID = 1;
  private static final WireNames NAMES = new WireNames();

  @Override
  public String translate(String component) {
    // the name of a component cannot be a word of Java, such as public
    return super.translate(component.replaceFirst("^is(?=[A-Z])", ""));
  }

  public static String of(String component) {
    return NAMES.translate(component);
  }

  /** A key as a part of a JSON pointer (RFC 6901), with its slash. */
  public static String step(String key) {
    return "/" + key.replace("~", "~0").replace("/", "~1");
  }

  /** The known name that was probably meant: one that differs in at most a third of its letters. */
  public static Optional<String> nearest(String name, Collection<String> known) {
    String lower = name.toLowerCase(Locale.ROOT);
    return known.stream()
        .filter(candidate -> 3 * distance(lower, candidate) <= candidate.length())
        .min(Comparator.comparingInt(candidate -> distance(lower, candidate)));
  }

  /** Levenshtein's distance; a name that is much longer is far without counting. */
  private static int distance(String a, String b) {
    if (a.length() > 2 * b.length()) {
      return a.length();
    }
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(changed, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
