package io.leonardoroutes.intake;

import io.leonardoroutes.flow.RepeatInterval;
import io.leonardoroutes.flow.RetryBackoff;
import io.leonardoroutes.health.LogLimit;
import java.io.File;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;

/**
 * Files that stay in an inbox: why is logged once for as long as a file is there, and one that
 * failed is passed over for a while, so that it holds up no other.
 */
final class StayingFiles {
  /** A file that reappears after so long counts as a new one. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(1);

  /** Not longer: whoever repairs a file waits for it. */
  private static final RetryBackoff AGAIN =
      new RetryBackoff(Duration.ofSeconds(5), Duration.ofMinutes(1));

  private static final int MOST = 50_000;
  private static final int MOST_LINES = 10;

  private final Logger log;
  private final Clock clock;
  private final LogLimit lines;
  private final Map<File, Stay> files = new ConcurrentHashMap<>();

  /**
   * @param seen when it was last there
   * @param failures how often it failed
   * @param rest until it is tried again
   */
  private record Stay(Instant seen, int failures, RepeatInterval rest) {
    private boolean isForgotten(Instant now) {
      return seen.plus(FORGOTTEN).isBefore(now);
    }
  }

  StayingFiles(Logger log, Clock clock) {
    this.log = log;
    this.clock = clock;
    this.lines = new LogLimit(log, "files that stay in the inbox", MOST_LINES, clock);
  }

  /** Logs why a file stays, unless that was logged already. */
  void log(File file, String line, String why) {
    Instant now = clock.instant();
    if (hasRoomFor(file, now)) {
      Stay before = files.get(file);
      boolean isNew = before == null || before.isForgotten(now);
      files.put(file, isNew ? new Stay(now, 0, rest(Duration.ZERO)) : seen(before, now));
      if (isNew && lines.mayLog()) {
        log.warn(line, onOneLine(file), why);
      }
    }
  }

  /** Passes over a file that failed, longer each time. */
  void passOver(File file) {
    Instant now = clock.instant();
    if (hasRoomFor(file, now)) {
      files.compute(
          file,
          (same, before) -> {
            int failures = before == null ? 0 : before.failures();
            RepeatInterval rest = rest(AGAIN.after(failures));
            rest.begin(now);
            return new Stay(now, failures + 1, rest);
          });
    }
  }

  /** Whether the file is passed over just now. */
  boolean isPassedOver(File file) {
    Instant now = clock.instant();
    Stay stay =
        files.computeIfPresent(
            file, (same, before) -> before.isForgotten(now) ? null : seen(before, now));
    return stay != null && !stay.rest().isOver(now);
  }

  void forget(File file) {
    files.remove(file);
  }

  void logSuppressed() {
    lines.logSuppressed();
  }

  private static RepeatInterval rest(Duration length) {
    return new RepeatInterval(length);
  }

  private static Stay seen(Stay before, Instant now) {
    return new Stay(now, before.failures(), before.rest());
  }

  private boolean hasRoomFor(File file, Instant now) {
    if (files.size() >= MOST) {
      files.values().removeIf(stay -> stay.isForgotten(now));
    }
    return files.size() < MOST || files.containsKey(file);
  }

  /** The name on one line, whatever is in it. */
  private static String onOneLine(File file) {
    return file.getPath().replaceAll("\\p{Cntrl}", "?");
  }
}
