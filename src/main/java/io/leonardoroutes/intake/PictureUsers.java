package io.leonardoroutes.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.leonardoroutes.settings.FileVersion;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which requests that still wait in an inbox name a picture. Each is read once per version; where
 * one cannot be read, the picture counts as used, as it then only stays where it is.
 */
final class PictureUsers {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int MOST = 50_000;

  private final long maxBytes;
  private final Map<Path, Names> read = new ConcurrentHashMap<>();

  /** The request that was last seen to use a picture: where many share one, it is tried first. */
  private final Map<String, Path> lastUser = new ConcurrentHashMap<>();

  /**
   * @param pictures what it names; null if it could not be read
   */
  private record Names(FileVersion version, Set<String> pictures) {
    private boolean have(String name) {
      return pictures == null || pictures.contains(name);
    }
  }

  /**
   * @param maxBytes a longer file is not read
   */
  PictureUsers(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Whether a request in the folder names the picture.
   *
   * @param request not this one; null for any
   */
  boolean uses(Path folder, Path request, String picture) throws IOException {
    if (read.size() > MOST) {
      read.clear();
      lastUser.clear();
    }
    if (request != null) {
      read.remove(request);
    }
    Path last = lastUser.get(picture);
    if (last != null && !last.equals(request) && Files.exists(last) && names(last).have(picture)) {
      return true;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!file.equals(request) && isRequest(file) && names(file).have(picture)) {
          lastUser.put(picture, file);
          return true;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    lastUser.remove(picture);
    return false;
  }

  private static boolean isRequest(Path file) {
    return DroppedFile.isRequest(file.toFile())
        && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  private Names names(Path file) {
    try {
      FileVersion version = FileVersion.of(file);
      Names known = read.get(file);
      if (known == null || !known.version().equals(version)) {
        known = new Names(version, version.size() > maxBytes ? null : pictures(file));
        read.put(file, known);
      }
      return known;
    } catch (IOException goneOrUnreadable) {
      return new Names(null, Files.exists(file) ? null : Set.of());
    }
  }

  private static Set<String> pictures(Path file) throws IOException {
    Set<String> pictures = new HashSet<>();
    try (JsonParser parser = JSON.createParser(file.toFile())) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_STRING && "file".equals(parser.currentName())) {
          pictures.add(parser.getText());
        }
      }
      return pictures;
    } catch (JsonProcessingException stillWritten) {
      return null;
    }
  }
}
