package io.leonardoroutes;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The program itself, as a process of its own: the packaged jar in a folder that has {@code
 * config/} and {@code routes/}. It can be killed at any moment and started again on the same data.
 */
public final class Program implements AutoCloseable {
  private static final Path JAR = Path.of("target", "leonardo-routes.jar").toAbsolutePath();
  private static final Duration PATIENCE = Patience.LONG;

  private final Path folder;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private List<String> what = List.of("-jar", JAR.toString());
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private volatile Process process;

  private Program(Path folder) throws IOException {
    this.folder = folder;
    for (String part : List.of("config", "routes")) {
      Path copies = Files.createDirectories(folder.resolve(part));
      try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(part))) {
        for (Path file : files) {
          Files.copy(file, copies.resolve(file.getFileName()));
        }
      }
    }
    with("leonardo.api-key", "test-key");
    with("leonardo.rest.enabled", "false");
    with("leonardo.jms.enabled", "false");
    with("leonardo.management.enabled", "false");
    with("leonardo.tick", "20ms");
    with("leonardo.file.settle", "1ms");
    with("leonardo.track.first", "50ms");
    with("leonardo.track.every", "50ms");
    with("leonardo.sinks.outbox.events", "submitted,completed,failed,in_doubt");
  }

  /** With the folder as its only intake. */
  public static Program in(Path folder) throws IOException {
    return new Program(folder);
  }

  public Program with(String key, String value) {
    settings.put(key, value);
    return this;
  }

  /** A variable of its environment. */
  Program variable(String name, String value) {
    environment.put(name, value);
    return this;
  }

  public Program at(Provider provider) {
    return with("leonardo.base-url", provider.baseUrl())
        .with("leonardo.download.hosts", provider.host());
  }

  /** Not the packaged jar but the classes of this build, in a heap of that size. */
  public Program inHeap(String size) {
    what =
        List.of(
            "-Xmx" + size,
            "-cp",
            Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(part -> Path.of(part).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator)),
            LeonardoRoutes.class.getName());
    return this;
  }

  /** The lines that it has said so far and that contain the text. */
  public List<String> said(String text) {
    return lines.stream().filter(line -> line.contains(text)).toList();
  }

  /** Changes a route file, as an operator would. */
  public Program edit(String route, String from, String to) throws IOException {
    Path file = folder.resolve("routes").resolve(route);
    String text = Files.readString(file);
    if (!text.contains(from)) {
      throw new IllegalArgumentException(route + " does not contain " + from);
    }
    Files.writeString(file, text.replace(from, to));
    return this;
  }

  /** Starts it, and comes back when it is ready. */
  public Program start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("-Xshare:auto");
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(what);
    lines.clear();
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    process = builder.start();
    Process started = process;
    Thread reader = new Thread(() -> read(started));
    reader.setDaemon(true);
    reader.start();
    says("leonardo-routes ready");
    return this;
  }

  private void read(Process of) {
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(of.getInputStream(), StandardCharsets.UTF_8))) {
      out.lines().forEach(lines::add);
    } catch (UncheckedIOException | IOException killed) {
      return;
    }
  }

  /** Waits until it has said so. */
  public void says(String text) {
    await(text)
        .atMost(PATIENCE)
        .until(
            () -> {
              boolean said = lines.stream().anyMatch(line -> line.contains(text));
              if (!said && !process.isAlive()) {
                throw new IllegalStateException("it ended: " + String.join("\n", lines));
              }
              return said;
            });
  }

  /** SIGKILL. */
  public void kill() {
    try {
      process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  /** Drops a request into the inbox, as one file at once. */
  public void drop(String name, String request) throws IOException {
    Path inbox = Files.createDirectories(folder.resolve("data/inbox"));
    Path part = Files.writeString(folder.resolve("data").resolve(name), request);
    Files.move(part, inbox.resolve(name));
  }

  /** The file in the outbox that ends so, once it is there. */
  public Path delivered(String ending) {
    await(ending).atMost(PATIENCE).until(() -> !outbox(ending).isEmpty());
    return outbox(ending).get(0);
  }

  public List<Path> outbox(String ending) {
    return files("data/outbox").filter(file -> file.toString().endsWith(ending)).toList();
  }

  /** The files of one of its folders. */
  public Stream<Path> files(String of) {
    Path in = folder.resolve(of);
    if (!Files.isDirectory(in)) {
      return Stream.of();
    }
    try (Stream<Path> files = Files.list(in)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static boolean isVideo(Path file) {
    return file.toString().endsWith(".mp4");
  }

  @Override
  public void close() {
    if (process != null) {
      kill();
    }
  }
}
