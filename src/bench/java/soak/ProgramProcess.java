package soak;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** The program under test: the packaged jar, with its keys, its log and what it takes. */
final class ProgramProcess implements AutoCloseable {
  static final String JMS_USER = "bench";
  static final String JMS_PASSWORD = "bench-password";
  static final String WEBHOOK_KEY = "bench-webhook";
  private static final String JAR = Path.of("target/leonardo-routes.jar").toAbsolutePath() + "";
  private static final long LOG_BYTES = 50L << 20;
  private static final String JAVA = ProcessHandle.current().info().command().orElse("java");

  final int rest = freePort();
  final int jms = freePort();
  final int management = freePort();
  final Path data;

  /** Lines that name no job, lines of stack traces, and lines that name one. */
  final AtomicLong otherLines = new AtomicLong();

  final AtomicLong traceLines = new AtomicLong();
  final AtomicLong jobLines = new AtomicLong();

  /** The keys of the honest caller, an operator, and of an attacker who has one of its own. */
  final String key;

  final String strangersKey;
  private final Process process;
  private final CountDownLatch ready = new CountDownLatch(1);
  private final HttpClient client = HttpClient.newHttpClient();

  ProgramProcess(Path folder, String heap, String provider, String sink) throws Exception {
    data = Files.createDirectories(folder.resolve("data"));
    Path keys = folder.resolve("rest.keys");
    key = newKey(keys, "soak", "operator");
    strangersKey = newKey(keys, "stranger");
    List<String> command = new ArrayList<>(List.of(JAVA, "-Xmx" + heap));
    command.add("-XX:+ExitOnOutOfMemoryError");
    List.of(
            "base-url=http://" + provider + "/api/rest",
            "download.hosts=" + provider,
            "api-key=bench-provider-key",
            "data=" + data,
            "rest.port=" + rest,
            "rest.auth=api-key",
            "rest.keys=" + keys,
            "webhook.key=" + WEBHOOK_KEY,
            "management.port=" + management,
            "jms.port=" + jms,
            "jms.user=" + JMS_USER,
            "jms.password=" + JMS_PASSWORD,
            "jms.max-bytes=33554432",
            // An account that lets 20 jobs a second through, and makes up for an outage.
            "limits.concurrent=200",
            "limits.creates-per-minute=6000",
            "limits.requests-per-minute=100000",
            "track.first=3s",
            "track.every=2s",
            "http.connect-timeout=2s",
            "http.response-timeout=10s",
            // What is kept is bounded within minutes, so that an hour shows it. A sink that is
            // behind
            // by more loses the video.
            "videos.keep=8m",
            "rejected.keep=5m",
            "rejected.max-files=500",
            "events.keep=1h",
            "sinks.erp.uri=" + sink)
        .forEach(setting -> command.add("-Dleonardo." + setting));
    command.addAll(List.of("-jar", JAR));
    copyRoutes(folder);
    process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    Path log = folder.resolve("program.log");
    Threads.start("log", () -> read(log));
    if (!ready.await(2, TimeUnit.MINUTES)) {
      throw new IllegalStateException("the program did not start, see " + log);
    }
  }

  /** The shipped ones, but what is old is deleted every half minute, and not every hour. */
  private static void copyRoutes(Path folder) throws IOException {
    for (String part : List.of("config", "routes")) {
      Path copies = Files.createDirectories(folder.resolve(part));
      for (Path file : Deliveries.files(Path.of(part))) {
        Files.copy(file, copies.resolve(file.getFileName()));
      }
    }
    Path fetch = folder.resolve("routes/fetch.camel.yaml");
    String sweeping = Files.readString(fetch);
    if (!sweeping.contains("delay: 1h")) {
      throw new IllegalStateException(fetch + " sweeps nothing every hour");
    }
    Files.writeString(fetch, sweeping.replace("delay: 1h", "delay: 30s"));
  }

  /** Counts all lines, and keeps those that are not one of a job's usual ones. */
  private void read(Path log) throws IOException {
    try (BufferedReader out = process.inputReader();
        BufferedWriter kept = Files.newBufferedWriter(log)) {
      long bytes = 0;
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        boolean begins = line.matches("\\d{4}-\\d\\d-\\d\\dT.*");
        boolean ofJob = begins && line.contains("soak-") && !line.contains(" ERROR ");
        (!begins ? traceLines : ofJob ? jobLines : otherLines).incrementAndGet();
        if (line.contains("leonardo-routes ready")) {
          ready.countDown();
        }
        if (bytes < LOG_BYTES && !(ofJob && line.contains(" INFO "))) {
          bytes += line.length() + 1;
          kept.write(line);
          kept.newLine();
          kept.flush();
        }
      }
    }
  }

  private static String newKey(Path keys, String... name) throws Exception {
    List<String> command = new ArrayList<>(List.of(JAVA, "-jar", JAR, "key"));
    command.addAll(List.of(name));
    Process made =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(keys.toFile()))
            .start();
    String said = made.errorReader().readLine();
    made.waitFor();
    keys.toFile().setReadable(false, false);
    keys.toFile().setReadable(true, true);
    return said.replaceFirst(".*: ", "");
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Bytes that are left after a full collection. */
  long liveHeap() throws IOException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process histogram =
        new ProcessBuilder(jcmd.toString(), "" + process.pid(), "GC.class_histogram").start();
    try (Stream<String> lines = histogram.inputReader().lines()) {
      return lines
          .filter(line -> line.startsWith("Total"))
          .flatMap(line -> Arrays.stream(line.trim().split("\\s+")).skip(2))
          .mapToLong(Long::parseLong)
          .sum();
    }
  }

  /** A figure of the system's own status of the process, as VmRSS or Threads. */
  long status(String name) throws IOException {
    return Files.readAllLines(Path.of("/proc", "" + process.pid(), "status")).stream()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  long openFiles() {
    String[] files = Path.of("/proc", "" + process.pid(), "fd").toFile().list();
    return files == null ? 0 : files.length;
  }

  /** Files in one of its folders, those with a dot in front too. */
  int files(String folder) throws IOException {
    int files = 0;
    for (Path file : Deliveries.files(data.resolve(folder))) {
      files += Files.isDirectory(file) ? 0 : 1;
    }
    return files;
  }

  /** The sum of those samples of /metrics that begin so; -1 if it does not answer. */
  double metric(String begin) {
    try {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + management + "/metrics"))
                  .timeout(Duration.ofSeconds(10))
                  .build(),
              HttpResponse.BodyHandlers.ofLines())
          .body()
          .filter(line -> line.startsWith(begin))
          .mapToDouble(line -> Double.parseDouble(line.replaceFirst(".* ", "")))
          .sum();
    } catch (IOException | InterruptedException e) {
      return -1;
    }
  }

  /** SIGTERM; its exit status, or -1 if it does not end within four minutes. */
  int stop() throws InterruptedException {
    process.destroy();
    return process.waitFor(4, TimeUnit.MINUTES) ? process.exitValue() : -1;
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
