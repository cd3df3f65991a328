package io.leonardoroutes.lines;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/** Ends a record that is too long: the CSV parser would read it into memory, however long it is. */
final class BoundedReader extends FilterReader {
  /** What the parser reads ahead, and more. */
  private static final int AHEAD = 64 * 1024;

  private final long most;
  private long read;

  BoundedReader(Reader in, int most) {
    super(in);
    this.most = (long) most + AHEAD;
  }

  /** A record that is longer than a request may be. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** The next record begins. */
  void begin() {
    read = 0;
  }

  @Override
  public int read() throws IOException {
    int one = super.read();
    count(one < 0 ? 0 : 1);
    return one;
  }

  @Override
  public int read(char[] buffer, int from, int length) throws IOException {
    int count = super.read(buffer, from, length);
    count(count);
    return count;
  }

  private void count(int more) throws TooLong {
    read += Math.max(0, more);
    if (read > most) {
      throw new TooLong();
    }
  }
}
