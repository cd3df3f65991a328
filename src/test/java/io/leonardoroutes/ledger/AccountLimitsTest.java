package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.FAILED;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;
import static io.leonardoroutes.ledger.NewJobs.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance.Accepted;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.limits.AccountLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class AccountLimitsTest {
  private static final Duration LEASE = Duration.ofSeconds(30);

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private Ledger ledger;

  @Test
  void whatIsAtTheProviderOrPerhapsThereHoldsASlotUntilItEnds() {
    AccountLimits two = TestLimits.of(2, 100);
    Job running = submitting(two).orElseThrow();
    Job doubtful = submitting(two).orElseThrow();
    assertThat(ledger.free(two)).isZero();
    ledger.move(running, running.to(RUNNING).created("gen-1", null));
    ledger.move(doubtful, doubtful.to(IN_DOUBT).done());

    assertThat(submitting(two)).isEmpty();

    Job looked = ledger.find(running.id()).orElseThrow();
    ledger.move(looked, looked.to(FAILED).done());
    assertThat(ledger.free(two)).isEqualTo(1);
    assertThat(submitting(two)).isPresent();
  }

  @Test
  void itCanBeToldThatJobsInDoubtHoldEverySlot() {
    AccountLimits one = TestLimits.of(1, 100);
    Job job = submitting(one).orElseThrow();
    assertThat(ledger.governor().stuckInDoubt(one)).isFalse();

    ledger.move(job, job.to(IN_DOUBT).done());

    assertThat(ledger.governor().stuckInDoubt(one)).isTrue();
  }

  @Test
  void noMoreCreatesBeginInAMinuteThanAreAllowed() {
    AccountLimits three = TestLimits.of(100, 3);
    submitting(three).orElseThrow();
    clock.tick(Duration.ofSeconds(30));
    submitting(three).orElseThrow();
    submitting(three).orElseThrow();

    assertThat(submitting(three)).isEmpty();
    // Calls are counted by the second, and a second that is counted in part is counted whole.
    clock.tick(Duration.ofSeconds(31));
    assertThat(submitting(three)).isPresent();
    assertThat(submitting(three)).isEmpty();
  }

  @Test
  void aLimitHoldsHoweverManySubmitAtOnce() throws Exception {
    AccountLimits five = TestLimits.of(5, 100);
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      jobs.add(accepted());
    }
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Callable<Boolean>> all = new ArrayList<>();
      jobs.forEach(job -> all.add(() -> ledger.submitting(job, five, LEASE).isPresent()));
      int begun = 0;
      for (Future<Boolean> one : threads.invokeAll(all)) {
        begun += one.get() ? 1 : 0;
      }
      assertThat(begun).isEqualTo(5);
    } finally {
      threads.shutdownNow();
    }
  }

  private Optional<Job> submitting(AccountLimits limits) {
    return ledger.submitting(accepted(), limits, LEASE);
  }

  private Job accepted() {
    return ((Accepted) ledger.accept(request(), job -> List.of())).job();
  }
}
