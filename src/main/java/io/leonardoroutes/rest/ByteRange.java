package io.leonardoroutes.rest;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The byte range that a call requests (RFC 9110, section 14).
 *
 * @param length 0 if the range is outside the content
 */
public record ByteRange(long from, long length) {
  private static final Pattern ONE = Pattern.compile("(?i:bytes)=(\\d*)-(\\d*)");

  /** All of it. */
  public static ByteRange all(long size) {
    return new ByteRange(0, size);
  }

  /**
   * Parses a {@code Range} header. An invalid header, or one with several ranges, means all bytes.
   *
   * @param header null for none
   * @param size length of the whole content
   */
  public static ByteRange of(String header, long size) {
    Matcher one = ONE.matcher(header == null ? "" : header.strip());
    if (!one.matches() || (one.group(1) + one.group(2)).isEmpty()) {
      return all(size);
    }
    if (one.group(1).isEmpty()) {
      long last = Math.min(number(one.group(2)), size);
      return new ByteRange(size - last, last);
    }
    long from = number(one.group(1));
    long to = one.group(2).isEmpty() ? size - 1 : number(one.group(2));
    if (to < from && !one.group(2).isEmpty()) {
      return all(size);
    }
    return from >= size
        ? new ByteRange(0, 0)
        : new ByteRange(from, Math.min(to, size - 1) - from + 1);
  }

  private static long number(String digits) {
    return new BigInteger(digits).min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
  }

  /** The value of {@code Content-Range}. */
  public String of(long size) {
    return length == 0
        ? "bytes */" + size
        : "bytes %s-%s/%s".formatted(from, from + length - 1, size);
  }
}
