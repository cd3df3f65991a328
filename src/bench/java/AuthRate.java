import java.lang.management.ManagementFactory;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * How long REST callers with api keys wait for their answers at a steady rate: calls begin when
 * they are due, whether or not earlier ones are answered, and the time counts from when they were
 * due. One in five is a POST, the others read.
 *
 * <pre>
 * java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' AuthRate [calls a second] [seconds]
 * </pre>
 */
final class AuthRate {
  private static final int CALLERS = 20;
  private static final int AT_ONCE = 500;
  private static final String BODY =
      """
      {"model":"kling-3.0-turbo","public":false,"parameters":{"prompt":"The koala number %d plays with the cat",\
      "duration":5,"motion_has_audio":true,"width":1920,"height":1080}}\
      """;

  public static void main(String[] arguments) throws Exception {
    int rate = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 30;
    Path data = Files.createTempDirectory("auth-rate");
    List<String> keys = keys(data.resolve("keys"));
    try (BenchProgram program =
        BenchProgram.startWithSandbox(
            data,
            "-Dleonardo.rest.auth=api-key",
            "-Dleonardo.rest.keys=" + data.resolve("keys"),
            "-Dlog4j2.level=WARN")) {
      program.awaitReady("Authorization", "Bearer " + keys.get(0));
      Calls calls = new Calls(program.generations(), keys);
      calls.run(rate / 2, 20);
      calls.run(rate, 15);
      Duration before = program.cpuTime();
      long[] micros = calls.run(rate, seconds);
      Duration cpu = program.cpuTime().minus(before);
      System.out.printf(
          "%d calls with keys in %d s, %d a second asked for, %.0f answered: p50 %.1f ms, p99 %.1f"
              + " ms, max %.1f ms, %d not answered as they should be; the program took %.2f cores,"
              + " load of this machine %.1f (target: 1000 a second, p99 under 50 ms)%n",
          micros.length,
          seconds,
          rate,
          micros.length / (calls.took / 1e9),
          micros[micros.length / 2] / 1000.0,
          micros[(int) (micros.length * 0.99)] / 1000.0,
          micros[micros.length - 1] / 1000.0,
          calls.wrong.get(),
          cpu.toMillis() / 1000.0 / seconds,
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
  }

  private static final class Calls {
    private final HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI generations;
    private final List<String> keys;
    private final String[] jobs = new String[CALLERS];
    private final AtomicInteger wrong = new AtomicInteger();
    private final AtomicInteger number = new AtomicInteger();
    private long took;

    private Calls(URI generations, List<String> keys) {
      this.generations = generations;
      this.keys = keys;
    }

    private long[] run(int rate, int seconds) throws Exception {
      int all = rate * seconds;
      AtomicLongArray micros = new AtomicLongArray(all);
      Semaphore open = new Semaphore(AT_ONCE);
      wrong.set(0);
      long start = System.nanoTime();
      for (int i = 0; i < all; i++) {
        long due = start + i * 1_000_000_000L / rate;
        while (System.nanoTime() < due) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        open.acquire();
        int call = i;
        send(i % CALLERS, i / CALLERS % 5)
            .whenComplete(
                (answer, failure) -> {
                  micros.set(call, (System.nanoTime() - due) / 1000);
                  open.release();
                });
      }
      open.acquire(AT_ONCE);
      took = System.nanoTime() - start;
      long[] sorted = new long[all];
      Arrays.setAll(sorted, micros::get);
      Arrays.sort(sorted);
      return sorted;
    }

    private CompletableFuture<?> send(int caller, int kind) {
      boolean post = kind == 0 || jobs[caller] == null;
      String job = jobs[caller];
      HttpRequest.Builder request =
          HttpRequest.newBuilder(
                  switch (post ? 0 : kind) {
                    case 1 -> URI.create(generations + "?limit=5");
                    case 0 -> generations;
                    default -> URI.create(generations + "/" + job);
                  })
              .header("Authorization", "Bearer " + keys.get(caller));
      if (post) {
        request
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(BODY.formatted(number.incrementAndGet())));
      }
      return client
          .sendAsync(request.build(), HttpResponse.BodyHandlers.discarding())
          .whenComplete(
              (answer, failure) -> {
                if (answer == null || answer.statusCode() != (post ? 202 : 200)) {
                  wrong.incrementAndGet();
                } else if (post) {
                  jobs[caller] =
                      answer
                          .headers()
                          .firstValue("Location")
                          .orElseThrow()
                          .replace("/generations/", "");
                }
              });
    }
  }

  /** Writes the file of keys, by the program's own command. */
  private static List<String> keys(Path file) throws Exception {
    List<String> keys = new ArrayList<>();
    ExecutorService two = Executors.newFixedThreadPool(2);
    List<Future<String[]>> made = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      String name = "caller-" + i;
      made.add(two.submit(() -> key(name)));
    }
    List<String> lines = new ArrayList<>();
    for (var one : made) {
      lines.add(one.get()[0]);
      keys.add(one.get()[1]);
    }
    two.shutdown();
    Files.write(file, lines);
    return keys;
  }

  /** Its line for the file, and itself. */
  private static String[] key(String name) throws Exception {
    Process program =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-jar",
                "target/leonardo-routes.jar",
                "key",
                name)
            .start();
    String line =
        new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    String said = new String(program.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new String[] {line, said.strip().replaceAll("(?s).*\\s", "")};
  }
}
