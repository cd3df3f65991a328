package io.leonardoroutes.settings;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Keys with a name of the operator's own in them, as {@code erp} in {@code leonardo.sinks.erp.uri}.
 *
 * @param prefix what stands before the name
 * @param last what may follow it
 */
record NamedSettings(String prefix, List<String> last) {
  private static final List<NamedSettings> ALL =
      List.of(
          new NamedSettings(SettingReader.SINKS, List.of("uri", "events", "content")),
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

  /** Whether it is one of them, whatever the name. */
  static boolean has(String key) {
    return ALL.stream().anyMatch(keys -> keys.hasThis(key));
  }

  private boolean hasThis(String key) {
    return key.startsWith(prefix)
        && last.contains(key.substring(prefix.length()).replaceFirst("^[^.]*\\.", ""));
  }

  /**
   * The key that a variable of the environment stands for: {@code
   * LEONARDO_ACCOUNTS_STUDIO_B_API_KEY} is that of account {@code studio-b}. As a name there has no
   * other signs than these, what may follow it tells where it ends.
   */
  static Optional<String> of(String variable) {
    return ALL.stream().flatMap(keys -> keys.named(variable)).findFirst();
  }

  private Stream<String> named(String variable) {
    String start = variable(prefix);
    return last.stream()
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

  /** How a key is called in the environment. */
  static String variable(String key) {
    return key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
  }
}
