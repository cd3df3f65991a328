package soak;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What became of each request: whether it was accepted, how often it was paid, what arrived. */
final class RequestTally {
  private static final Pattern NUMBER = Pattern.compile("soak-(\\d+)");

  private final AtomicInteger last = new AtomicInteger();
  private final Map<Integer, Entry> entries = new ConcurrentHashMap<>();
  private final Deque<String> recent = new ArrayDeque<>();

  /** How the provider ends a job; by its number, so that every party knows. */
  enum Fate {
    VIDEO,
    FAILURE,
    DECLINED;

    static Fate of(int number) {
      if (number % 100 == 13) {
        return DECLINED;
      }
      return number % 50 == 7 ? FAILURE : VIDEO;
    }
  }

  /** One request; what an attacker broke off may or may not have been accepted. */
  static final class Entry {
    final int number;
    final long since = System.nanoTime();
    final AtomicInteger paid = new AtomicInteger();
    final AtomicInteger files = new AtomicInteger();
    final AtomicInteger videos = new AtomicInteger();
    final AtomicInteger events = new AtomicInteger();
    volatile boolean accepted;

    Entry(int number) {
      this.number = number;
    }

    Fate fate() {
      return Fate.of(number);
    }

    /** It reached somebody, so it must be ended and delivered. */
    boolean counts() {
      return accepted || paid.get() > 0;
    }

    boolean isDelivered() {
      boolean video = fate() != Fate.VIDEO || videos.get() > 0;
      return files.get() > 0 && events.get() > 0 && video;
    }

    boolean isPaidRight() {
      return paid.get() == (fate() == Fate.DECLINED ? 0 : 1);
    }

    @Override
    public String toString() {
      return "soak-%d (%s, accepted %s, paid %d, end files %d, videos %d, end events %d)"
          .formatted(number, fate(), accepted, paid.get(), files.get(), videos.get(), events.get());
    }
  }

  Entry next() {
    Entry entry = new Entry(last.incrementAndGet());
    entries.put(entry.number, entry);
    return entry;
  }

  /** The request that is named somewhere in the text; null for none. */
  Entry in(String text) {
    Matcher number = NUMBER.matcher(text);
    return number.find() ? entries.get(Integer.parseInt(number.group(1))) : null;
  }

  static String body(Entry entry) {
    return """
    {"model":"kling-3.0-turbo","public":false,"reference":"soak-%1$d","parameters":\
    {"prompt":"soak-%1$d: the koala plays with the cat","duration":5,"width":1920,"height":1080}}\
    """
        .formatted(entry.number);
  }

  List<Entry> where(Predicate<Entry> condition) {
    return entries.values().stream().filter(condition).toList();
  }

  synchronized void accepted(Entry entry, String job) {
    entry.accepted = true;
    recent.addLast(job);
    if (recent.size() > 1000) {
      recent.removeFirst();
    }
  }

  /** A job that was accepted over REST lately; an unknown one at first. */
  synchronized String recentJob(Random chance) {
    return recent.isEmpty()
        ? "unknown"
        : recent.stream().skip(chance.nextInt(recent.size())).findFirst().orElseThrow();
  }

  /**
   * Prints what was lost, paid twice or delivered twice; whether nothing was lost or paid twice.
   */
  boolean isWhole(long doubts, long ledger) {
    List<Entry> counted = where(Entry::counts);
    List<Entry> lost = where(entry -> entry.counts() && !entry.isDelivered());
    List<Entry> wrong = where(entry -> entry.counts() && !entry.isPaidRight());
    List<Entry> twice = where(entry -> entry.paid.get() > 1);
    long copies =
        counted.stream().filter(entry -> entry.files.get() > 1 || entry.videos.get() > 1).count();
    long repeated = counted.stream().filter(entry -> entry.events.get() > 1).count();
    System.out.printf(
        "%d requests, %d accepted: %d lost or not delivered, %d paid twice, %d not paid as they"
            + " should be, %d in doubt; %d files and %d events came more than once; %.1f KiB of"
            + " ledger a job%n",
        entries.size(),
        counted.size(),
        lost.size(),
        twice.size(),
        wrong.size(),
        doubts,
        copies,
        repeated,
        ledger / 1024.0 / Math.max(1, counted.size()));
    lost.stream()
        .sorted(Comparator.comparing(entry -> entry.number))
        .limit(50)
        .forEach(System.out::println);
    wrong.stream()
        .sorted(Comparator.comparing(entry -> entry.number))
        .limit(50)
        .forEach(System.out::println);
    return lost.isEmpty() && wrong.isEmpty() && doubts == 0;
  }
}
