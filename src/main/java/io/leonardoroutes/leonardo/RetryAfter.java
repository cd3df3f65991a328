package io.leonardoroutes.leonardo;

import java.time.Duration;
import java.time.Instant;
import org.apache.hc.client5.http.utils.DateUtils;

/** The {@code Retry-After} header: seconds or an HTTP date (RFC 9110, 10.2.3). */
final class RetryAfter {
  private static final Duration LONGEST = Duration.ofHours(1);

  /** How long to wait from {@code now}, at most an hour; null if there is no sense in the value. */
  static Duration read(String value, Instant now) {
    String text = value == null ? "" : value.strip();
    if (text.matches("[0-9]{1,20}")) {
      return text.length() > 9 ? LONGEST : bounded(Duration.ofSeconds(Long.parseLong(text)));
    }
    Instant at = text.length() > 64 ? null : DateUtils.parseStandardDate(text);
    return at == null ? null : bounded(Duration.between(now, at));
  }

  private static Duration bounded(Duration wait) {
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }

  private RetryAfter() {}
}
