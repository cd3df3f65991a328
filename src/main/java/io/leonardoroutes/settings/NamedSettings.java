package io.leonardoroutes.settings;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Keys that contain a name chosen by the operator, as {@code erp} in {@code
 * leonardo.sinks.erp.uri}.
 *
 * @param prefix the part of the key before the name
 * @param suffixes what may follow the name
 */
record NamedSettings(String prefix, List<String> suffixes) {
  private static final List<NamedSettings> ALL =
      List.of(
          new NamedSettings(SettingReader.SINKS, List.of("uri", "events", "content")),
          new NamedSettings(
              SettingReader.BUDGETS, List.of("tag", "caller", "per-day", "per-month")),
          new NamedSettings(
              SettingReader.ACCOUNTS,
              List.of(
                  "api-key",
                  "limits.concurrent",
                  "limits.creates-per-minute",
                  "limits.requests-per-minute",
                  "budget.per-day",
                  "budget.currency",
                  "budget.price-unknown",
                  "budget.refund",
                  "webhook.key",
                  "callers")));

  /** Whether a key is of this kind, whatever the name in it. */
  static boolean has(String key) {
    return ALL.stream().anyMatch(keys -> keys.matches(key));
  }

  private boolean matches(String key) {
    return key.startsWith(prefix)
        && suffixes.contains(key.substring(prefix.length()).replaceFirst("^[^.]*\\.", ""));
  }

  /**
   * The key for an environment variable: {@code LEONARDO_ACCOUNTS_STUDIO_B_API_KEY} is the API key
   * of account {@code studio-b}. Underscores stand for dots and hyphens alike, so only the known
   * suffixes tell where the name ends.
   */
  static Optional<String> of(String variable) {
    return ALL.stream().flatMap(keys -> keys.keysFor(variable)).findFirst();
  }

  private Stream<String> keysFor(String variable) {
    String start = variable(prefix);
    return suffixes.stream()
        .filter(
            key ->
                variable.startsWith(start)
                    && variable.endsWith("_" + variable(key))
                    && variable.length() > start.length() + key.length() + 1)
        .map(
            key -> {
              String name =
                  variable.substring(start.length(), variable.length() - key.length() - 1);
              return prefix + name.toLowerCase(Locale.ROOT).replace('_', '-') + "." + key;
            });
  }

  /** The environment variable for a key. */
  static String variable(String key) {
    return key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
  }
}
