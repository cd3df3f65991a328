import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What callers that follow the events of jobs and hear nothing cost: memory, threads and processor
 * time of the program with all its intakes and a heap of 256 MiB. Each follows a job of its own.
 *
 * <pre>java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' SseClients [clients]</pre>
 */
final class SseClients {
  private static final String BODY =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"The koala number %d plays with the cat"}}\
      """;

  public static void main(String[] arguments) throws Exception {
    int clients = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5_000;
    Path data = Files.createTempDirectory("sse-clients");
    List<Socket> streams = new ArrayList<>();
    // One slot, so that the jobs wait.
    try (BenchProgram program =
        BenchProgram.startWithSandbox(
            data,
            "-Xmx256m",
            "-Dleonardo.rest.followers=" + clients,
            "-Dleonardo.limits.concurrent=1")) {
      HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      program.awaitReady();
      List<String> jobs = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        jobs.add(program.accept(client, BODY.formatted(i)));
      }
      print("nobody", program);
      for (String job : jobs) {
        streams.add(follow(program.generations().getPort(), job));
      }
      // Two heartbeats.
      TimeUnit.SECONDS.sleep(35);
      Duration before = program.cpuTime();
      TimeUnit.SECONDS.sleep(60);
      Duration took = program.cpuTime().minus(before);
      long alive = streams.stream().filter(SseClients::hasHeard).count();
      print(clients + " (" + alive + " heard heartbeats, the jobs of the others ended)", program);
      System.out.printf("%.1f %% of one core (target: under 512 MiB)%n", took.toMillis() / 600.0);
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

  private static void print(String who, BenchProgram program) throws Exception {
    long live = program.liveHeap() >> 20;
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
}
