package io.leonardoroutes.lines;

import io.leonardoroutes.problem.RequestRejected;
import java.nio.charset.StandardCharsets;

/**
 * One request of a file.
 *
 * @param number where it stands in the file, from 1 on: its line, or its place in the array
 * @param json the request, as UTF-8; null if it cannot be read
 * @param rejected why it cannot be read, or null
 */
public record RequestLine(long number, byte[] json, RequestRejected rejected) {
  /** Whether such a key may be in it; false for one that is written with escapes. */
  public boolean mentions(String key) {
    return json != null && new String(json, StandardCharsets.ISO_8859_1).contains('"' + key + '"');
  }

  static RequestLine of(long number, byte[] json) {
    return new RequestLine(number, json, null);
  }

  static RequestLine rejected(long number, RequestRejected rejected) {
    return new RequestLine(number, null, rejected);
  }
}
