import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * What the program takes when it has nothing to do, in processor time once it is compiled, and when 10,000 jobs wait in
 * its ledger, in memory. It has all its intakes, its broker and its sandbox, and a heap of 256 MiB.
 *
 * <pre>java src/bench/java/Footprint.java</pre>
 */
final class Footprint {
  private static final int JOBS = 10_000;
  private static final Duration WARM = Duration.ofMinutes(4);
  private static final Duration IDLE = Duration.ofSeconds(60);
  private static final String BODY =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"The koala number %d plays with the cat"}}""";

  public static void main(String[] arguments) throws Exception {
    Path data = Files.createTempDirectory("footprint");
    int port = freePort();
    Process program = start(data, port);
    try {
      HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      URI generations = URI.create("http://127.0.0.1:" + port + "/generations");
      awaitReady(client, generations);
      TimeUnit.NANOSECONDS.sleep(WARM.toNanos());
      Duration before = program.info().totalCpuDuration().orElseThrow();
      TimeUnit.NANOSECONDS.sleep(IDLE.toNanos());
      Duration idle = program.info().totalCpuDuration().orElseThrow().minus(before);
      System.out.printf(
          "idle: %.2f %% of one core over %d s (target: under 3)%n",
          100.0 * idle.toMillis() / IDLE.toMillis(), IDLE.toSeconds());
      for (int i = 0; i < JOBS; i++) {
        post(client, generations, BODY.formatted(i));
      }
      System.out.printf(
          "%d jobs waiting: %d MiB of heap live, in a heap of 256 MiB at most (target: under 256)%n",
          JOBS, live(program) >> 20);
    } finally {
      program.destroyForcibly().waitFor();
    }
  }

  /** Bytes that are left after a full collection. */
  private static long live(Process program) throws Exception {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process histogram =
        new ProcessBuilder(jcmd.toString(), "" + program.pid(), "GC.class_histogram").start();
    String total =
        histogram
            .inputReader()
            .lines()
            .filter(line -> line.startsWith("Total"))
            .findFirst()
            .orElseThrow();
    return Arrays.stream(total.trim().split("\\s+")).skip(2).mapToLong(Long::parseLong).sum();
  }

  private static void post(HttpClient client, URI door, String body) throws Exception {
    int status =
        client
            .send(
                HttpRequest.newBuilder(door)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.discarding())
            .statusCode();
    if (status != 202) {
      throw new IllegalStateException("answered " + status);
    }
  }

  private static Process start(Path data, int port) throws Exception {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElse("java"),
            "-Xmx256m",
            "-Dleonardo.sandbox=true",
            "-Dleonardo.sandbox.samples=false",
            "-Dleonardo.sandbox.port=" + freePort(),
            "-Dleonardo.jms.port=" + freePort(),
            "-Dleonardo.management.port=" + freePort(),
            "-Dleonardo.rest.port=" + port,
            "-Dleonardo.data=" + data,
            // One slot, so that they wait.
            "-Dleonardo.limits.concurrent=1",
            "-jar",
            "target/leonardo-routes.jar")
        .redirectErrorStream(true)
        .redirectOutput(data.resolve("out.log").toFile())
        .start();
  }

  private static void awaitReady(HttpClient client, URI door) throws Exception {
    for (int i = 0; i < 600; i++) {
      try {
        var answer =
            client.send(
                HttpRequest.newBuilder(door).build(), HttpResponse.BodyHandlers.discarding());
        if (answer.statusCode() == 200) {
          return;
        }
      } catch (java.io.IOException e) {
        // not yet
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new IllegalStateException("the program did not start");
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
