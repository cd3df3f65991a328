package io.leonardoroutes.lines;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a file holds many requests. */
public enum LineFormat {
  /** One request in each line. */
  JSON_LINES(".jsonl"),
  /** A table with a header. */
  CSV(".csv"),
  /** An array of requests. A file of that name may also hold one request. */
  JSON_ARRAY(".json");

  private final String ending;

  LineFormat(String ending) {
    this.ending = ending;
  }

  /** The format of a file of that name; empty if it holds no requests. */
  public static Optional<LineFormat> of(String file) {
    String name = file.toLowerCase(Locale.ROOT);
    return Arrays.stream(values()).filter(format -> name.endsWith(format.ending)).findFirst();
  }

  /** The name of a file without the ending of its format. */
  public static String nameOf(String file) {
    return file.substring(0, file.length() - of(file).map(it -> it.ending.length()).orElse(0));
  }

  /**
   * Opens a file.
   *
   * @param most the longest request, in bytes
   */
  public LineReader open(Path file, int most) throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      return switch (this) {
        case JSON_LINES -> new JsonLines(in, most);
        case JSON_ARRAY -> new JsonElements(in, most);
        case CSV -> new CsvTable(new BufferedInputStream(in), most);
      };
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }
}
