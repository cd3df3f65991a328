package speed;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import speed.SpeedRun.Figures;

/**
 * What the ledger costs: the same jobs by plain Camel routes without any ledger and by the program
 * as it ships, one after the other, each in processes of its own, against a provider that answers
 * at once. In the project's folder:
 *
 * <pre>
 * mvn -q -DskipTests package
 * javac -cp 'target/leonardo-routes.jar:target/lib/*' -d target/bench src/bench/java/speed/*.java
 * java -cp 'target/bench:target/leonardo-routes.jar:target/lib/*' speed.CompareWithPlain --repeat 3
 * </pre>
 */
final class CompareWithPlain {
  private final SpeedOptions options;
  private final PostgresServer database;
  private final Path folder;
  private int runs;

  private CompareWithPlain(SpeedOptions options, PostgresServer database) throws Exception {
    this.options = options;
    this.database = database;
    this.folder = Files.createTempDirectory("compare-with-plain");
    if (options.keep()) {
      System.out.println("in " + folder);
    }
  }

  public static void main(String[] arguments) throws Exception {
    SpeedOptions options;
    try {
      options = SpeedOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    try (PostgresServer database =
        options.ledger().equals("sqlite") ? null : PostgresServer.start(options.ledger())) {
      new CompareWithPlain(options, database).compare();
    }
    System.exit(0);
  }

  private void compare() throws Exception {
    System.out.printf(
        "%d jobs after %d, by %s, ledger on %s, %d instance(s), %d jobs at once, Java options %s,"
            + " %d processors%n",
        options.jobs(),
        options.warm(),
        options.intake().name().toLowerCase(),
        options.ledger().replaceFirst("\\?.*", ""),
        options.instances(),
        options.concurrent(),
        String.join(" ", options.jvm()),
        Runtime.getRuntime().availableProcessors());
    System.out.printf(
        "%-16s %8s %8s %8s %8s %10s %10s %10s %10s %7s%n",
        "",
        "jobs/s",
        "CPU ms",
        "DB ms",
        "fsyncs",
        "POST p50",
        "p99 ms",
        "paced p50",
        "p99 ms",
        "twice");
    List<Figures> plain = new ArrayList<>();
    List<Figures> ours = new ArrayList<>();
    for (int i = 0; i < options.repeat(); i++) {
      if (options.has("plain")) {
        plain.add(print("plain " + (i + 1), run(false, false)));
      }
      if (options.has("ours")) {
        ours.add(print("ours " + (i + 1), run(true, false)));
      }
    }
    if (options.fsyncs() && !JavaProcess.canTrace()) {
      System.out.println("fsyncs are not counted: strace is not installed, or may not trace");
    } else if (options.fsyncs()) {
      if (options.has("plain")) {
        print("plain, traced", run(false, true));
      }
      if (options.has("ours")) {
        print("ours, traced", run(true, true));
      }
    }
    if (options.only().isEmpty()) {
      System.out.printf(
          "ours to plain, median of %d: jobs a second %.2f, CPU a job %.2f%n",
          plain.size(),
          ratio(ours, plain, Figures::perSecond),
          ratio(ours, plain, figures -> figures.cpu() + figures.databaseCpu()));
    }
  }

  private static double ratio(
      List<Figures> ours, List<Figures> plain, ToDoubleFunction<Figures> figure) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      ratios.add(figure.applyAsDouble(ours.get(i)) / figure.applyAsDouble(plain.get(i)));
    }
    ratios.sort(null);
    int half = ratios.size() / 2;
    return ratios.size() % 2 == 1
        ? ratios.get(half)
        : (ratios.get(half - 1) + ratios.get(half)) / 2;
  }

  private static Figures print(String name, Figures figures) {
    System.out.printf(
        "%-16s %8.1f %8.2f %8.2f %8s %10.0f %10.0f %10.0f %10.0f %7d%n",
        name,
        figures.perSecond(),
        figures.cpu(),
        figures.databaseCpu(),
        figures.fsyncs() == 0 ? "-" : "%.2f".formatted(figures.fsyncs()),
        figures.p50(),
        figures.p99(),
        figures.pacedP50(),
        figures.pacedP99(),
        figures.repeated());
    return figures;
  }

  private Figures run(boolean ours, boolean traced) throws Exception {
    Path run = Files.createDirectories(folder.resolve("run-" + ++runs));
    try (JavaProcess provider = Surroundings.provider(run)) {
      String host = Surroundings.host(provider);
      if (options.intake() != SpeedOptions.Intake.JMS) {
        return run(ours, new SpeedRig(options, run, host, null, traced), run, host, null);
      }
      String url = "tcp://127.0.0.1:" + JavaProcess.freePort();
      try (JavaProcess broker = Surroundings.broker(run, url)) {
        return run(ours, new SpeedRig(options, run, host, url, traced), run, host, url);
      }
    }
  }

  private Figures run(boolean ours, SpeedRig rig, Path run, String host, String broker)
      throws Exception {
    String ledger = database == null ? null : database.emptyDatabase();
    Figures figures;
    try (Contestant side = ours ? rig.ours(ledger) : rig.plain()) {
      figures = SpeedRun.of(options, side, run, host, broker, ours ? database : null);
    }
    // Not after a failure: the logs tell.
    if (!options.keep()) {
      Surroundings.delete(run);
    }
    return figures;
  }
}
