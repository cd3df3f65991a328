package io.leonardoroutes.lines;

import io.leonardoroutes.problem.BodyText;
import io.leonardoroutes.problem.JsonArray;
import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A file with one request or many, read as the inbox reads it. */
public record RequestFile(Path path, LineFormat format) {
  private static final int START = 1024;

  /** Takes the requests of a file, one by one. */
  public interface Taker {
    /**
     * Takes a request.
     *
     * @param number its line, or its place in the array, from 1 on; 0 if it is alone in the file
     * @param json complete, with the defaults of its folder
     * @return whether to go on
     */
    boolean take(long number, byte[] json);

    /** Takes a request, or a whole file (0), that cannot be read. */
    void reject(long number, RequestRejected why);
  }

  /**
   * @throws IllegalArgumentException with one line, if there is no such file, or it holds no
   *     requests by its name
   */
  public static RequestFile of(Path path) {
    if (!Files.exists(path)) {
      throw new IllegalArgumentException("there is no file or folder " + path);
    }
    return new RequestFile(
        path,
        LineFormat.of(path.getFileName().toString())
            .orElseThrow(
                () -> new IllegalArgumentException(path + " is no .json, .jsonl or .csv file")));
  }

  /**
   * A file, or those of a folder that hold requests, by name.
   *
   * @throws IllegalArgumentException if there is neither
   */
  public static List<Path> all(Path target) throws IOException {
    if (!Files.exists(target)) {
      throw new IllegalArgumentException("there is no file or folder " + target);
    }
    if (!Files.isDirectory(target)) {
      return List.of(target);
    }
    try (Stream<Path> files = Files.list(target)) {
      return files.filter(RequestFile::hasRequests).sorted().toList();
    }
  }

  private static boolean hasRequests(Path file) {
    String name = file.getFileName().toString();
    return !name.startsWith(".")
        && !LineDefaults.isName(name)
        && LineFormat.of(name).isPresent()
        && Files.isRegularFile(file);
  }

  /**
   * A request as text.
   *
   * @throws RequestRejected if it is empty or not UTF-8
   */
  public static String text(byte[] json) {
    return BodyText.of(json);
  }

  /** A file that a request names. */
  public Path beside(String file) {
    Path folder = path.toAbsolutePath().normalize().getParent();
    try {
      Path beside = folder.resolve(file).normalize();
      return beside.startsWith(folder) ? beside : folder;
    } catch (InvalidPathException e) {
      return folder;
    }
  }

  /** Its name without folders. */
  public String name() {
    return path.getFileName().toString();
  }

  /** Whether it may hold more than one request. */
  public boolean isBatch() throws IOException {
    if (format != LineFormat.JSON_ARRAY) {
      return true;
    }
    try (InputStream in = Files.newInputStream(path)) {
      return JsonArray.looksLikeOne(new String(in.readNBytes(START), StandardCharsets.UTF_8));
    }
  }

  /**
   * Reads it.
   *
   * @param maxBytes the longest request
   */
  public void read(int maxBytes, Taker taker) throws IOException {
    try {
      if (isBatch()) {
        readLines(maxBytes, taker);
      } else {
        taker.take(0, readOne(maxBytes));
      }
    } catch (RequestRejected e) {
      taker.reject(0, e);
    }
  }

  private byte[] readOne(int maxBytes) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] json = in.readNBytes(maxBytes + 1);
      if (json.length > maxBytes) {
        throw BodyText.tooLarge(maxBytes);
      }
      return json;
    }
  }

  private void readLines(int maxBytes, Taker taker) throws IOException {
    LineDefaults defaults = LineDefaults.of(LineDefaults.read(path.toAbsolutePath(), maxBytes));
    try (LineReader lines = format.open(path, maxBytes)) {
      boolean more = true;
      for (RequestLine line = lines.next(); more && line != null; line = lines.next()) {
        if (line.rejected() == null) {
          more = taker.take(line.number(), defaults.complete(line.json()));
        } else {
          taker.reject(line.number(), line.rejected());
        }
      }
    }
  }
}
