import io.leonardoroutes.sandbox.Create;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How busy the paid slots are: 200 jobs of 2 s through 10 slots, by one instance on SQLite or by
 * several on a PostgreSQL database that is empty; after 50 jobs, as programs that were just started
 * are slow and run for weeks. What is at the provider is told by the provider.
 *
 * <pre>
 * java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' SlotsBusy
 * java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' SlotsBusy 3 jdbc:postgresql://...
 * </pre>
 */
final class SlotsBusy {
  private static final int FIRST = 50;
  private static final int JOBS = 200;
  private static final int SLOTS = 10;
  private static final Duration JOB = Duration.ofSeconds(2);
  private static final String BODY =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"The koala number %d","duration":5}}\
      """;

  public static void main(String[] arguments) throws Exception {
    int instances = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1;
    Path data = Files.createTempDirectory("slots-busy");
    String ledger = arguments.length > 1 ? arguments[1] : "jdbc:sqlite:" + data + "/ledger.db";
    List<BenchProgram> programs = new ArrayList<>();
    // More room than we may use: too many at once are seen and not turned away.
    try (Sandbox provider =
        Sandbox.start(SandboxOptions.defaults().withJobDuration(JOB).withConcurrency(100))) {
      for (int i = 0; i < instances; i++) {
        programs.add(start(data, ledger, provider));
      }
      HttpClient client = HttpClient.newHttpClient();
      for (BenchProgram program : programs) {
        program.awaitReady();
      }
      for (int i = 0; i < FIRST + JOBS; i++) {
        programs.get(i % instances).accept(client, BODY.formatted(i));
      }
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
      while (provider.creates().size() < FIRST + JOBS && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      // One that is submitted twice comes late.
      TimeUnit.SECONDS.sleep(3);
      print(provider.creates(), instances);
    } finally {
      for (BenchProgram program : programs) {
        program.close();
      }
    }
  }

  private static void print(List<Create> all, int instances) {
    List<Create> creates = all.subList(FIRST, all.size());
    long took =
        Duration.between(creates.get(0).at(), creates.get(creates.size() - 1).at().plus(JOB))
            .toMillis();
    long ideal = JOB.toMillis() * JOBS / SLOTS;
    int most = 0;
    for (Create begun : creates) {
      int atOnce = 0;
      for (Create other : all) {
        boolean before = !other.at().isAfter(begun.at());
        atOnce += before && other.at().plus(JOB).isAfter(begun.at()) ? 1 : 0;
      }
      most = Math.max(most, atOnce);
    }
    System.out.printf(
        "slots busy with %d instances: %d jobs of %d s in %.1f s, %.1f %% of the ideal time (target"
            + " 95), at most %d at once (limit %d)%n",
        instances,
        creates.size(),
        JOB.toSeconds(),
        took / 1000.0,
        100.0 * ideal / took,
        most,
        SLOTS);
  }

  private static BenchProgram start(Path data, String ledger, Sandbox provider) throws Exception {
    return BenchProgram.start(
        data,
        BenchProgram.freePort(),
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-Dleonardo.base-url=" + provider.baseUrl(),
            "-Dleonardo.download.hosts=" + provider.host(),
            "-Dleonardo.api-key=bench",
            "-Dleonardo.ledger.url=" + ledger,
            "-Dleonardo.file.enabled=false",
            "-Dleonardo.jms.enabled=false",
            "-Dleonardo.management.enabled=false",
            "-Dleonardo.limits.concurrent=" + SLOTS,
            "-Dleonardo.limits.creates-per-minute=10000",
            "-Dleonardo.limits.requests-per-minute=100000",
            "-Dleonardo.track.first=" + JOB.toSeconds() + "s",
            "-Dleonardo.track.every=200ms"));
  }
}
