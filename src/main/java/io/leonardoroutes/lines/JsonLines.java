package io.leonardoroutes.lines;

import io.leonardoroutes.problem.BodyText;
import java.io.IOException;
import java.io.InputStream;

/** JSON Lines: each line is a request, and a blank one is none. */
final class JsonLines implements LineReader {
  private final ByteReader bytes;
  private final int most;
  private long number;

  JsonLines(InputStream in, int most) throws IOException {
    this.bytes = new ByteReader(in, most);
    this.most = most;
  }

  @Override
  public RequestLine next() throws IOException {
    int one = bytes.read();
    while (one >= 0) {
      number++;
      while (one >= 0 && one != '\n') {
        bytes.collect(one);
        one = bytes.read();
      }
      boolean tooLong = bytes.isTooLong();
      byte[] line = bytes.collected();
      if (tooLong) {
        return RequestLine.rejected(number, BodyText.tooLarge(most));
      }
      if (line.length > 0) {
        return RequestLine.of(number, line);
      }
      one = bytes.read();
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
