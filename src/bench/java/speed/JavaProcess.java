package speed;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A JVM of a comparison, with its log, the processor time it took and its fsyncs. */
final class JavaProcess implements AutoCloseable {
  private static final String JAVA = ProcessHandle.current().info().command().orElse("java");

  private final Process process;
  private final Path trace;
  private final CompletableFuture<String> ready = new CompletableFuture<>();
  private final Path log;

  private JavaProcess(Process process, Path log, Path trace, String ready) {
    this.process = process;
    this.log = log;
    this.trace = trace;
    Thread reader = new Thread(() -> read(ready), "log");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts one and waits for a line of its log.
   *
   * @param arguments of Java
   * @param ready a part of the line that says that it is ready
   * @param traced whether its fsyncs are counted, by strace
   */
  static JavaProcess start(Path log, String ready, boolean traced, List<String> arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    Path trace = null;
    if (traced) {
      trace = log.resolveSibling(log.getFileName() + ".strace");
      command.addAll(
          List.of("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync,fdatasync"));
      command.addAll(List.of("-e", "signal=none", "-o", trace.toString(), "--"));
    }
    command.add(JAVA);
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> kill(process)));
    JavaProcess started = new JavaProcess(process, log, trace, ready);
    try {
      started.ready.get(3, TimeUnit.MINUTES);
    } catch (ExecutionException | TimeoutException e) {
      started.close();
      throw new IllegalStateException("a process did not start, see " + log);
    }
    return started;
  }

  /** Class path of this JVM, for a main class of ours. */
  static List<String> main(Class<?> main) {
    return List.of("-cp", System.getProperty("java.class.path"), main.getName());
  }

  /** The same without this library, which would plug itself into any Camel application. */
  static List<String> mainWithoutLibrary(Class<?> main) {
    String paths =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(path -> !path.endsWith("leonardo-routes.jar"))
            .collect(Collectors.joining(File.pathSeparator));
    return List.of("-cp", paths, main.getName());
  }

  static boolean canTrace() {
    try {
      Process probe =
          new ProcessBuilder("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync", "true")
              .redirectErrorStream(true)
              .start();
      probe.getInputStream().readAllBytes();
      return probe.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void read(String awaited) {
    try (BufferedReader out = process.inputReader();
        BufferedWriter kept = Files.newBufferedWriter(log)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        kept.write(line);
        kept.newLine();
        if (line.contains(awaited)) {
          kept.flush();
          ready.complete(line);
        }
      }
    } catch (IOException e) {
      // it was killed
    }
    ready.completeExceptionally(new IllegalStateException("ended"));
  }

  /** The line that said that it is ready. */
  String readyLine() {
    return ready.join();
  }

  long pid() {
    return trace == null ? process.pid() : process.descendants().findFirst().orElseThrow().pid();
  }

  void requireAlive() {
    if (!process.isAlive()) {
      throw new IllegalStateException("a process has ended, see " + log);
    }
  }

  Path log() {
    return log;
  }

  /** SIGTERM. */
  void stop() throws InterruptedException {
    process.destroy();
    process.waitFor();
  }

  /** The processor time that it has taken so far. */
  Duration cpu() {
    return ProcessHandle.of(pid())
        .flatMap(one -> one.info().totalCpuDuration())
        .orElse(Duration.ZERO);
  }

  /** Calls of fsync and fdatasync so far; 0 if they are not counted. */
  long fsyncs() {
    if (trace == null) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(trace)) {
      return lines.filter(line -> line.contains("sync(")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL. */
  @Override
  public void close() throws InterruptedException {
    kill(process);
    process.waitFor();
  }

  /** With what strace has started: it would live on. */
  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
