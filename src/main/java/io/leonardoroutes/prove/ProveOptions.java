package io.leonardoroutes.prove;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The options of the command {@code prove}.
 *
 * @param kills the number of kills at random moments
 * @param points the named points at which the program is killed: {@code all}, {@code none}, or a
 *     regular expression that is searched for in their names
 * @param ambiguous the number of creates whose answer does not show whether they were paid
 * @param seed of the random choices
 */
record ProveOptions(int kills, String points, int ambiguous, long seed, ProofSetup setup) {
  private static final int MOST_KILLS = 100_000;
  private static final int MOST_AMBIGUOUS = 50_000;
  private static final int MOST_INSTANCES = 8;
  private static final int MOST_CONCURRENT = 10_000;
  private static final String KNOWN =
      "--kills, --points, --ambiguous, --seed, --instances, --ledger, --concurrent or --help";

  /**
   * Parses the arguments after {@code prove}.
   *
   * @throws IllegalArgumentException with a one-line message, for an unknown option or an invalid
   *     value
   */
  static ProveOptions of(String... arguments) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (!arguments[i].matches("--(kills|points|ambiguous|seed|instances|ledger|concurrent)")) {
        throw new IllegalArgumentException(arguments[i] + " is not an option: " + KNOWN);
      }
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[i] + " needs a value");
      }
      given.put(arguments[i], arguments[i + 1]);
    }
    return new ProveOptions(
        (int) number(given, "--kills", 20, 0, MOST_KILLS),
        points(given.getOrDefault("--points", "all")),
        (int) number(given, "--ambiguous", 500, 0, MOST_AMBIGUOUS),
        number(given, "--seed", 1, Long.MIN_VALUE, Long.MAX_VALUE),
        setup(given));
  }

  private static ProofSetup setup(Map<String, String> given) {
    int instances = (int) number(given, "--instances", 1, 1, MOST_INSTANCES);
    String ledger = given.get("--ledger");
    if (ledger != null && !ledger.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException(
          "--ledger " + ledger + " is not a jdbc:postgresql: address");
    }
    if (ledger == null && instances > 1) {
      throw new IllegalArgumentException(
          "--instances "
              + instances
              + " needs --ledger jdbc:postgresql:..., because SQLite allows only one");
    }
    return new ProofSetup(
        instances, ledger, (int) number(given, "--concurrent", 0, 1, MOST_CONCURRENT));
  }

  private static String points(String which) {
    try {
      return Pattern.compile(which).pattern();
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("--points " + which + " is not a regular expression");
    }
  }

  private static long number(
      Map<String, String> given, String option, long otherwise, long min, long max) {
    String text = given.get(option);
    if (text == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw new IllegalArgumentException(
        "%s %s is not a whole number from %s to %s".formatted(option, text, min, max));
  }

  boolean wants(CrashPoint point) {
    return points.equals("all")
        || !points.equals("none") && Pattern.compile(points).matcher(point.name()).find();
  }
}
