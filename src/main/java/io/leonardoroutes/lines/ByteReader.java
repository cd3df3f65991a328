package io.leonardoroutes.lines;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads bytes, and collects those of one request, but no more than the longest may have.
 *
 * <p>A {@code BufferedInputStream} takes a lock for each byte.
 */
final class ByteReader implements Closeable {
  private static final int CHUNK = 64 * 1024;
  private static final int FIRST = 1024;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream in;
  private final int most;
  private final byte[] buffer = new byte[CHUNK];
  private int next;
  private int end;
  private byte[] collected = new byte[FIRST];
  private int size;

  /**
   * @param most the most bytes that are collected
   */
  ByteReader(InputStream in, int most) throws IOException {
    this.in = in;
    this.most = most;
    end = Math.max(0, in.readNBytes(buffer, 0, CHUNK));
    if (Arrays.equals(buffer, 0, Math.min(end, 3), BYTE_ORDER_MARK, 0, 3)) {
      next = 3;
    }
  }

  /** The next byte; -1 at the end. */
  int read() throws IOException {
    if (next == end) {
      next = 0;
      end = Math.max(0, in.read(buffer, 0, CHUNK));
      if (end == 0) {
        return -1;
      }
    }
    return buffer[next++] & 0xFF;
  }

  void collect(int one) {
    if (size == collected.length && size <= most) {
      collected = Arrays.copyOf(collected, (int) Math.min(2L * size, most + 1L));
    }
    if (size <= most) {
      collected[size++] = (byte) one;
    }
  }

  /** Whether more was collected than may be. */
  boolean isTooLong() {
    return size > most;
  }

  /** What was collected, from the first byte on that is no white space; begins anew. */
  byte[] collected() {
    int from = 0;
    while (from < size && isBlank(collected[from])) {
      from++;
    }
    byte[] all = Arrays.copyOfRange(collected, from, size);
    size = 0;
    if (collected.length > CHUNK) {
      collected = new byte[FIRST];
    }
    return all;
  }

  static boolean isBlank(int one) {
    return one == ' ' || one == '\t' || one == '\n' || one == '\r';
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
