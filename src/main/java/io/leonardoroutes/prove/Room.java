package io.leonardoroutes.prove;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The folder that the program runs in: its settings, its route files and all that it keeps. */
final class Room {
  private static final String PACKED = "/leonardo-routes/routes";

  /** Below the ports that systems give out by themselves: those may be taken between two lives. */
  private static final int FIRST_PORT = 20_000;

  private static final int PORTS = 10_000;

  private final Path folder;
  private final int restPort;
  private final int jmsPort;
  private final Map<String, String> routes = new TreeMap<>();

  Room(String name, Provider provider) throws IOException {
    folder = Files.createTempDirectory("leonardo-" + name + "-");
    restPort = freePort();
    jmsPort = freePort();
    for (Map.Entry<String, String> file : packed().entrySet()) {
      // As many slots as there may be doubts, but not a thread for each.
      routes.put(
          file.getKey(),
          file.getValue().replace("\"{{leonardo.limits.concurrent.all}}\"", "\"32\""));
    }
    Files.createDirectories(inbox());
    Files.createDirectories(outbox());
    Files.createDirectories(folder.resolve("config"));
    Files.writeString(folder.resolve("config/application.properties"), settings(provider));
  }

  private String settings(Provider provider) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("leonardo.base-url", provider.baseUrl());
    settings.put("leonardo.api-key", "proof");
    settings.put("leonardo.download.hosts", provider.host());
    settings.put("leonardo.rest.port", restPort);
    settings.put("leonardo.jms.port", jmsPort);
    settings.put("leonardo.file.settle", "1ms");
    settings.put("leonardo.tick", "50ms");
    settings.put("leonardo.track.first", "100ms");
    settings.put("leonardo.track.every", "200ms");
    settings.put("leonardo.http.connect-timeout", "2s");
    settings.put("leonardo.http.response-timeout", "1s");
    settings.put("leonardo.reconcile.settle", "2s");
    settings.put("leonardo.limits.concurrent", 10_000);
    settings.put("leonardo.limits.creates-per-minute", 1_000_000);
    settings.put("leonardo.limits.requests-per-minute", 1_000_000);
    // A sink that does not take everything at the first try.
    settings.put(
        "leonardo.sinks.moody.uri", "http://" + provider.host() + "/cdn/a/0.mp4?httpMethod=GET");
    settings.put("leonardo.sinks.moody.events", "completed");
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return text.toString();
  }

  private static int freePort() throws IOException {
    Random random = new Random();
    while (true) {
      int port = FIRST_PORT + random.nextInt(PORTS);
      try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return probe.getLocalPort();
      } catch (IOException taken) {
        // another one, then
      }
    }
  }

  private static Map<String, String> packed() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try {
      URI place = Room.class.getResource(PACKED).toURI();
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

  /** Where the program may be killed on purpose; not where only an operator's own call leads. */
  List<Point> points() {
    return routes.entrySet().stream()
        .filter(file -> !file.getKey().matches("(generations|resolve)\\..*"))
        .flatMap(file -> Point.in(file.getValue()).stream())
        .toList();
  }

  /**
   * Writes the route files for the next life, as they are shipped or halting at a point.
   *
   * @param halt null for none
   */
  void routes(Point halt) throws IOException {
    Files.deleteIfExists(folder.resolve(Point.MARKER));
    Files.createDirectories(folder.resolve("routes"));
    for (Map.Entry<String, String> file : routes.entrySet()) {
      boolean here = halt != null && Point.in(file.getValue()).contains(halt);
      Files.writeString(
          folder.resolve("routes").resolve(file.getKey()),
          here ? halt.halt(file.getValue()) : file.getValue());
    }
  }

  boolean reached() {
    return Files.exists(folder.resolve(Point.MARKER));
  }

  /** What the program logged as an error, over all its lives. */
  long errors() throws IOException {
    try (Stream<String> lines = Files.lines(log())) {
      return lines.filter(line -> line.contains(" ERROR ")).count();
    }
  }

  Path log() {
    return folder.resolve("program.log");
  }

  Path folder() {
    return folder;
  }

  Path inbox() {
    return folder.resolve("data/inbox");
  }

  Path outbox() {
    return folder.resolve("data/outbox");
  }

  String rest() {
    return "http://127.0.0.1:" + restPort + "/generations";
  }

  String jms() {
    return "tcp://127.0.0.1:" + jmsPort;
  }

  void delete() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
