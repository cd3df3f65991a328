package io.leonardoroutes.leonardo;

import java.time.Duration;
import java.time.Instant;
import org.apache.hc.client5.http.utils.DateUtils;

/** The {@code Retry-After} header: seconds or an HTTP date (RFC 9110, 10.2.3). */
public final class RetryAfter {
  private static final Duration LONGEST = Duration.ofHours(1);

  private RetryAfter() {}

  /**
   * How long to wait from {@code now}, at most an hour; null if the value makes no sense or asks
   * for no wait at all. It makes a wait of ours longer and never shorter.
   */
  public static Duration read(String value, Instant now) {
    String text = value == null ? "" : value.strip();
    if (text.matches("[0-9]{1,1000}")) {
      String digits = text.replaceFirst("^0+(?=.)", "");
      return digits.length() > 9 ? LONGEST : bounded(Duration.ofSeconds(Long.parseLong(digits)));
    }
    Instant at = text.length() > 64 ? null : DateUtils.parseStandardDate(text);
    return at == null ? null : bounded(Duration.between(now, at));
  }

  private static Duration bounded(Duration wait) {
    if (wait.isNegative() || wait.isZero()) {
      return null;
    }
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }
}
