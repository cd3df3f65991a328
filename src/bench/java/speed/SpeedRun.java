package speed;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One side's run: warm, then as many jobs at once as are asked for, then some at a steady pace. */
final class SpeedRun {
  private static final int PER_SECOND = 10;
  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(2);

  private final SpeedOptions options;
  private final Contestant side;
  private final JobFeed feed;
  private final URI posts;
  private final PostgresServer database;

  /**
   * The figures of a run.
   *
   * @param perSecond from the first drop to the last file
   * @param cpu milliseconds of processor time for a job
   * @param databaseCpu the same of the database server; 0 without one
   * @param fsyncs for a job, those of the database server among them; 0 if they are not counted
   * @param p50 milliseconds from drop to POST while all come at once
   * @param pacedP50 the same of jobs that come ten a second; NaN without them
   * @param repeated requests that were posted more than once
   */
  record Figures(
      double perSecond,
      double cpu,
      double databaseCpu,
      double fsyncs,
      double p50,
      double p99,
      double pacedP50,
      double pacedP99,
      int repeated) {}

  private SpeedRun(
      SpeedOptions options, Contestant side, JobFeed feed, URI posts, PostgresServer database) {
    this.options = options;
    this.side = side;
    this.feed = feed;
    this.posts = posts;
    this.database = database;
  }

  /**
   * @param provider its host and port
   * @param broker null unless the intake is JMS
   * @param database null without one
   */
  static Figures of(
      SpeedOptions options,
      Contestant side,
      Path folder,
      String provider,
      String broker,
      PostgresServer database)
      throws Exception {
    try (JobFeed feed = new JobFeed(options.intake(), side, folder, broker)) {
      URI posts = URI.create("http://" + provider + "/posts");
      return new SpeedRun(options, side, feed, posts, database).run();
    }
  }

  private Figures run() throws Exception {
    int warm = options.warm();
    int jobs = options.jobs();
    feed.feed(0, warm, 0);
    await(warm);
    double cpu = side.cpuMillis();
    double databaseCpu = database == null ? 0 : database.cpuMillis();
    long fsyncs = fsyncs();
    feed.feed(warm, jobs, 0);
    await(warm + jobs);
    cpu = side.cpuMillis() - cpu;
    databaseCpu = database == null ? 0 : database.cpuMillis() - databaseCpu;
    fsyncs = fsyncs() - fsyncs;
    long took = side.lastWritten() - feed.droppedAt(warm);
    if (options.paced() > 0) {
      feed.feed(warm + jobs, options.paced(), PER_SECOND);
      await(warm + jobs + options.paced());
    }
    Map<Integer, Long> posted = new HashMap<>();
    int repeated = 0;
    for (String line : posts().split("\n")) {
      String[] post = line.split(" ");
      repeated += posted.put(Integer.valueOf(post[0]), Long.valueOf(post[1])) == null ? 0 : 1;
    }
    double[] burst = waits(posted, warm, jobs);
    double[] paced = waits(posted, warm + jobs, options.paced());
    return new Figures(
        jobs / (took / 1e6),
        cpu / jobs,
        databaseCpu / jobs,
        (double) fsyncs / jobs,
        burst[burst.length / 2],
        burst[(int) (burst.length * 0.99)],
        paced.length == 0 ? Double.NaN : paced[paced.length / 2],
        paced.length == 0 ? Double.NaN : paced[(int) (paced.length * 0.99)],
        repeated);
  }

  private long fsyncs() throws Exception {
    return side.fsyncs() + (database == null ? 0 : database.syncs());
  }

  private double[] waits(Map<Integer, Long> posted, int from, int count) {
    double[] waits = new double[count];
    for (int i = 0; i < count; i++) {
      waits[i] = (posted.get(from + i) - feed.droppedAt(from + i)) / 1e3;
    }
    Arrays.sort(waits);
    return waits;
  }

  private void await(int done) throws Exception {
    int before = -1;
    long since = System.nanoTime();
    for (int now = side.done(); now < done; now = side.done()) {
      side.requireAlive();
      if (now != before) {
        before = now;
        since = System.nanoTime();
      } else if (System.nanoTime() - since > PATIENCE) {
        throw new IllegalStateException(
            "%s stays at %d of %d jobs, see %s"
                .formatted(side.name(), now, done, side.processes().get(0).log()));
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private String posts() throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(posts).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
