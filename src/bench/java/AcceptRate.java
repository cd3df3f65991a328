import java.net.http.HttpClient;
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
 * <pre>
 * java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' AcceptRate [clients] [seconds]
 * </pre>
 */
final class AcceptRate {
  private static final String BODY =
      """
      {"model":"kling-3.0-turbo","public":false,"parameters":{"prompt":"The koala number %d plays with the cat",\
      "duration":5,"motion_has_audio":true,"width":1920,"height":1080}}\
      """;

  public static void main(String[] arguments) throws Exception {
    int clients = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8;
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
    Path data = Files.createTempDirectory("accept-rate");
    try (BenchProgram program = BenchProgram.startWithSandbox(data, "-Dlog4j2.level=WARN")) {
      program.awaitReady();
      run(program, clients, 10);
      long[] micros = run(program, clients, seconds);
      System.out.printf(
          "accepted %d in %d s by %d clients: %.0f a second, p50 %.1f ms, p99 %.1f ms, max %.1f"
              + " ms%n",
          micros.length,
          seconds,
          clients,
          micros.length / (double) seconds,
          micros[micros.length / 2] / 1000.0,
          micros[(int) (micros.length * 0.99)] / 1000.0,
          micros[micros.length - 1] / 1000.0);
    }
  }

  private static long[] run(BenchProgram program, int clients, int seconds) throws Exception {
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
                  accept(program, client, number.incrementAndGet());
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

  private static void accept(BenchProgram program, HttpClient client, int number) {
    try {
      program.accept(client, BODY.formatted(number));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
