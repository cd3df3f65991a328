package soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import soak.RequestTally.Entry;
import soak.SampleTable.Sample;

/**
 * A long run of the program in a small heap at a steady rate over all intakes, while attackers,
 * provider, download host and a sink do their worst by turns. Says whether heap, threads, files and
 * log lines stay flat, and whether anything was lost or paid twice.
 *
 * <pre>
 * mvn -q -DskipTests package
 * javac -cp 'target/leonardo-routes.jar:target/lib/*' -d target/soak src/bench/java/soak/*.java
 * java -cp 'target/soak:target/leonardo-routes.jar:target/lib/*' soak.HostileSoak --minutes 60
 * </pre>
 */
@Command(name = "hostile-soak", mixinStandardHelpOptions = true)
final class HostileSoak implements Callable<Integer> {
  private static final Duration SAMPLE = Duration.ofSeconds(30);
  private static final Duration SETTLING = Duration.ofMinutes(20);

  @Option(
      names = "--minutes",
      defaultValue = "60",
      description = "how long (${DEFAULT-VALUE}); below 30 it still warms up, and is not flat")
  private int minutes;

  @Option(names = "--rate", defaultValue = "20", description = "jobs a second (${DEFAULT-VALUE})")
  private int rate;

  @Option(names = "--heap", defaultValue = "256m", description = "its -Xmx (${DEFAULT-VALUE})")
  private String heap;

  @Option(names = "--seed", defaultValue = "1", description = "of all chance (${DEFAULT-VALUE})")
  private long seed;

  private volatile long start;
  private final RequestTally tally = new RequestTally();
  private final SampleTable samples = new SampleTable();
  private volatile Turn turn = Turn.QUIET;
  private volatile long turnSince = System.nanoTime();

  /** What happens for one or two minutes; each attack is followed by a quiet turn. */
  enum Turn {
    SLOW,
    ABORTED,
    OVERSIZED,
    KEYLESS,
    JUNK,
    PROVIDER,
    DOWNLOADS,
    SINK,
    QUIET,
    SETTLING;

    static List<Turn> attacks() {
      return List.of(SLOW, ABORTED, OVERSIZED, KEYLESS, JUNK, PROVIDER, DOWNLOADS, SINK);
    }
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new HostileSoak()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("hostile-soak");
    System.out.printf(
        "%s: %d minutes, %d jobs a second, -Xmx%s, seed %d, in %s%n",
        Instant.now(), minutes, rate, heap, seed, folder);
    try (ProviderStub provider = new ProviderStub(tally, seed);
        Deliveries deliveries = new Deliveries(tally, folder.resolve("data"));
        ProgramProcess program =
            new ProgramProcess(folder, heap, provider.host(), deliveries.address())) {
      start = System.nanoTime();
      System.out.println(SampleTable.header());
      Threads.start("samples", () -> sample(program));
      LoadGenerator load = new LoadGenerator(tally, program, folder);
      load.start(rate);
      takeTurns(program, provider, deliveries);
      turn = Turn.SETTLING;
      load.end();
      boolean settled = settle(program);
      boolean alive = program.isAlive();
      long doubts = (long) program.metric("leonardo_jobs{state=\"IN_DOUBT\"");
      System.out.printf("%n%d calls were made again by their callers%n", load.repeats.get());
      long ledger = Files.size(program.data.resolve("ledger.db"));
      int exit = program.stop();
      boolean whole = tally.isWhole(doubts, ledger) && settled && alive && exit == 0;
      System.out.printf("the program ended with %d%n", exit);
      boolean flat = samples.isFlat();
      System.out.println(
          (flat ? "flat" : "NOT FLAT")
              + ", "
              + (whole ? "nothing lost, nothing paid twice" : "NOT WHOLE"));
      return flat && whole ? 0 : 1;
    }
  }

