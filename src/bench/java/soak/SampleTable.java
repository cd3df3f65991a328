package soak;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The samples, and whether they are flat over the quiet turns. */
final class SampleTable {
  static final String RULE =
      "flat: median of the last third of the quiet turns against the middle third, as in the first"
          + " the JVM warms up and folders fill to their limits: "
          + "heap after GC at most +15 %, resident memory +20 %, threads +10, open files +20, "
          + "files in a folder +20 % + 100, and in every minute at most 60 lines that name no job,"
          + " no stack trace, 15 lines a job";
  private static final int LINES = 60;
  private static final int LINES_PER_JOB = 15;

  private final List<Sample> samples = new ArrayList<>();

  /** What is seen at one moment, and of the log since the moment before. */
  record Sample(
      long second,
      String turn,
      boolean quiet,
      double heap,
      double resident,
      long threads,
      long open,
      int inbox,
      int rejected,
      int outbox,
      int videos,
      int broker,
      double otherLines,
      long traceLines,
      double linesPerJob,
      long waiting,
      long running,
      long doubts,
      long undelivered) {}

  static String header() {
    return ("%6s %-16s %6s %6s %4s %5s | %5s %5s %5s %6s %5s | %6s %5s %5s | %6s %6s %5s %6s")
        .formatted(
            "s", "turn", "heap", "rss", "thr", "fd", "inbox", "rejd", "outb", "videos", "brokr",
            "lines", "trace", "/job", "accptd", "runng", "doubt", "undlv");
  }

  synchronized void add(Sample s) {
    samples.add(s);
    System.out.printf(
        "%6d %-16s %6.1f %6.0f %4d %5d | %5d %5d %5d %6d %5d | %6.0f %5d %5.1f | %6d %6d %5d %6d%n",
        s.second(),
        s.turn() + (s.quiet() ? " *" : ""),
        s.heap(),
        s.resident(),
        s.threads(),
        s.open(),
        s.inbox(),
        s.rejected(),
        s.outbox(),
        s.videos(),
        s.broker(),
        s.otherLines(),
        s.traceLines(),
        s.linesPerJob(),
        s.waiting(),
        s.running(),
        s.doubts(),
        s.undelivered());
  }

  /** Prints each figure's median in each third; whether all are flat. */
  synchronized boolean isFlat() {
    List<Sample> quiet = samples.stream().filter(Sample::quiet).toList();
    if (quiet.size() < 3) {
      System.out.println("too few quiet turns to judge");
      return false;
    }
    System.out.println(RULE);
    boolean flat = true;
    flat &= holds("heap MiB", quiet, Sample::heap, 1.15, 0);
    flat &= holds("resident MiB", quiet, Sample::resident, 1.2, 0);
    flat &= holds("threads", quiet, Sample::threads, 1, 10);
    flat &= holds("open files", quiet, Sample::open, 1, 20);
    flat &= holds("files in inbox", quiet, Sample::inbox, 1.2, 100);
    flat &= holds("files in .rejected", quiet, Sample::rejected, 1.2, 100);
    flat &= holds("files in outbox", quiet, Sample::outbox, 1.2, 100);
    flat &= holds("files in videos", quiet, Sample::videos, 1.2, 100);
    flat &= holds("files in broker", quiet, Sample::broker, 1.2, 100);
    double most = mostLinesInAMinute();
    long traces = samples.stream().mapToLong(Sample::traceLines).sum();
    double perJob = median(quiet, Sample::linesPerJob);
    flat &= most <= LINES && traces == 0 && perJob <= LINES_PER_JOB;
    System.out.printf(
        "log: at most %.0f lines in a minute that name no job, %d of stack traces, %.1f lines a"
            + " job%n",
        most, traces, perJob);
    return flat;
  }

  /**
   * Over whole minutes, as the samples are closer: a limit of ten lines a minute would be twenty.
   */
  private double mostLinesInAMinute() {
    double most = 0;
    for (int last = 0; last < samples.size(); last++) {
      double lines = 0;
      for (int i = last; i >= 0 && samples.get(i).second() > samples.get(last).second() - 60; i--) {
        long since = i == 0 ? 0 : samples.get(i - 1).second();
        lines += samples.get(i).otherLines() * (samples.get(i).second() - since) / 60;
      }
      most = Math.max(most, lines);
    }
    return most;
  }

  private static boolean holds(
      String name, List<Sample> quiet, ToDoubleFunction<Sample> figure, double by, double plus) {
    int third = quiet.size() / 3;
    double first = median(quiet.subList(0, third), figure);
    double middle = median(quiet.subList(third, 2 * third), figure);
    double last = median(quiet.subList(quiet.size() - third, quiet.size()), figure);
    boolean holds = last <= middle * by + plus;
    System.out.printf(
        "%-20s %8.1f, %8.1f -> %8.1f %s%n", name, first, middle, last, holds ? "" : "NOT FLAT");
    return holds;
  }

  private static double median(List<Sample> of, ToDoubleFunction<Sample> figure) {
    double[] sorted = of.stream().mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
