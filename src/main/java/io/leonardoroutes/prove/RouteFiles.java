package io.leonardoroutes.prove;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The route files in the program's jar, and the points at which they can be made to halt. */
final class RouteFiles {
  private static final String PACKED = "/leonardo-routes/routes";

  /**
   * Route files that only read, that only an operator's call triggers whom the proof does not play,
   * or that only take a picture for a later request.
   */
  private static final String READ_OR_OPERATED =
      "(batch-status|costs|events|generations|history|models|picture|prices|redeliver"
          + "|resolve|resolve-all|uploads|video)\\..*";

  /**
   * Points that are never reached: {@code refuse} and {@code unlessAccepted} always end in an
   * exception here, because no rule changes, and the ledger is never unavailable; and of the calls
   * that approve and retry, the points without an effect before them and the calls that the proof
   * does not make.
   */
  private static final String NOT_TO_BE_REACHED =
      ".*: (after (refuse|unlessAccepted)|(before|after) (unavailable|away))"
          + "|(approve|retry): ((before|after) open|after direct:leonardo-answer)"
          + "|(reject|approve-batch|reject-batch|retry-all|retry-element): .*";

  private static final int MOST_THREADS = 32;

  /** File texts by name. */
  private final Map<String, String> texts;

  private RouteFiles(Map<String, String> texts) {
    this.texts = texts;
  }

  /**
   * Reads the route files in the program's jar.
   *
   * @param concurrent the most jobs at the provider at once; the routes get as many threads, but at
   *     most 32
   */
  static RouteFiles packed(int concurrent) throws IOException {
    String threads = "\"" + Math.min(MOST_THREADS, concurrent) + "\"";
    Map<String, String> texts = packed();
    texts.replaceAll(
        (name, text) -> text.replace("\"{{leonardo.limits.concurrent.all}}\"", threads));
    return new RouteFiles(texts);
  }

  private static Map<String, String> packed() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try {
      URI place = RouteFiles.class.getResource(PACKED).toURI();
      if (place.getScheme().equals("file")) {
        read(Path.of(place), files);
      } else {
        try (FileSystem jar = FileSystems.newFileSystem(place, Map.of())) {
          read(jar.getPath(PACKED), files);
        }
      }
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    return files;
  }

  private static void read(Path place, Map<String, String> files) throws IOException {
    try (Stream<Path> all = Files.list(place)) {
      for (Path file : all.toList()) {
        try (InputStream in = Files.newInputStream(file)) {
          files.put(
              file.getFileName().toString(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
      }
    }
  }

  /** The points at which the program is killed: all that requests and jobs pass. */
  List<CrashPoint> points() {
    return texts.entrySet().stream()
        .filter(file -> !file.getKey().matches(READ_OR_OPERATED))
        .flatMap(file -> CrashPoint.in(file.getValue()).stream())
        .filter(point -> !point.name().matches(NOT_TO_BE_REACHED))
        .toList();
  }

  /**
   * Writes the route files to a folder.
   *
   * @param halt the point at which they halt; empty for none
   */
  void write(Path folder, Optional<CrashPoint> halt) throws IOException {
    Files.createDirectories(folder);
    for (Map.Entry<String, String> file : texts.entrySet()) {
      String text = file.getValue();
      String written =
          halt.filter(at -> CrashPoint.in(text).contains(at)).map(at -> at.halt(text)).orElse(text);
      Files.writeString(folder.resolve(file.getKey()), written);
    }
  }
}
