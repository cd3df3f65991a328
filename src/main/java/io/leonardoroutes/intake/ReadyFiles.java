package io.leonardoroutes.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.lines.LineFormat;
import io.leonardoroutes.problem.JsonArray;
import io.leonardoroutes.settings.FileVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Finds out which files are complete, by checking them repeatedly ourselves. Modification times do
 * not tell: a copy over SMB has the time of its original while it grows.
 */
final class ReadyFiles {
  private static final long FORGOTTEN = Duration.ofMinutes(1).toNanos();
  private static final JsonFactory JSON = new JsonFactory();

  /** So many bytes say whether a file is cut off, and so many what it is. */
  private static final int END = 1024;

  private static final int START = 1024;

  private final LeonardoSettings.Intakes settings;

  /** Nanoseconds since some start: the time of day may be changed while a file is written. */
  private final LongSupplier elapsed;

  private final Map<Path, Check> checks = new ConcurrentHashMap<>();
  private volatile long sweptAt;

  /**
   * A file at our last check.
   *
   * @param since the first check that found this version
   * @param ends whether its text is complete; null if not read yet
   */
  private record Check(FileVersion version, long since, long last, Boolean ends) {}

  ReadyFiles(LeonardoSettings.Intakes settings, LongSupplier elapsed) {
    this.settings = settings;
    this.elapsed = elapsed;
    this.sweptAt = elapsed.getAsLong();
  }

  /** Checks a file that may be a request, without waiting. */
  boolean isReady(Path path) throws IOException {
    Check check = check(path);
    if (!isOver(check, settings.settle())) {
      return false;
    }
    return isOver(check, settings.patience()) || ends(path, check);
  }

  /** Whether a file has not changed for a while; what is in it may still be incomplete. */
  boolean isSettled(Path path) throws IOException {
    return isOver(check(path), settings.settle());
  }

  /** Whether a file that is not a request has been left in the inbox. */
  boolean isLeft(Path path) throws IOException {
    return isOver(check(path), settings.patience());
  }

  /** Whether what it needs may still be on its way. */
  boolean isYoung(Path path) {
    Check check = checks.get(path);
    return check != null && !isOver(check, settings.patience());
  }

  /** Whether it is still the version that was ready. */
  boolean isStill(Path path, FileVersion version) {
    Check check = checks.get(path);
    return check == null || check.version().equals(version);
  }

  void forget(Path path) {
    checks.remove(path);
  }

  private Check check(Path path) throws IOException {
    long now = elapsed.getAsLong();
    sweep(now);
    FileVersion version = FileVersion.of(path);
    return checks.compute(
        path,
        (same, before) ->
            before == null || !before.version().equals(version)
                ? new Check(version, now, now, null)
                : new Check(version, before.since(), now, before.ends()));
  }

  private static boolean isOver(Check check, Duration time) {
    return check.last() - check.since() >= time.toNanos();
  }

  /** Reads the end of the file once per version. */
  private boolean ends(Path path, Check check) throws IOException {
    boolean ends = check.ends() != null ? check.ends() : ends(path, check.version().size());
    checks.computeIfPresent(
        path,
        (same, now) ->
            now.version().equals(check.version())
                ? new Check(now.version(), now.since(), now.last(), ends)
                : now);
    return ends;
  }

  private boolean ends(Path path, long size) throws IOException {
    LineFormat format = LineFormat.of(path.getFileName().toString()).orElseThrow();
    if (format == LineFormat.JSON_ARRAY && size <= settings.maxBytes()) {
      return ends(Files.readAllBytes(path));
    }
    // A writer may pause after any line: the end of such a file shows only by waiting.
    return format == LineFormat.JSON_ARRAY
        && (!isBatch(path) || end(path, size).stripTrailing().endsWith("]"));
  }

  private static String end(Path path, long size) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      in.skipNBytes(Math.max(0, size - END));
      return new String(in.readNBytes(END), StandardCharsets.ISO_8859_1).replaceAll("\0+$", "");
    }
  }

  private static boolean isBatch(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return isBatch(path.getFileName().toString(), in.readNBytes(START));
    }
  }

  /**
   * Whether a file holds many requests.
   *
   * @param start the file, or as much of it as says what it begins with
   */
  static boolean isBatch(String name, byte[] start) {
    return LineFormat.of(name).orElseThrow() != LineFormat.JSON_ARRAY
        || JsonArray.looksLikeOne(
            new String(start, StandardCharsets.ISO_8859_1).replaceFirst("^\u00EF\u00BB\u00BF", ""));
  }

  /**
   * Whether the JSON text is not cut off; waiting cures no other mistake. This only counts tokens:
   * the route {@code accept} parses the request, of a file that is complete or too old to wait for.
   */
  private static boolean ends(byte[] bytes) throws IOException {
    String text = new String(bytes, StandardCharsets.ISO_8859_1).stripTrailing();
    if (!text.endsWith("}") && !text.endsWith("]")) {
      return false;
    }
    try (JsonParser parser = JSON.createParser(bytes)) {
      while (parser.nextToken() != null) {
        // only the end matters
      }
      return true;
    } catch (JsonEOFException e) {
      return false;
    } catch (JsonProcessingException e) {
      return true;
    }
  }

  /** Forgets files that are gone. A round over many files may take more than a minute. */
  private void sweep(long now) {
    if (now - sweptAt >= FORGOTTEN) {
      sweptAt = now;
      checks
          .entrySet()
          .removeIf(
              check ->
                  now - check.getValue().last() >= FORGOTTEN
                      && Files.notExists(check.getKey(), LinkOption.NOFOLLOW_LINKS));
    }
  }
}
