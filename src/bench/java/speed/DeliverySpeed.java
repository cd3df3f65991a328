package speed;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How fast a backlog of deliveries drains: so many events are due for a file sink whose folder
 * cannot be made; after a few seconds it can. Options are those of {@link CompareWithPlain}.
 *
 * <pre>
 * java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' speed.DeliverySpeed --jobs 20000
 * </pre>
 */
final class DeliverySpeed {
  private static final long DOWN_SECONDS = 5;
  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(10);

  private static final String EVENTS =
      """
      INSERT INTO event (id, subject, type, document, file_name, time)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %1$d)
      SELECT 'e' || i, 'j' || i, 'submitted', '{"subject":"j' || i || '","data":"%2$s"}', 'f' || i, i
      FROM n
      """;

  private static final String DELIVERIES =
      """
      INSERT INTO delivery (event_id, sink, content, state, tries, due_at, leased_until, since)
      SELECT id, 'bench', 'EVENT', 'PENDING', 0, 0, 0, time FROM event
      """;

  private DeliverySpeed() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory("delivery-speed");
    Path parent = folder.resolve("sink");
    Path files = parent.resolve("files");
    List<String> all =
        new ArrayList<>(
            List.of(
                "--jobs",
                "20000",
                "--set",
                "leonardo.sinks.bench.uri=file:" + files + "?fileExist=Ignore&tempPrefix=.part-"));
    all.addAll(List.of(arguments));
    SpeedOptions options = SpeedOptions.parse(all.toArray(String[]::new));
    try (JavaProcess provider = Surroundings.provider(folder)) {
      SpeedRig rig = new SpeedRig(options, folder, Surroundings.host(provider), null, false);
      try (Contestant first = rig.ours(null)) {
        first.processes().get(0).stop();
      }
      fill(folder.resolve("data/ledger.db"), options.jobs());
      // Where a folder should be.
      Files.createFile(parent);
      try (Contestant ours = rig.ours(null)) {
        TimeUnit.SECONDS.sleep(DOWN_SECONDS);
        Files.delete(parent);
        drain(options, ours, files);
      }
    }
    Surroundings.delete(folder);
    System.exit(0);
  }

  private static void fill(Path ledger, int events) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + ledger);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(EVENTS.formatted(events, "x".repeat(1000)));
      statement.execute(DELIVERIES);
      connection.commit();
    }
  }

  private static void drain(SpeedOptions options, Contestant ours, Path files) throws Exception {
    long up = System.nanoTime();
    double cpu = ours.cpuMillis();
    long first = 0;
    int most = 0;
    while (most < options.jobs() && System.nanoTime() - up < PATIENCE) {
      ours.requireAlive();
      TimeUnit.MILLISECONDS.sleep(200);
      String[] names = files.toFile().list((in, name) -> !name.startsWith("."));
      most = names == null ? 0 : names.length;
      first = first == 0 && most > 0 ? System.nanoTime() : first;
    }
    double seconds = (System.nanoTime() - up) / 1e9;
    System.out.printf(
        "deliveries: %d of %d in %.1f s after the sink was up (the first after %.1f s), %.0f a"
            + " second, %.2f ms of CPU each%n",
        most,
        options.jobs(),
        seconds,
        (first - up) / 1e9,
        most / seconds,
        (ours.cpuMillis() - cpu) / Math.max(1, most));
  }
}
