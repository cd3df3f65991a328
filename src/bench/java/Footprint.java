import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What the program takes when it has nothing to do, in processor time once it is compiled, and when
 * 10,000 jobs wait in its ledger, in memory. It has all its intakes, its broker and its sandbox,
 * and a heap of 256 MiB.
 *
 * <pre>java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' Footprint</pre>
 */
final class Footprint {
  private static final int JOBS = 10_000;
  private static final Duration WARM = Duration.ofMinutes(4);
  private static final Duration IDLE = Duration.ofSeconds(60);
  private static final String BODY =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"The koala number %d plays with the cat"}}\
      """;

  public static void main(String[] arguments) throws Exception {
    Path data = Files.createTempDirectory("footprint");
    // One slot, so that they wait.
    try (BenchProgram program =
        BenchProgram.startWithSandbox(data, "-Xmx256m", "-Dleonardo.limits.concurrent=1")) {
      HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      program.awaitReady();
      TimeUnit.NANOSECONDS.sleep(WARM.toNanos());
      Duration before = program.cpuTime();
      TimeUnit.NANOSECONDS.sleep(IDLE.toNanos());
      Duration idle = program.cpuTime().minus(before);
      System.out.printf(
          "idle: %.2f %% of one core over %d s (target: under 3)%n",
          100.0 * idle.toMillis() / IDLE.toMillis(), IDLE.toSeconds());
      for (int i = 0; i < JOBS; i++) {
        program.accept(client, BODY.formatted(i));
      }
      System.out.printf(
          "%d jobs waiting: %d MiB of heap live, in a heap of 256 MiB at most (target: under"
              + " 256)%n",
          JOBS, program.liveHeap() >> 20);
    }
  }
}
