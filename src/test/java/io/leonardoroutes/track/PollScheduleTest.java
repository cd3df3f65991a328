package io.leonardoroutes.track;

import static io.leonardoroutes.job.JobState.COMPLETE;
import static io.leonardoroutes.job.JobState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.limits.AccountLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many looks a job costs and how soon its end is seen, on a clock of its own. */
@Tag("long")
class PollScheduleTest {
  private static final AccountLimits LIMITS = TestLimits.of(10, 100);
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration TICK = Duration.ofMillis(250);
  private static final int WARM_UP = 40;
  private static final int JOBS = 240;

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private final Random random = new Random(7);
  private Ledger ledger;
  private PollSchedule schedule;

  @BeforeEach
  void open() {
    ledger = TestLedger.open("jdbc:sqlite:" + folder.resolve("ledger.db"), clock);
    schedule =
        new PollSchedule(
            ledger,
            new LeonardoSettings.Tracking(
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                Duration.ofHours(2),
                Duration.ofMinutes(2)),
            clock);
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  @Test
  void jobsOfFiveMinutesCostSixLooksOrFewerAndTheirEndIsSeenInFiveSeconds() {
    Seen seen = watch("300 s, give or take 15 s", x -> 300 + 15 * x);

    assertThat(seen.looks(50)).isLessThanOrEqualTo(6);
    assertThat(seen.late(50)).isLessThanOrEqualTo(5_000);
    assertThat(seen.late(90)).isLessThanOrEqualTo(10_000);
  }

  @ParameterizedTest
  @CsvSource({"30, 7", "60, 7", "60, 4", "60, 9"})
  void jobsThatVaryMuchCostNoMoreLooksAndAreSeenAsSoonInTheMedian(int spread, long seed) {
    random.setSeed(seed);
    String name = "300 s, give or take %d s, seed %d".formatted(spread, seed);
    Seen seen = watch(name, x -> 300 + spread * x);

    assertThat(seen.looks(50)).isLessThanOrEqualTo(6);
    assertThat(seen.late(50)).isLessThanOrEqualTo(5_000);
  }

  @Test
  void shortJobsAreSeenSooner() {
    Seen seen = watch("20 s, give or take 1 s", x -> 20 + x);

    assertThat(seen.looks(50)).isLessThanOrEqualTo(6);
    assertThat(seen.late(50)).isLessThanOrEqualTo(1_500);
  }

  @Test
  void jobsThatBecomeFasterAreSoonSeenSooner() {
    watch("300 s", x -> 300 + 5 * x);
    Seen faster = watch("100 s, once 300 s", x -> 100 + 3 * x);

    assertThat(faster.late(50)).isLessThanOrEqualTo(5_000);
  }

  @Test
  void aJobWhoseKindUsuallyTakesLongerIsPolledWhenItIsLate() {
    watch("300 s", x -> 300 + 5 * x);
    schedule =
        new PollSchedule(
            ledger,
            new LeonardoSettings.Tracking(
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofMinutes(2)),
            clock);

    Job job = begin(x -> 300).job;

    assertThat(job.schedule().dueAt()).isEqualTo(job.submittedAt().plusSeconds(60));
  }

  /** Looks per job and milliseconds between an end and the look that saw it, each sorted. */
  private record Seen(List<Integer> looks, List<Long> late) {
    int looks(int percent) {
      return looks.get((looks.size() - 1) * percent / 100);
    }

    long late(int percent) {
      return late.get((late.size() - 1) * percent / 100);
    }
  }

  private static final class Running {
    private Job job;
    private Instant ends;
    private int looks;
  }

  /** Ten at once, one after another. */
  private Seen watch(String name, DoubleUnaryOperator seconds) {
    List<Running> running = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    List<Long> late = new ArrayList<>();
    for (int begun = 0, ended = 0; ended < JOBS; clock.tick(TICK)) {
      while (running.size() < 10 && begun < JOBS) {
        running.add(begin(seconds));
        begun++;
      }
      for (Running one : List.copyOf(running)) {
        if (one.job.schedule().dueAt().isAfter(clock.instant())) {
          continue;
        }
        one.looks++;
        if (look(one)) {
          running.remove(one);
          if (++ended > WARM_UP) {
            counts.add(one.looks);
            late.add(Duration.between(one.ends, clock.instant()).toMillis());
          }
        }
      }
    }
    counts.sort(null);
    late.sort(null);
    Seen seen = new Seen(counts, late);
    System.out.printf(
        "FIGURE looks per job, %s: %d in the median, %d in 9 of 10; its end is seen after %d ms in"
            + " the median, %d ms in 9 of 10%n",
        name, seen.looks(50), seen.looks(90), seen.late(50), seen.late(90));
    return seen;
  }

  private Running begin(DoubleUnaryOperator seconds) {
    Running one = new Running();
    Job job = ledger.submitting(accepted(), LIMITS, LEASE).orElseThrow();
    double takes = Math.max(1, seconds.applyAsDouble(random.nextGaussian()));
    one.ends = clock.instant().plusMillis((long) (takes * 1000));
    Job.Change change = job.to(RUNNING).created("gen", null).dueAt(schedule.first(job));
    assertThat(ledger.move(job, change)).isTrue();
    one.job = change.job();
    return one;
  }

  private boolean look(Running one) {
    boolean ended = !one.ends.isAfter(clock.instant());
    Job.Change change =
        ended
            ? one.job.to(COMPLETE).finishedAt(clock.instant()).took(schedule.took(one.job)).done()
            : one.job.to(RUNNING).dueAt(schedule.next(one.job)).runningAt(clock.instant());
    assertThat(ledger.move(one.job, change)).isTrue();
    one.job = change.job();
    return ended;
  }

  private Job accepted() {
    NewJob asked =
        TestLedger.asked(
            null,
            new ObjectMapper().createObjectNode().put("model", "kling-3.0-turbo"),
            new Job.Routing(null, null, "hash", 4, List.of(), null));
    return ((Acceptance.Accepted) ledger.accept(asked, job -> List.of())).job();
  }
}
