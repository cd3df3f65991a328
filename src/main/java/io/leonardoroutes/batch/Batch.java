package io.leonardoroutes.batch;

import java.time.Instant;
import java.util.Map;

/**
 * A file with many requests.
 *
 * @param id the same file again is the same batch
 * @param name the file's name
 * @param report what its reports are called, without the ending
 * @param intake what the intake says of each line: properties of an exchange, by name
 * @param defaults a part of a request, as JSON, for what a line leaves out; or null
 * @param lines how many requests it has
 * @param readLines how many of them are decided, from the first on
 * @param reported what its reports say, as far as it changes; null before the first
 * @param tries failed tries of what is next
 * @param endedAt null until it has ended
 */
public record Batch(
    String id,
    String name,
    String report,
    Map<String, String> intake,
    String defaults,
    BatchState state,
    long lines,
    long readLines,
    String reported,
    int tries,
    Instant createdAt,
    Instant endedAt) {
  /** Copies the map. */
  public Batch {
    intake = Map.copyOf(intake);
  }

  /** A batch of which nothing is read yet. */
  public static Batch of(
      String id,
      String name,
      String report,
      Map<String, String> intake,
      String defaults,
      long lines,
      Instant now) {
    return new Batch(
        id, name, report, intake, defaults, BatchState.READING, lines, 0, null, 0, now, null);
  }
}
