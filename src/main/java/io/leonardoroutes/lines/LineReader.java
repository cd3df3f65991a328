package io.leonardoroutes.lines;

import io.leonardoroutes.problem.RequestRejected;
import java.io.Closeable;
import java.io.IOException;

/** Reads the requests of a file, one after the other. */
public interface LineReader extends Closeable {
  /**
   * The next request; null at the end.
   *
   * @throws RequestRejected if from here on nothing of the file can be read
   */
  RequestLine next() throws IOException;
}
