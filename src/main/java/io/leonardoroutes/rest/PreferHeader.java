package io.leonardoroutes.rest;

import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the {@code Prefer} header (RFC 7240). An unreadable one is ignored, as it is only a wish.
 */
public final class PreferHeader {
  private static final Pattern WAIT = Pattern.compile("(?i:wait)\\s*=\\s*\"?(\\d+)\"?\\s*(;.*)?");

  private PreferHeader() {}

  /**
   * How many seconds the caller wants to wait for the end of the job; 0 for none.
   *
   * @param header text, several, or null for none
   * @param longest the longest wait that is allowed
   */
  public static long wait(Object header, long longest) {
    Collection<?> all = header instanceof Collection<?> several ? several : List.of();
    String text = header == null ? "" : String.valueOf(header);
    for (Object line : all.isEmpty() ? List.of(text) : all) {
      for (String preference : String.valueOf(line).split(",")) {
        Matcher wait = WAIT.matcher(preference.strip());
        if (wait.matches()) {
          return new BigInteger(wait.group(1)).min(BigInteger.valueOf(longest)).longValueExact();
        }
      }
    }
    return 0;
  }
}
