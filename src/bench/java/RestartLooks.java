import io.leonardoroutes.sandbox.Door;
import io.leonardoroutes.sandbox.Sandbox;
import io.leonardoroutes.sandbox.SandboxOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How soon 10,000 running jobs are all looked at again after kill -9, in a heap of 256 MiB. They
 * are put into the ledger as their creates would have left them; the kill and the looks are real.
 *
 * <pre>java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' RestartLooks</pre>
 */
final class RestartLooks {
  private static final int JOBS = 10_000;
  private static final Pattern ID = Pattern.compile("\"generationId\":\"([^\"]+)\"");
  private static final String BODY =
      """
      {"model":"kling-3.0-turbo","public":false,"parameters":{"prompt":"The koala number %d plays\
       with the cat","duration":5,"motion_has_audio":true,"quantity":1}}\
      """;

  public static void main(String[] arguments) throws Exception {
    Path data = Files.createTempDirectory("restart-looks");
    String ledger = "jdbc:sqlite:" + data + "/ledger.db?busy_timeout=10000";
    BenchProgram program = null;
    int port = BenchProgram.freePort();
    try (Sandbox provider =
        Sandbox.start(
            SandboxOptions.defaults().withJobDuration(Duration.ofHours(1)).withConcurrency(JOBS))) {
      program = start(data, port, provider);
      awaitReady(data.resolve("out-" + port + ".log"), 1, program);
      program.close();
      running(ledger, creates(provider));
      program = start(data, port, provider);
      awaitReady(data.resolve("out-" + port + ".log"), 2, program);
      awaitTrue(Duration.ofMinutes(1), () -> provider.count(Door.POLL) > 500);
      program.close();
      long killed = System.currentTimeMillis();
      program = start(data, port, provider);
      awaitTrue(Duration.ofMinutes(5), () -> lookedAt(ledger, killed) == JOBS);
      System.out.printf(
          "%d running jobs after kill -9: every one looked at again %.1f s after the restart"
              + " (target 60), %d MiB of heap live, 256 at most%n",
          JOBS, (System.currentTimeMillis() - killed) / 1000.0, program.liveHeap() >> 20);
    } finally {
      if (program != null) {
        program.close();
      }
    }
  }

  private static List<String> creates(Sandbox provider) throws Exception {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      HttpRequest create =
          HttpRequest.newBuilder(URI.create(provider.baseUrl() + "/v2/generations"))
              .header("Authorization", "Bearer bench")
              .POST(HttpRequest.BodyPublishers.ofString(BODY.formatted(i)))
              .build();
      Matcher id = ID.matcher(client.send(create, HttpResponse.BodyHandlers.ofString()).body());
      if (!id.find()) {
        throw new IllegalStateException("no generation");
      }
      ids.add(id.group(1));
    }
    return ids;
  }

  private static void running(String ledger, List<String> generations) throws SQLException {
    long now = System.currentTimeMillis();
    try (Connection connection = DriverManager.getConnection(ledger);
        PreparedStatement insert =
            connection.prepareStatement(
                """
                INSERT INTO job (id, file_name, content_hash, model, state, priority, request,
                  sinks, warnings, attempt, tries, generation_id, created_at, submitted_at, due_at,
                  leased_until, kind, turn)
                VALUES (?, ?, 'hash', 'kling-3.0-turbo', 'RUNNING', 4, ?, '[]', '[]', 1, 0, ?, ?, ?,
                  ?, 0, 'kind', ?)
                """)) {
      connection.setAutoCommit(false);
      for (int i = 0; i < generations.size(); i++) {
        insert.setString(1, "job-" + i);
        insert.setString(2, "koala-" + i);
        insert.setString(3, BODY.formatted(i));
        insert.setString(4, generations.get(i));
        insert.setLong(5, now);
        insert.setLong(6, now);
        insert.setLong(7, now + i);
        insert.setLong(8, now);
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
    }
  }

  private static int lookedAt(String ledger, long since) throws SQLException {
    try (Connection connection = DriverManager.getConnection(ledger);
        ResultSet count =
            connection
                .createStatement()
                .executeQuery("SELECT count(*) FROM job WHERE running_at >= " + since)) {
      count.next();
      return count.getInt(1);
    }
  }

  private static BenchProgram start(Path data, int port, Sandbox provider) throws Exception {
    return BenchProgram.start(
        data,
        port,
        List.of(
            "-Xmx256m",
            "-Dleonardo.base-url=" + provider.baseUrl(),
            "-Dleonardo.download.hosts=" + provider.host(),
            "-Dleonardo.api-key=bench",
            "-Dleonardo.rest.enabled=false",
            "-Dleonardo.file.enabled=false",
            "-Dleonardo.jms.enabled=false",
            "-Dleonardo.management.enabled=false",
            // The provider's own 2,000 a minute would make it five minutes.
            "-Dleonardo.limits.requests-per-minute=1000000"));
  }

  private static void awaitReady(Path out, int times, BenchProgram program) throws Exception {
    awaitTrue(
        Duration.ofMinutes(1),
        () -> {
          String log = Files.readString(out);
          return !program.isAlive() || log.split("leonardo-routes ready", -1).length > times;
        });
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void awaitTrue(Duration most, Condition condition) throws Exception {
    long end = System.nanoTime() + most.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not within " + most);
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }
}
