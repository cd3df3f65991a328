package speed;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import speed.SpeedOptions.Intake;

/**
 * How many requests a second become durable, and with how much processor time: over REST by 8
 * clients, from a folder and over JMS, each in a program of its own with a single slot that is
 * taken. Options are those of {@link CompareWithPlain}; without {@code --intake} all three are
 * measured.
 *
 * <pre>
 * java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' speed.AcceptSpeed --jobs 10000
 * </pre>
 */
final class AcceptSpeed {
  private static final List<String> DEFAULTS =
      List.of(
          "--jobs",
          "10000",
          "--warm",
          "2000",
          "--concurrent",
          "1",
          "--set",
          "leonardo.track.first=10h");
  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(2);

  private AcceptSpeed() {}

  public static void main(String[] arguments) throws Exception {
    List<String> all = new ArrayList<>(DEFAULTS);
    all.addAll(List.of(arguments));
    for (Intake intake : Intake.values()) {
      List<String> one = new ArrayList<>(List.of("--intake", intake.name()));
      one.addAll(all);
      SpeedOptions options = SpeedOptions.parse(one.toArray(String[]::new));
      if (options.intake() == intake) {
        measure(options);
      }
    }
    System.exit(0);
  }

  private static void measure(SpeedOptions options) throws Exception {
    Path folder = Files.createTempDirectory("accept-speed");
    try (JavaProcess provider = Surroundings.provider(folder)) {
      String host = Surroundings.host(provider);
      if (options.intake() != Intake.JMS) {
        measure(options, folder, host, null);
        return;
      }
      String url = "tcp://127.0.0.1:" + JavaProcess.freePort();
      try (JavaProcess broker = Surroundings.broker(folder, url)) {
        measure(options, folder, host, url);
        broker.requireAlive();
      }
    }
  }

  private static void measure(SpeedOptions options, Path folder, String host, String broker)
      throws Exception {
    SpeedRig rig = new SpeedRig(options, folder, host, broker, false);
    try (Contestant ours = rig.ours(null);
        JobFeed feed = new JobFeed(options.intake(), ours, folder, broker);
        Connection ledger =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("data/ledger.db"))) {
      feed.feed(0, options.warm(), 0);
      await(ours, ledger, options.warm());
      double cpu = ours.cpuMillis();
      long start = System.nanoTime();
      feed.feed(options.warm(), options.jobs(), 0);
      await(ours, ledger, options.warm() + options.jobs());
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "accept by %s: %d requests in %.1f s, %.0f a second, %.2f ms of CPU each, %d"
              + " answered 503%n",
          options.intake().name().toLowerCase(),
          options.jobs(),
          seconds,
          options.jobs() / seconds,
          (ours.cpuMillis() - cpu) / options.jobs(),
          feed.busy());
    }
    Surroundings.delete(folder);
  }

  private static void await(Contestant ours, Connection ledger, long jobs) throws Exception {
    long before = -1;
    long since = System.nanoTime();
    for (long now = jobs(ledger); now < jobs; now = jobs(ledger)) {
      ours.requireAlive();
      if (now > before) {
        before = now;
        since = System.nanoTime();
      } else if (System.nanoTime() - since > PATIENCE) {
        throw new IllegalStateException(
            "it stays at %d of %d, see %s".formatted(now, jobs, ours.processes().get(0).log()));
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private static long jobs(Connection ledger) throws SQLException {
    try (Statement statement = ledger.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM job")) {
      return row.getLong(1);
    }
  }
}
