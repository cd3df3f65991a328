package io.leonardoroutes.prove;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** One life of the program: the same jar, started as a child process in its room. */
final class ProgramProcess {
  private static final String MAIN = "io.leonardoroutes.LeonardoRoutes";
  private static final String READY = "leonardo-routes ready";
  private static final String SHARED_CLASSES = "-XX:SharedArchiveFile=program.jsa";

  private final Process process;
  private final Thread atOurEnd;
  private final CountDownLatch ready = new CountDownLatch(1);

  private ProgramProcess(Process process, Path log) {
    this.process = process;
    this.atOurEnd = new Thread(process::destroyForcibly);
    Thread reader = new Thread(() -> copy(log), "program-log");
    reader.setDaemon(true);
    reader.start();
    Runtime.getRuntime().addShutdownHook(atOurEnd);
  }

  /** An instance with the route files as they are shipped. */
  static ProgramProcess start(ProofFolder room, int instance) throws IOException {
    return start(room, instance, SHARED_CLASSES);
  }

  /** An instance with the route files that halt at a point. */
  static ProgramProcess startHalting(ProofFolder room, int instance) throws IOException {
    return start(
        room,
        instance,
        SHARED_CLASSES,
        "-Dleonardo.routes=file:" + ProofFolder.HALTING + "/*.camel.yaml");
  }

  /**
   * A life that, ended in peace, leaves an archive of its classes: the next start in half a time.
   */
  static ProgramProcess startFirst(ProofFolder room) throws IOException {
    return start(room, 0, "-XX:ArchiveClassesAtExit=program.jsa");
  }

  private static ProgramProcess start(ProofFolder room, int instance, String... options)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(List.of("-Xlog:cds=off", "-Xlog:cds+dynamic=off"));
    command.addAll(List.of(options));
    command.add("-Dleonardo.rest.port=" + room.restPort(instance));
    command.addAll(List.of("-cp", classPath(), MAIN));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(room.folder().toFile()).redirectErrorStream(true);
    withoutSettings(builder.environment());
    return new ProgramProcess(builder.start(), room.log(instance));
  }

  /** An operator's own settings would win over ours, and lead to a provider that wants money. */
  static void withoutSettings(Map<String, String> environment) {
    environment
        .keySet()
        .removeIf(
            name ->
                name.toUpperCase(Locale.ROOT)
                    .matches("(LEONARDO|CAMEL)[_.].*|(_JAVA|JAVA_TOOL|JDK_JAVA)_OPTIONS"));
  }

  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private void copy(Path log) {
    try (BufferedReader in = process.inputReader();
        PrintWriter out =
            new PrintWriter(
                Files.newBufferedWriter(
                    log, StandardOpenOption.CREATE, StandardOpenOption.APPEND))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        out.println(line);
        out.flush();
        if (line.contains(READY)) {
          ready.countDown();
        }
      }
    } catch (IOException e) {
      // its end, which may come in the middle of a line
    }
  }

  /** Whether it was ready in this time. */
  boolean ready(Duration within) throws InterruptedException {
    return ready.await(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Lets it live that much longer; false if it ended by itself, which it must not. */
  boolean lives(Duration more) throws InterruptedException {
    return !process.waitFor(more.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** SIGKILL: no hook of the program runs. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
    Runtime.getRuntime().removeShutdownHook(atOurEnd);
  }

  /** SIGTERM: whether it drained and ended with 0 in this time. */
  boolean end(Duration within) throws InterruptedException {
    process.destroy();
    return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS) && process.exitValue() == 0;
  }
}
