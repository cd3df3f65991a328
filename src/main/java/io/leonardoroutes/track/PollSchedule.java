package io.leonardoroutes.track;

import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.flow.RepeatInterval;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.ledger.Ledger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Says when to look at a running job: when jobs of its kind usually end, and then often enough that
 * the end is seen within five seconds of it. A look costs one of the calls that a minute has.
 *
 * <p>How long jobs take is learned from the looks themselves, which see an end only after it. So an
 * end is taken to lie between the last look that showed the job running and the one that showed it
 * done. A job that was done at its first look ended some time before it, and is taken to have ended
 * so much earlier that the first look moves forward while this happens to many.
 */
public final class PollSchedule {
  private static final int KNOWN_AFTER = 5;
  private static final int LEARN_FROM = 30;
  private static final Duration CACHED = Duration.ofMinutes(1);
  private static final int MOST_KINDS = 1000;

  /** Five seconds, less what a tick and a call take. */
  private static final long NEAR = 4_500;

  /** As often as the loop that looks runs by default. */
  private static final long NEAREST = 50;

  private static final int LOOKS = 5;
  private static final long TOO_LATE_TO_LEARN = 10_000;
  private static final Duration AFTER_GIVE_UP = Duration.ofMinutes(5);

  private final Ledger ledger;
  private final LeonardoSettings.Tracking settings;
  private final Clock clock;
  private final Map<String, Cached> cache = new ConcurrentHashMap<>();

  /**
   * When jobs of one kind usually end, in milliseconds after they were submitted: one in ten
   * earlier than {@code early}, half before {@code middle}, one in ten later than {@code late}.
   */
  record TypicalDuration(long early, long middle, long late) {
    static Optional<TypicalDuration> of(List<Duration> took) {
      if (took.size() < KNOWN_AFTER) {
        return Optional.empty();
      }
      long[] sorted = took.stream().mapToLong(Duration::toMillis).sorted().toArray();
      int last = sorted.length - 1;
      return Optional.of(
          new TypicalDuration(sorted[last / 10], sorted[last / 2], sorted[last - last / 10]));
    }

    private long near() {
      return Math.max(NEAREST, Math.min(NEAR, middle / 40));
    }

    /**
     * The next look at a job that runs for so long, in milliseconds after it was submitted. From
     * the early ends to the middle one there are five looks or so; then one every {@code near}, and
     * after the late ends rarer ones, down to one every {@code every}.
     */
    long after(long elapsed, long every) {
      if (elapsed < early) {
        return early;
      }
      if (elapsed < middle) {
        return elapsed + Math.max(near(), (middle - early) / (LOOKS - 1));
      }
      return elapsed + Math.max(near(), Math.min(every, (elapsed - late) / 4));
    }
  }

  private record Cached(Optional<TypicalDuration> usual, RepeatInterval read) {}

  public PollSchedule(Ledger ledger, LeonardoSettings.Tracking settings, Clock clock) {
    this.ledger = ledger;
    this.settings = settings;
    this.clock = clock;
  }

  /** The first look at a job whose create was just answered. */
  public Instant first(Job job) {
    Instant now = clock.instant();
    return usual(job)
        .map(usual -> after(job, usual, now))
        .orElseGet(() -> now.plus(settings.first()));
  }

  /** The next look at a job that was just seen running. */
  Instant next(Job job) {
    Instant now = clock.instant();
    if (isLate(job)) {
      return now.plus(AFTER_GIVE_UP);
    }
    return usual(job).map(usual -> after(job, usual, now)).orElseGet(() -> now.plus(gap(job, now)));
  }

  /** The time between two looks at a job whose slot another one waits for. */
  Duration wanted() {
    return settings.every().dividedBy(4);
  }

  /** Whether a person has to be told that it takes longer than {@code leonardo.track.give-up}. */
  boolean isLate(Job job) {
    return job.submittedAt().plus(settings.giveUp()).isBefore(clock.instant());
  }

  private Instant after(Job job, TypicalDuration usual, Instant now) {
    long elapsed = Math.max(0, Duration.between(job.submittedAt(), now).toMillis());
    return now.plusMillis(usual.after(elapsed, settings.every().toMillis()) - elapsed);
  }

  /** While nothing is known: a tenth of the time that it runs, in bounds. */
  private Duration gap(Job job, Instant now) {
    long every = settings.every().toMillis();
    long tenth = Duration.between(job.submittedAt(), now).toMillis() / 10;
    return Duration.ofMillis(Math.max(1, Math.max(every / 4, Math.min(every, tenth))));
  }

  /** How long the provider took for a job that was just seen done; null if that cannot be said. */
  Duration took(Job job) {
    Instant now = clock.instant();
    Instant running = job.schedule().runningAt();
    Instant due = job.schedule().dueAt();
    long elapsed = Duration.between(job.submittedAt(), now).toMillis();
    long unseen = Duration.between(running == null ? due : running, now).toMillis();
    // Our own gaps between looks must pass, or only the jobs of some lengths are learned from.
    boolean told = unseen >= 0 && unseen <= Math.max(TOO_LATE_TO_LEARN, elapsed / 5);
    if (!told || elapsed <= 0) {
      return null;
    }
    return Duration.ofMillis(running == null ? elapsed * 7 / 8 : elapsed - unseen / 2);
  }

  private Optional<TypicalDuration> usual(Job job) {
    Instant now = clock.instant();
    String kind = job.kind();
    Cached known = cache.get(kind);
    if (known == null || known.read().isOver(now)) {
      if (cache.size() >= MOST_KINDS) {
        cache.clear();
      }
      known =
          new Cached(TypicalDuration.of(ledger.took(kind, LEARN_FROM)), new RepeatInterval(CACHED));
      known.read().begin(now);
      cache.put(kind, known);
    }
    return known.usual();
  }
}
