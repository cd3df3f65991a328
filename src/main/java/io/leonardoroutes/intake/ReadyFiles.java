package io.leonardoroutes.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.settings.FileVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Which files are written to their end, as far as our own looks at them can show. The times of a
 * file say nothing of it: a copy over SMB has the time of its original while it grows.
 */
final class ReadyFiles {
  private static final long FORGOTTEN = Duration.ofMinutes(1).toNanos();
  private static final JsonFactory JSON = new JsonFactory();

  private final LeonardoSettings.Intakes settings;

  /** In nanoseconds from some start: the time of day may be set while a file is written. */
  private final LongSupplier elapsed;

  private final Map<Path, Look> looks = new ConcurrentHashMap<>();
  private volatile long sweptAt;

  /**
   * A file as it was at our last look.
   *
   * @param since the first look at which it was so
   * @param ends whether its text ends; null if it was not read yet
   */
  private record Look(FileVersion version, long since, long last, Boolean ends) {}

  ReadyFiles(LeonardoSettings.Intakes settings, LongSupplier elapsed) {
    this.settings = settings;
    this.elapsed = elapsed;
    this.sweptAt = elapsed.getAsLong();
  }

  /** Looks at a file that may be a request: one look takes no time, and none is waited for. */
  boolean isReady(Path path) throws IOException {
    Look look = look(path);
    if (!isOver(look, settings.settle())) {
      return false;
    }
    return isOver(look, settings.patience())
        || look.version().size() > settings.maxBytes()
        || ends(path, look);
  }

  /** Whether one that is no request is there to stay. */
  boolean isLeft(Path path) throws IOException {
    return isOver(look(path), settings.patience());
  }

  /** Whether it is still as it was when it was ready. */
  boolean isStill(Path path, FileVersion version) {
    Look look = looks.get(path);
    return look == null || look.version().equals(version);
  }

  void forget(Path path) {
    looks.remove(path);
  }

  private Look look(Path path) throws IOException {
    long now = elapsed.getAsLong();
    sweep(now);
    FileVersion version = FileVersion.of(path);
    return looks.compute(
        path,
        (same, before) ->
            before == null || !before.version().equals(version)
                ? new Look(version, now, now, null)
                : new Look(version, before.since(), now, before.ends()));
  }

  private static boolean isOver(Look look, Duration time) {
    return look.last() - look.since() >= time.toNanos();
  }

  /** Read once for as long as it does not change. */
  private boolean ends(Path path, Look look) throws IOException {
    boolean ends = look.ends() != null ? look.ends() : ends(path);
    looks.computeIfPresent(
        path,
        (same, now) ->
            now.version().equals(look.version())
                ? new Look(now.version(), now.since(), now.last(), ends)
                : now);
    return ends;
  }

  /** Whether the text does not just stop: what is wrong in another way is not mended by waiting. */
  private static boolean ends(Path path) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    if (!new String(bytes, StandardCharsets.ISO_8859_1).stripTrailing().endsWith("}")) {
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

  /** A round over many files may last longer than a minute: only what is gone is forgotten. */
  private void sweep(long now) {
    if (now - sweptAt >= FORGOTTEN) {
      sweptAt = now;
      looks
          .entrySet()
          .removeIf(
              look ->
                  now - look.getValue().last() >= FORGOTTEN
                      && Files.notExists(look.getKey(), LinkOption.NOFOLLOW_LINKS));
    }
  }
}
