import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many requests a second are accepted, durably, over REST: the program as a child process with
 * its sandbox, and clients that each wait for an answer before they send the next request.
 *
 * <pre>java src/bench/java/AcceptRate.java [clients] [seconds]</pre>
 */
final class AcceptRate {
  private static final String BODY =
      """
      {"model":"kling-3.0-turbo","public":false,"parameters":{"prompt":"The koala number %d plays with the cat",\
      "duration":5,"motion_has_audio":true,"width":1920,"height":1080}}""";

  public static void main(String[] arguments) throws Exception {
    int clients = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8;
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
    Path data = Files.createTempDirectory("accept-rate");
    int port = freePort();
    Process program = start(data, port);
    try {
      URI generations = URI.create("http://127.0.0.1:" + port + "/generations");
      awaitReady(generations, program);
      run(generations, clients, 10);
      long[] micros = run(generations, clients, seconds);
      System.out.printf(
          "accepted %d in %d s by %d clients: %.0f a second, p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
          micros.length,
          seconds,
          clients,
          micros.length / (double) seconds,
          micros[micros.length / 2] / 1000.0,
          micros[(int) (micros.length * 0.99)] / 1000.0,
          micros[micros.length - 1] / 1000.0);
    } finally {
      program.destroyForcibly().waitFor();
    }
  }

  private static long[] run(URI generations, int clients, int seconds) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    AtomicInteger number = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    List<List<Long>> taken = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      List<Long> mine = new ArrayList<>();
      taken.add(mine);
      HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      Thread thread =
          new Thread(
              () -> {
                while (System.nanoTime() < end) {
                  long start = System.nanoTime();
                  int status = post(client, generations, number.incrementAndGet());
                  if (status != 202) {
                    throw new IllegalStateException("answered " + status);
                  }
                  mine.add((System.nanoTime() - start) / 1000);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    long[] all = taken.stream().flatMap(List::stream).mapToLong(Long::longValue).toArray();
    Arrays.sort(all);
    return all;
  }

  private static int post(HttpClient client, URI generations, int number) {
    try {
      return client
          .send(
              HttpRequest.newBuilder(generations)
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(BODY.formatted(number)))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Process start(Path data, int port) throws Exception {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElse("java"),
            "-Dleonardo.sandbox=true",
            "-Dleonardo.sandbox.samples=false",
            "-Dleonardo.sandbox.port=" + freePort(),
            "-Dleonardo.jms.port=" + freePort(),
            "-Dleonardo.management.port=" + freePort(),
            "-Dleonardo.rest.port=" + port,
            "-Dleonardo.data=" + data,
            "-Dlog4j2.level=WARN",
            "-jar",
            "target/leonardo-routes.jar")
        .redirectErrorStream(true)
        .redirectOutput(data.resolve("out.log").toFile())
        .start();
  }

  private static void awaitReady(URI generations, Process program) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    for (int i = 0; i < 300 && program.isAlive(); i++) {
      try {
        var answer =
            client.send(
                HttpRequest.newBuilder(generations).build(),
                HttpResponse.BodyHandlers.discarding());
        if (answer.statusCode() == 200) {
          return;
        }
        TimeUnit.MILLISECONDS.sleep(100);
      } catch (java.io.IOException e) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
    throw new IllegalStateException("the program did not start");
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
