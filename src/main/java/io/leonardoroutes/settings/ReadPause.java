package io.leonardoroutes.settings;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Remembers that a file could not be used, so that it is not read again for each of many calls. A
 * version that was not tried yet is read at once.
 */
public final class ReadPause {
  private static final long LENGTH = Duration.ofSeconds(1).toNanos();

  private final LongSupplier nanos;
  private volatile Failure last;

  /**
   * @param version null if there was no file
   */
  private record Failure(FileVersion version, long at) {}

  public ReadPause(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Whether there was no file a moment ago. */
  public boolean isLost() {
    Failure failure = last;
    return failure != null && failure.version() == null && isRecent(failure);
  }

  /** Whether this version was read a moment ago and could not be used. */
  public boolean isUnusable(FileVersion version) {
    Failure failure = last;
    return failure != null && version.equals(failure.version()) && isRecent(failure);
  }

  private boolean isRecent(Failure failure) {
    return nanos.getAsLong() - failure.at() < LENGTH;
  }

  /**
   * Begins a pause.
   *
   * @param version that could not be used; null if there was no file
   */
  public void begin(FileVersion version) {
    last = new Failure(version, nanos.getAsLong());
  }

  public void end() {
    last = null;
  }
}