  /** Attacks by turns, each followed by a quiet one, and one that is quiet at each end. */
  private void takeTurns(ProgramProcess program, ProviderStub provider, Deliveries deliveries)
      throws Exception {
    long length = turnSeconds();
    long end = start + TimeUnit.MINUTES.toNanos(minutes);
    ClientAttacks clients = new ClientAttacks(tally, program, seed);
    IntakeAttacks intakes = new IntakeAttacks(program, seed);
    begin(Turn.QUIET, length);
    for (int i = 0; program.isAlive(); i++) {
      if (System.nanoTime() + TimeUnit.SECONDS.toNanos(2 * length) > end) {
        return;
      }
      Turn attack = Turn.attacks().get(i % Turn.attacks().size());
      BooleanSupplier lasts = () -> turn == attack;
      turn = attack;
      switch (attack) {
        case SLOW -> clients.slow(lasts);
        case ABORTED -> clients.aborted(lasts);
        case OVERSIZED -> clients.oversized(lasts);
        case KEYLESS -> clients.keyless(lasts);
        case JUNK -> intakes.junk(lasts);
        case PROVIDER -> provider.with(ProviderFaults.ofCalls(seed + i));
        case DOWNLOADS -> provider.with(ProviderFaults.ofDownloads(seed + i));
        default -> {
          // the sink, below
        }
      }
      if (attack == Turn.SINK) {
        for (Deliveries.Mood mood :
            List.of(Deliveries.Mood.AWAY, Deliveries.Mood.ERRORS, Deliveries.Mood.HANGING)) {
          deliveries.turn(mood);
          begin(attack, length / 3);
        }
        deliveries.turn(Deliveries.Mood.WELL);
      } else {
        begin(attack, length);
      }
      provider.with(ProviderFaults.NONE);
      begin(Turn.QUIET, length);
    }
  }

  /** In an hour each attack has three turns. */
  private long turnSeconds() {
    return Math.max(15, Math.min(75, minutes * 60 / 49));
  }

  private void begin(Turn next, long seconds) throws InterruptedException {
    if (turn != next) {
      turn = next;
      turnSince = System.nanoTime();
    }
    TimeUnit.SECONDS.sleep(seconds);
  }

  private void sample(ProgramProcess program) throws InterruptedException {
    long other = 0;
    long traces = 0;
    long lines = 0;
    long ended = 0;
    long before = System.nanoTime();
    while (program.isAlive()) {
      Threads.pause(SAMPLE.toMillis());
      Turn now = turn;
      // What an attack has left behind is gone by then.
      long calm = TimeUnit.SECONDS.toNanos(turnSeconds() / 2);
      boolean quiet = now == Turn.QUIET && System.nanoTime() - turnSince > calm;
      long others = program.otherLines.get();
      long trace = program.traceLines.get();
      long line = program.jobLines.get();
      long jobs = tally.where(Entry::isDelivered).size();
      double window = (System.nanoTime() - before) / 60e9;
      before = System.nanoTime();
      try {
        samples.add(
            new Sample(
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                now.name().toLowerCase(),
                quiet,
                program.liveHeap() / 1048576.0,
                program.status("VmRSS") / 1024.0,
                program.status("Threads"),
                program.openFiles(),
                program.files("inbox"),
                program.files("inbox/.rejected"),
                program.files("outbox"),
                program.files("videos"),
                program.files("broker/journal"),
                (others - other) / window,
                trace - traces,
                jobs == ended ? 0 : (line - lines) / (double) (jobs - ended),
                (long) program.metric("leonardo_jobs{state=\"ACCEPTED\""),
                (long) program.metric("leonardo_jobs{state=\"RUNNING\""),
                (long) program.metric("leonardo_jobs{state=\"IN_DOUBT\""),
                tally.where(entry -> entry.counts() && !entry.isDelivered()).size()));
      } catch (IOException e) {
        System.out.println("no sample: " + e);
      }
      other = others;
      traces = trace;
      lines = line;
      ended = jobs;
    }
  }

  /** Waits as long as anything more is delivered; whether all is. */
  private boolean settle(ProgramProcess program) throws InterruptedException {
    long since = System.nanoTime();
    long progress = since;
    int before = Integer.MAX_VALUE;
    while (program.isAlive() && System.nanoTime() - progress < SETTLING.toNanos()) {
      int left = tally.where(entry -> entry.counts() && !entry.isDelivered()).size();
      if (left == 0) {
        System.out.printf(
            "all is delivered %d s after the last request%n",
            TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since));
        return true;
      }
      progress = left < before ? System.nanoTime() : progress;
      before = left;
      TimeUnit.SECONDS.sleep(1);
    }
    return false;
  }
}
