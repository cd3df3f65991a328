import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The program that a benchmark measures, as a child process. Benchmarks are run so, in the
 * project's folder:
 *
 * <pre>
 * mvn -q -DskipTests package
 * javac -cp 'target/leonardo-routes.jar:target/lib/*' -d target/bench src/bench/java/*.java
 * java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' AcceptRate
 * </pre>
 */
final class BenchProgram implements AutoCloseable {
  private final Process process;
  private final URI generations;

  private BenchProgram(Process process, int port) {
    this.process = process;
    this.generations = URI.create("http://127.0.0.1:" + port + "/generations");
  }

  /**
   * Starts it.
   *
   * @param port of its REST intake
   * @param options of Java, settings among them
   */
  static BenchProgram start(Path data, int port, List<String> options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.add("-Dleonardo.data=" + data);
    command.add("-Dleonardo.rest.port=" + port);
    command.addAll(options);
    command.addAll(List.of("-jar", "target/leonardo-routes.jar"));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(data.resolve("out-" + port + ".log").toFile()))
            .start();
    return new BenchProgram(process, port);
  }

  /** Starts it with its sandbox and all its intakes, on ports that are free. */
  static BenchProgram startWithSandbox(Path data, String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("-Dleonardo.sandbox=true");
    all.add("-Dleonardo.sandbox.samples=false");
    all.add("-Dleonardo.sandbox.port=" + freePort());
    all.add("-Dleonardo.jms.port=" + freePort());
    all.add("-Dleonardo.management.port=" + freePort());
    return start(data, freePort(), all);
  }

  URI generations() {
    return generations;
  }

  /**
   * Waits until it answers.
   *
   * @param headers names and values, for instance of a key
   */
  void awaitReady(String... headers) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    for (int i = 0; i < 600 && process.isAlive(); i++) {
      try {
        HttpRequest.Builder list = HttpRequest.newBuilder(generations);
        if (headers.length > 0) {
          list.headers(headers);
        }
        if (client.send(list.build(), HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // not yet
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new IllegalStateException("the program did not start");
  }

  /** The id of the job that a request has become. */
  String accept(HttpClient client, String request) throws Exception {
    HttpResponse<Void> answer =
        client.send(
            HttpRequest.newBuilder(generations)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(request))
                .build(),
            HttpResponse.BodyHandlers.discarding());
    if (answer.statusCode() != 202) {
      throw new IllegalStateException("answered " + answer.statusCode());
    }
    return answer.headers().firstValue("Location").orElseThrow().replace("/generations/", "");
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** The processor time that it has taken so far. */
  Duration cpuTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** Bytes of heap that are left after a full collection. */
  long liveHeap() throws IOException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process histogram =
        new ProcessBuilder(jcmd.toString(), "" + process.pid(), "GC.class_histogram").start();
    String total =
        histogram
            .inputReader()
            .lines()
            .filter(line -> line.startsWith("Total"))
            .findFirst()
            .orElseThrow();
    return Arrays.stream(total.trim().split("\\s+")).skip(2).mapToLong(Long::parseLong).sum();
  }

  /** SIGKILL. */
  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
