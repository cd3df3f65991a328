import java.io.BufferedWriter;
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
 * How many lines of a dropped file a second become durable jobs, and with how much heap: the
 * program as a child process with its sandbox and 128 MiB.
 *
 * <pre>
 * java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' BatchRate [lines]
 * </pre>
 */
final class BatchRate {
  private static final String LINE =
      """
      {"model":"kling-3.0-turbo","public":false,"parameters":{"prompt":"The koala number %d plays with the cat",\
      "duration":5,"motion_has_audio":true,"width":1920,"height":1080}}
      """;

  public static void main(String[] arguments) throws Exception {
    int lines = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    Path data = Files.createTempDirectory("batch-rate");
    Path inbox = Files.createDirectories(data.resolve("inbox"));
    Path file = data.resolve("koalas.jsonl");
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      for (int i = 0; i < lines; i++) {
        writer.write(LINE.formatted(i));
      }
    }
    try (BenchProgram program =
        BenchProgram.startWithSandbox(data, "-Xmx128m", "-Dleonardo.track.first=10h")) {
      program.awaitReady();
      long dropped = System.nanoTime();
      Files.move(file, inbox.resolve("koalas.jsonl"));
      long began = awaitRead(program, data, 1);
      Duration cpu = program.cpuTime();
      long ended = awaitRead(program, data, lines);
      cpu = program.cpuTime().minus(cpu);
      System.out.printf(
          "%d lines: %.1f s after the drop the first were accepted, %.0f a second; heap of 128 MiB,"
              + " %.1f MiB of it live; %.2f ms of processor time a line%n",
          lines,
          (began - dropped) / 1e9,
          lines / ((ended - began) / 1e9),
          program.liveHeap() / 1024.0 / 1024.0,
          (double) cpu.toMillis() / lines);
    }
  }

  private static long awaitRead(BenchProgram program, Path data, long lines) throws Exception {
    while (read(data) < lines) {
      if (!program.isAlive()) {
        throw new IllegalStateException("the program has ended");
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return System.nanoTime();
  }

  private static long read(Path data) throws SQLException {
    try (Connection ledger =
            DriverManager.getConnection("jdbc:sqlite:" + data.resolve("sandbox.db"));
        Statement statement = ledger.createStatement();
        ResultSet row = statement.executeQuery("SELECT sum(read_lines) FROM batch")) {
      return row.getLong(1);
    }
  }
}
