package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.COMPLETE;
import static io.leonardoroutes.job.JobState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.limits.AccountLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand jobs before a provider that allows ten at once and a hundred creates in a minute, on
 * a clock of its own. Prints how often it turned a create away.
 */
@Tag("long")
class FullQueueTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final int QUEUED = 10_000;
  private static final int TOGETHER = 500;
  private static final Duration TICK = Duration.ofMillis(250);

  /** Often enough where jobs take {@link #LONG}. */
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static final Duration SHORT = Duration.ofSeconds(4);
  private static final Duration LONG = Duration.ofSeconds(45);

  /** Long enough to see a limit that is tried after 1, 2, 4 and 8 minutes. */
  private static final Duration WATCHED = Duration.ofMinutes(20);

  private static final Duration SOON_SEEN = Duration.ofMinutes(6);

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private final Map<String, Instant> atTheProvider = new HashMap<>();
  private final Deque<Instant> creates = new ArrayDeque<>();
  private int begun;

  @Test
  void withTheProvidersOwnLimitsNoCreateIsTurnedAway() {
    int[] turnedAway = run("limits known", limits(10, 100), 0, SHORT, SOON_SEEN);

    assertThat(turnedAway).containsExactly(0, 0);
    assertThat(begun)
        .as("and nothing is left unused")
        .isGreaterThan(95 * (int) SOON_SEEN.toMinutes());
  }

  @Test
  void whatTheAccountSaysKeepsAFleetThatIsSetTooHighFromBeingTurnedAway() {
    int[] turnedAway = run("account says 10, setting says 50", limits(50, 100), 10, LONG, WATCHED);

    assertThat(turnedAway).containsExactly(0, 0);
  }

  @Test
  void aFleetThatIsSetTooHighLearnsItInTheFirstMinuteAndThenTriesMoreEverMoreSeldom() {
    int[] turnedAway =
        run("setting says 50, nothing else known", limits(50, 100), 0, LONG, WATCHED);

    // After 1, 2, 4 and 8 minutes one more is tried, for the provider may have become larger.
    assertThat(turnedAway[1]).isLessThanOrEqualTo(4);
    assertThat(begun).as("and its slots stay busy").isGreaterThan(20 * 60 / 45 * 10 * 9 / 10);
  }

  private static AccountLimits limits(int concurrent, int creates) {
    return TestLimits.of(concurrent, creates, 2000, Duration.ofHours(2), null);
  }

  /** How many creates were turned away in the first minute, and after it. */
  private int[] run(String name, AccountLimits limits, int slots, Duration took, Duration watched) {
    int[] turnedAway = {0, 0};
    String url = "jdbc:sqlite:" + folder.resolve("ledger.db");
    try (Ledger ledger = TestLedger.open(url, clock)) {
      for (int i = 0; i < QUEUED; i += TOGETHER) {
        ledger.acceptAll(Stream.generate(NewJobs::request).limit(TOGETHER).toList());
      }
      ledger.governor().slots("default", slots);
      Instant start = clock.instant();
      while (clock.instant().isBefore(start.plus(watched))) {
        finish(ledger, took);
        for (Job job : ledger.governor().due(100, limits, LEASE).jobs()) {
          Optional<Job> submitting = ledger.submitting(job, limits, LEASE);
          if (submitting.isEmpty()) {
            ledger.endLease(job);
          } else if (!create(ledger, submitting.get(), limits)) {
            turnedAway[clock.instant().isBefore(start.plusSeconds(60)) ? 0 : 1]++;
          }
        }
        clock.tick(took.equals(LONG) ? SECOND : TICK);
      }
    }
    System.out.printf(
        "FIGURE creates turned away, 10,000 queued, %s: %d in the first minute, %d in %d minutes"
            + " after it, of %d%n",
        name, turnedAway[0], turnedAway[1], watched.toMinutes() - 1, begun);
    return turnedAway;
  }

  /** What the provider does with a create. */
  private boolean create(Ledger ledger, Job job, AccountLimits limits) {
    Instant now = clock.instant();
    while (!creates.isEmpty() && !creates.peek().isAfter(now.minusSeconds(60))) {
      creates.poll();
    }
    if (atTheProvider.size() >= 10 || creates.size() >= 100) {
      ledger.move(job, job.to(ACCEPTED).submittedAt(null).triedAgainAt(now.plusSeconds(1)));
      ledger.governor().createThrottled(job.submittedAt(), null, limits);
      return false;
    }
    creates.add(now);
    atTheProvider.put(job.id(), now);
    ledger.move(job, job.to(RUNNING).created("gen-" + job.id(), null));
    begun++;
    return true;
  }

  private void finish(Ledger ledger, Duration took) {
    Instant ended = clock.instant().minus(took);
    atTheProvider.entrySet().stream()
        .filter(job -> !job.getValue().isAfter(ended))
        .map(Map.Entry::getKey)
        .toList()
        .forEach(
            id -> {
              atTheProvider.remove(id);
              Job job = ledger.find(id).orElseThrow();
              ledger.move(job, job.to(COMPLETE).finishedAt(clock.instant()).done());
            });
  }
}
