package io.leonardoroutes.lines;

import io.leonardoroutes.problem.BodyText;
import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.io.InputStream;

/**
 * The elements of a JSON array. Only their limits are found here: each is parsed like a request
 * that came alone, and what is wrong with one is no matter of the others.
 */
final class JsonElements implements LineReader {
  private final ByteReader bytes;
  private final int most;
  private long number;
  private boolean over;

  JsonElements(InputStream in, int most) throws IOException {
    this.bytes = new ByteReader(in, most);
    this.most = most;
    if (visible() != '[') {
      throw notAnArray("it does not begin with [");
    }
  }

  @Override
  public RequestLine next() throws IOException {
    if (over) {
      return null;
    }
    number++;
    int end = collect();
    boolean tooLong = bytes.isTooLong();
    byte[] element = bytes.collected();
    if (end < 0) {
      throw notAnArray("it ends within element " + number);
    }
    if (end == ']') {
      over = true;
      if (visible() >= 0) {
        throw notAnArray("there is more after its end");
      }
      if (element.length == 0 && number == 1) {
        return null;
      }
    }
    return tooLong
        ? RequestLine.rejected(number, BodyText.tooLarge(most))
        : RequestLine.of(number, element);
  }

  /** Collects an element, and answers the byte that ends it: a comma, a bracket, or -1. */
  private int collect() throws IOException {
    int depth = 0;
    boolean quoted = false;
    boolean escaped = false;
    int one = bytes.read();
    while (one >= 0) {
      if (quoted) {
        quoted = escaped || one != '"';
        escaped = !escaped && one == '\\';
      } else if (depth == 0 && (one == ',' || one == ']')) {
        return one;
      } else if (one == '"') {
        quoted = true;
      } else if (one == '{' || one == '[') {
        depth++;
      } else if (one == '}' || one == ']') {
        depth = Math.max(0, depth - 1);
      }
      bytes.collect(one);
      one = bytes.read();
    }
    return one;
  }

  private int visible() throws IOException {
    int one = bytes.read();
    while (ByteReader.isBlank(one)) {
      one = bytes.read();
    }
    return one;
  }

  private static RequestRejected notAnArray(String why) {
    return new RequestRejected(
        400, "not-json", "The request is not JSON", "this is not a whole JSON array: " + why);
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
