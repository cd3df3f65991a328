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

/** One run of the program: the same jar, started as a child process in the folder of the proof. */
final class ProgramProcess {
  private static final String MAIN = "io.leonardoroutes.LeonardoRoutes";
  private static final String READY = "leonardo-routes ready";
  private static final String SHARED_CLASSES = "-XX:SharedArchiveFile=program.jsa";

  private final Process process;
  private final Thread killAtExit;
  private final CountDownLatch ready = new CountDownLatch(1);

  private ProgramProcess(Process process, Path log) {
    this.process = process;
    this.killAtExit = new Thread(process::destroyForcibly);
    Thread reader = new Thread(() -> copy(log), "program-log");
    reader.setDaemon(true);
    reader.start();
    Runtime.getRuntime().addShutdownHook(killAtExit);
  }

  /** Starts an instance with the shipped route files. */
  static ProgramProcess start(ProofFolder proofFolder, int instance) throws IOException {
    return start(proofFolder, instance, SHARED_CLASSES);
  }

  /** Starts an instance with the route files that halt at a point. */
  static ProgramProcess startHalting(ProofFolder proofFolder, int instance) throws IOException {
    return start(
        proofFolder,
        instance,
        SHARED_CLASSES,
        "-Dleonardo.routes=file:" + ProofFolder.HALTING + "/*.camel.yaml");
  }

  /**
   * Starts an instance that leaves a class data archive when stopped with SIGTERM, which halves the
   * time of later starts.
   */
  static ProgramProcess startFirst(ProofFolder proofFolder) throws IOException {
    return start(proofFolder, 0, "-XX:ArchiveClassesAtExit=program.jsa");
  }

  private static ProgramProcess start(ProofFolder proofFolder, int instance, String... options)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(List.of("-Xlog:cds=off", "-Xlog:cds+dynamic=off"));
    command.addAll(List.of(options));
    command.add("-Dleonardo.rest.port=" + proofFolder.restPort(instance));
    command.addAll(List.of("-cp", classPath(), MAIN));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(proofFolder.folder().toFile()).redirectErrorStream(true);
    withoutSettings(builder.environment());
    return new ProgramProcess(builder.start(), proofFolder.log(instance));
  }

  /**
   * Removes the operator's own settings, which would take precedence over ours and could lead to
   * the paid provider.
   */
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
      // the program was killed, possibly in the middle of a line
    }
  }

  /** Waits until it is ready; false if it was not within this time. */
  boolean ready(Duration within) throws InterruptedException {
    return ready.await(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Lets it run for this long; false if it ended by itself, which it must not. */
  boolean lives(Duration more) throws InterruptedException {
    return !process.waitFor(more.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** SIGKILL: no hook of the program runs. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
    Runtime.getRuntime().removeShutdownHook(killAtExit);
  }

  /** SIGTERM; true if it drained and exited with 0 within this time. */
  boolean end(Duration within) throws InterruptedException {
    process.destroy();
    return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS) && process.exitValue() == 0;
  }
}
