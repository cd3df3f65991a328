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
 * Decides when to poll a running job: around the time when jobs of its kind usually end, often
 * enough to see the end within five seconds. Each poll uses one of the calls that are allowed per
 * minute.
 *
 * <p>It learns how long jobs take from the polls themselves. They see an end only after it, so an
 * end is taken to lie between the last poll that showed the job running and the one that showed it
 * done. A job that was done at its first poll ended some time before it, and is taken to have ended
 * so much earlier that the first poll moves forward while this happens to many.
 */
public final class PollSchedule {
  private static final int KNOWN_AFTER = 5;
  private static final int LEARN_FROM = 30;
  private static final Duration CACHED = Duration.ofMinutes(1);
  private static final int MOST_KINDS = 1000;

  /** Five seconds, less the time of a tick and a call. */
  private static final long NEAR = 4_500;

  /** The default interval of the loop that polls. */
  private static final long NEAREST = 50;

  private static final int POLLS = 5;
  private static final long TOO_LATE_TO_LEARN = 10_000;
  private static final Duration AFTER_GIVE_UP = Duration.ofMinutes(5);

  private final Ledger ledger;
  private final LeonardoSettings.Tracking settings;
  private final Clock clock;
  private final Map<String, Cached> cache = new ConcurrentHashMap<>();

  /**
   * When jobs of one kind usually end, in milliseconds after they were submitted: a tenth ends
   * before {@code early}, half before {@code middle}, a tenth after {@code late}.
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
     * When to poll next a job that has run for so long, in milliseconds after it was submitted.
     * From the early ends to the middle one there are about five polls; then one every {@code
     * near}, and after the late ends fewer, down to one every {@code every}.
     */
    long after(long elapsed, long every) {
      if (elapsed < early) {
        return early;
      }
      if (elapsed < middle) {
        return elapsed + Math.max(near(), (middle - early) / (POLLS - 1));
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

  /** When to poll a job first, just after its create was answered. */
  public Instant first(Job job) {
    Instant now = clock.instant();
    return usual(job)
        .map(usual -> after(job, usual, now))
        .orElseGet(() -> now.plus(settings.first()));
  }

  /** When to poll a job next that was just seen running. */
  Instant next(Job job) {
    Instant now = clock.instant();
    if (isLate(job)) {
      return now.plus(AFTER_GIVE_UP);
    }
    return usual(job).map(usual -> after(job, usual, now)).orElseGet(() -> now.plus(gap(job, now)));
  }

  /** The time between two polls of a job whose slot another job waits for. */
  Duration wanted() {
    return settings.every().dividedBy(4);
  }

  /**
   * Whether it is time to tell a person that the job takes longer than {@code
   * leonardo.track.give-up}.
   */
  boolean isLate(Job job) {
    return job.submittedAt().plus(settings.giveUp()).isBefore(clock.instant());
  }

  private Instant after(Job job, TypicalDuration usual, Instant now) {
    long elapsed = Math.max(0, Duration.between(job.submittedAt(), now).toMillis());
    Instant usually = now.plusMillis(usual.after(elapsed, settings.every().toMillis()) - elapsed);
    Instant late = job.submittedAt().plus(settings.giveUp());
    // Else a job whose kind usually takes longer would be told as late only after its first poll.
    return late.isAfter(now) && late.isBefore(usually) ? late : usually;
  }

  /**
   * The interval while nothing is known: a tenth of the time that the job has run, within bounds.
   */
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
    // Wait for our own intervals, or only jobs of some lengths would be learned from.
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
