import io.leonardoroutes.database.LedgerConnection;
import io.leonardoroutes.ledger.Ledger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How many deliveries a second one file sink gets of a backlog of 20,000 events, and the processor
 * time of each. They are put into the ledger as their moves would have left them.
 *
 * <pre>java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' DeliveryRate [FOLDER]</pre>
 *
 * <p>The folder, for instance one on a RAM disk, gets the ledger and the outbox.
 */
final class DeliveryRate {
  private static final int DELIVERIES = 20_000;

  /** As long as a job's document. */
  private static final int DOCUMENT = 1_500;

  public static void main(String[] arguments) throws Exception {
    Path data =
        arguments.length == 0
            ? Files.createTempDirectory("delivery-rate")
            : Files.createTempDirectory(Path.of(arguments[0]), "delivery-rate");
    String ledger = "jdbc:sqlite:" + data.resolve("ledger.db") + "?busy_timeout=10000";
    Ledger.open(new LedgerConnection(ledger, null, null)).close();
    fill(ledger);
    try (BenchProgram program =
        BenchProgram.startWithSandbox(
            data,
            "-Xmx256m",
            "-Dleonardo.jms.enabled=false",
            "-Dleonardo.ledger.url=" + ledger)) {
      program.awaitReady();
      int before = delivered(ledger);
      long began = System.nanoTime();
      Duration cpu = program.cpuTime();
      int after = before;
      while (after < DELIVERIES) {
        TimeUnit.MILLISECONDS.sleep(100);
        after = delivered(ledger);
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      Duration took = program.cpuTime().minus(cpu);
      System.out.printf(
          "%d deliveries to one file sink in %.1f s: %.0f a second (target 1500), %.2f ms of CPU"
              + " each, %d files%n",
          after - before,
          seconds,
          (after - before) / seconds,
          took.toMillis() / (double) (after - before),
          data.resolve("outbox").toFile().list().length);
    }
  }

  private static void fill(String ledger) throws SQLException {
    String numbers =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
            .formatted(DELIVERIES);
    try (Connection connection = DriverManager.getConnection(ledger);
        Statement statement = connection.createStatement()) {
      statement.execute(
          numbers
              + "INSERT INTO event (id, subject, type, document, file_name, time)"
              + " SELECT 'e' || i, 'j' || i, 'submitted', '{\"data\":\"%s\"}', 'f' || i, i FROM n"
                  .formatted("x".repeat(DOCUMENT)));
      statement.execute(
          "INSERT INTO delivery (event_id, sink, content, state, tries, due_at, leased_until, since)"
              + " SELECT id, 'outbox', 'EVENT', 'PENDING', 0, 0, 0, time FROM event");
    }
  }

  private static int delivered(String ledger) throws SQLException {
    try (Connection connection = DriverManager.getConnection(ledger);
        ResultSet count =
            connection
                .createStatement()
                .executeQuery("SELECT count(*) FROM delivery WHERE state = 'DELIVERED'")) {
      count.next();
      return count.getInt(1);
    }
  }
}
