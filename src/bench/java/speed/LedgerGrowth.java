package speed;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * What grows with the ledger: the processor time of calls, of a job from request to video with a
 * budget, and of an idle second, with 1,000 and with 1,000,000 finished jobs in the ledger.
 *
 * <pre>
 * java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' speed.LedgerGrowth [rows] [rows]
 * </pre>
 */
final class LedgerGrowth {
  private static final long WARM = TimeUnit.SECONDS.toNanos(3);
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(5);
  private static final int IDLE_SECONDS = 10;
  private static final int CALLS = 1_000;

  private static final int JOBS = 200;

  /** Below this, a difference is noise. */
  private static final double LEAST_MILLIS = 0.2;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, Double> figures = new LinkedHashMap<>();
  private final Contestant ours;
  private final JobFeed feed;
  private final String management;
  private int fed;

  /** Milliseconds of processor time that an idle millisecond takes. */
  private double idle;

  private LedgerGrowth(Contestant ours, JobFeed feed, String management) {
    this.ours = ours;
    this.feed = feed;
    this.management = management;
  }

  public static void main(String[] arguments) throws Exception {
    int few = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
    int many = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
    Map<String, Double> small = measure(few);
    Map<String, Double> large = measure(many);
    System.out.printf("%-34s %12s %12s %8s%n", "ms of CPU", few, many, "ratio");
    for (Map.Entry<String, Double> figure : small.entrySet()) {
      double grown = large.get(figure.getKey());
      boolean noise = figure.getValue() < LEAST_MILLIS && grown < LEAST_MILLIS;
      System.out.printf(
          "%-34s %12.2f %12.2f %8s%n",
          figure.getKey(),
          figure.getValue(),
          grown,
          noise ? "-" : "%.2f".formatted(grown / figure.getValue()));
    }
    System.exit(0);
  }

  private static Map<String, Double> measure(int rows) throws Exception {
    Path folder = Files.createTempDirectory("ledger-growth");
    Path data = Files.createDirectories(folder.resolve("data"));
    long start = System.nanoTime();
    FilledLedger.make(data.resolve("ledger.db"), rows);
    System.out.printf(
        "%d jobs made in %.1f s: %d MiB%n",
        rows, (System.nanoTime() - start) / 1e9, Files.size(data.resolve("ledger.db")) >> 20);
    int management = JavaProcess.freePort();
    SpeedOptions options =
        SpeedOptions.parse(
            "--intake",
            "rest",
            "--set",
            "leonardo.budget.per-day=1000000000",
            "--set",
            "leonardo.management.port=" + management);
    Map<String, Double> figures;
    try (JavaProcess provider = Surroundings.provider(folder)) {
      String host = Surroundings.host(provider);
      start = System.nanoTime();
      try (Contestant ours = new SpeedRig(options, folder, host, null, false).ours(null);
          JobFeed feed = new JobFeed(options.intake(), ours, folder, null)) {
        double ready = (System.nanoTime() - start) / 1e6;
        LedgerGrowth growth = new LedgerGrowth(ours, feed, "http://127.0.0.1:" + management);
        growth.run();
        figures = growth.figures;
        figures.put("first start to ready (wall)", ready);
      }
    }
    Surroundings.delete(folder);
    return figures;
  }

  private void run() throws Exception {
    feed(100);
    TimeUnit.SECONDS.sleep(3);
    double before = ours.cpuMillis();
    TimeUnit.SECONDS.sleep(IDLE_SECONDS);
    double second = (ours.cpuMillis() - before) / IDLE_SECONDS;
    idle = second / 1000;
    put("an idle second", second);
    before = ours.cpuMillis();
    feed(JOBS);
    put("a job, request to video", (ours.cpuMillis() - before) / JOBS);

    String jobs = ours.generations().get(0).toString();
    String newest = get(jobs + "?limit=1").replaceFirst("(?s).*?\"id\":\"([^\"]+)\".*", "$1");
    List<String> calls = new ArrayList<>();
    calls.add("/generations/ID");
    calls.add("/generations?limit=50");
    calls.add("/generations?limit=50&state=FAILED");
    calls.add("/generations?limit=50&state=RUNNING");
    calls.add("/generations?limit=50&model=kling-video-o-3");
    calls.add("/costs?days=30");
    calls.add("/costs?days=1");
    for (String call : calls) {
      String url = jobs.replace("/generations", call.replace("ID", newest));
      measure("GET " + call, () -> get(url));
    }
    measure("GET /metrics", () -> get(management + "/metrics"));
    measure("GET /health/ready", () -> get(management + "/health/ready"));
  }

  private void put(String name, double millis) {
    figures.put(name, millis);
    System.out.printf("  %s: %.2f ms%n", name, millis);
  }

  private void feed(int jobs) throws Exception {
    feed.feed(fed, jobs, 0);
    fed += jobs;
    while (ours.done() < fed) {
      ours.requireAlive();
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private void measure(String name, Callable<String> call) throws Exception {
    repeat(call, WARM, CALLS);
    double cpu = ours.cpuMillis();
    long start = System.nanoTime();
    int calls = repeat(call, LONGEST, CALLS);
    double elapsed = (System.nanoTime() - start) / 1e6;
    put(name, Math.max(0, ours.cpuMillis() - cpu - idle * elapsed) / calls);
  }

  private static int repeat(Callable<String> call, long nanos, int most) throws Exception {
    long end = System.nanoTime() + nanos;
    int calls = 0;
    do {
      call.call();
      calls++;
    } while (calls < most && System.nanoTime() < end);
    return calls;
  }

  private String get(String url) throws Exception {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(url + " answered " + answer.statusCode());
    }
    return answer.body();
  }
}
