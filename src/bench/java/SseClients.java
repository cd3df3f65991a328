import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What callers that follow the events of jobs and hear nothing cost: memory, threads and processor
 * time of the program with all its intakes and a heap of 256 MiB. Each follows a job of its own.
 *
 * <pre>java src/bench/java/SseClients.java [clients]</pre>
 */
final class SseClients {
  private static final String BODY =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"The koala number %d plays with the cat"}}""";

  public static void main(String[] arguments) throws Exception {
    int clients = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5_000;
    Path data = Files.createTempDirectory("sse-clients");
    int port = freePort();
    Process program = start(data, port, clients);
    List<Socket> streams = new ArrayList<>();
    try {
      HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      URI generations = URI.create("http://127.0.0.1:" + port + "/generations");
      awaitReady(client, generations);
      List<String> jobs = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        jobs.add(post(client, generations, BODY.formatted(i)));
      }
      print("nobody", program);
      for (String job : jobs) {
        streams.add(follow(port, job));
      }
      // Two heartbeats.
      TimeUnit.SECONDS.sleep(35);
      Duration before = program.info().totalCpuDuration().orElseThrow();
      TimeUnit.SECONDS.sleep(60);
      Duration took = program.info().totalCpuDuration().orElseThrow().minus(before);
      long alive = streams.stream().filter(SseClients::hasHeard).count();
      print(clients + " (" + alive + " heard heartbeats, the jobs of the others ended)", program);
      System.out.printf("%.1f %% of one core (target: under 512 MiB)%n", took.toMillis() / 600.0);
    } finally {
      program.destroyForcibly().waitFor();
    }
  }

  private static Socket follow(int port, String job) throws Exception {
    Socket stream = new Socket("127.0.0.1", port);
    stream.setSoTimeout(30_000);
    String call = "GET /generations/" + job + "/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    stream.getOutputStream().write(call.getBytes(StandardCharsets.US_ASCII));
    String status = new String(stream.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    if (!status.equals("HTTP/1.1 200")) {
      throw new IllegalStateException(status);
    }
    return stream;
  }

  /** Its stream began with headers and some 20 bytes; heartbeats are chunks of one colon. */
  private static boolean hasHeard(Socket stream) {
    try {
      byte[] heard = stream.getInputStream().readNBytes(stream.getInputStream().available());
      return new String(heard, StandardCharsets.US_ASCII).contains("\r\n:\n\n\r\n");
    } catch (java.io.IOException e) {
      return false;
    }
  }

  private static void print(String who, Process program) throws Exception {
    long live = live(program) >> 20;
    List<String> status = Files.readAllLines(Path.of("/proc", "" + program.pid(), "status"));
    System.out.printf(
        "%s following: %d MiB of heap live, %d MiB resident, %s threads%n",
        who, live, number(status, "VmRSS:") >> 10, number(status, "Threads:"));
  }

  private static long number(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
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

  /** The new job's id. */
  private static String post(HttpClient client, URI door, String body) throws Exception {
    HttpResponse<Void> answer =
        client.send(
            HttpRequest.newBuilder(door)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.discarding());
    if (answer.statusCode() != 202) {
      throw new IllegalStateException("answered " + answer.statusCode());
    }
    return answer.headers().firstValue("Location").orElseThrow().replace("/generations/", "");
  }

  private static Process start(Path data, int port, int clients) throws Exception {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElse("java"),
            "-Xmx256m",
            "-Dleonardo.sandbox=true",
            "-Dleonardo.sandbox.samples=false",
            "-Dleonardo.sandbox.port=" + freePort(),
            "-Dleonardo.jms.port=" + freePort(),
            "-Dleonardo.management.port=" + freePort(),
            "-Dleonardo.rest.port=" + port,
            "-Dleonardo.rest.followers=" + clients,
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
