package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.CANCELLED;
import static io.leonardoroutes.job.JobState.COMPLETE;
import static io.leonardoroutes.job.JobState.FAILED;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;
import static io.leonardoroutes.job.JobState.SUBMITTING;
import static io.leonardoroutes.ledger.NewJobs.event;
import static io.leonardoroutes.ledger.NewJobs.request;
import static io.leonardoroutes.ledger.NewJobs.urgent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance.Accepted;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.limits.AccountLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class MovesTest {
  private static final AccountLimits PLENTY = TestLimits.of(10_000, 10_000);
  private static final Duration LEASE = Duration.ofSeconds(30);

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private Ledger ledger;

  @Test
  void aMoveIsReadBackAsItWasMade() {
    Job submitting = submitting(accepted());
    Job.Change running =
        submitting
            .to(RUNNING)
            .created("gen-1", new Job.Cost("0.0147", "DOLLARS"))
            .response(NewJobs.REQUEST)
            .dueAt(clock.instant().plusSeconds(20));

    assertThat(ledger.move(submitting, running)).isTrue();
    assertThat(ledger.find(submitting.id())).contains(running.job());
  }

  @Test
  void ofTwoMoversOneIsToldThatItWasNotItsMove() {
    Job seen = accepted();

    assertThat(ledger.move(seen, seen.to(CANCELLED).done())).isTrue();
    assertThat(ledger.submitting(seen, PLENTY, LEASE)).isEmpty();
    assertThat(ledger.find(seen.id()).orElseThrow().state()).isEqualTo(CANCELLED);
  }

  @Test
  void ofTwoMoversOneIsToldAlsoWhereTheStateStaysAsItIs() {
    Job seen = complete();
    Job.Change done = seen.to(COMPLETE).done();

    assertThat(ledger.move(seen, done, event("e1", seen, event("archive")))).isTrue();
    assertThat(ledger.move(seen, done, event("e2", seen, event("archive")))).isFalse();
    assertThat(ledger.outbox().count(Delivery.State.PENDING)).isEqualTo(1);
  }

  @Test
  void ofSixteenSubmittersOneMayPay() throws Exception {
    Job seen = accepted();

    assertThat(sixteenTimes(() -> ledger.submitting(seen, PLENTY, LEASE).isPresent()))
        .filteredOn(mine -> mine)
        .hasSize(1);
    assertThat(ledger.find(seen.id()).orElseThrow().schedule().attempt()).isEqualTo(1);
  }

  @Test
  void anEarlierAttemptCannotMoveALaterOne() {
    Job first = submitting(accepted());
    ledger.move(first, first.to(ACCEPTED).triedAgainAt(clock.instant()));
    submitting(ledger.find(first.id()).orElseThrow());

    assertThat(ledger.move(first, first.to(RUNNING).created("gen-1", null))).isFalse();
  }

  @Test
  void aMoveThatTheLifeOfAJobDoesNotKnowIsThrownOut() {
    Job accepted = accepted();
    Job submitting = submitting(accepted());

    assertThatThrownBy(() -> ledger.move(accepted, accepted.to(COMPLETE)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("ACCEPTED does not lead to COMPLETE");
    assertThatThrownBy(() -> ledger.move(submitting, submitting.to(SUBMITTING)))
        .hasMessage("SUBMITTING does not lead to SUBMITTING");
    assertThatThrownBy(() -> ledger.move(submitting, submitting.to(CANCELLED)))
        .hasMessage("SUBMITTING does not lead to CANCELLED");
    ledger.move(submitting, submitting.to(IN_DOUBT).done());
    Job inDoubt = ledger.find(submitting.id()).orElseThrow();
    assertThatThrownBy(() -> ledger.submitting(inDoubt, PLENTY, LEASE))
        .hasMessage("IN_DOUBT does not lead to SUBMITTING");
    ledger.move(inDoubt, inDoubt.to(FAILED).done());
    Job failed = ledger.find(submitting.id()).orElseThrow();
    assertThatThrownBy(() -> ledger.submitting(failed, PLENTY, LEASE))
        .hasMessage("FAILED does not lead to SUBMITTING");
  }

  @Test
  void aClaimedJobIsNobodyElsesUntilItsLeaseIsOver() {
    accepted();

    assertThat(ledger.claim(ACCEPTED, 10, LEASE)).hasSize(1);
    clock.tick(LEASE.minusMillis(1));
    assertThat(ledger.claim(ACCEPTED, 10, LEASE)).isEmpty();
    clock.tick(Duration.ofMillis(1));
    assertThat(ledger.claim(ACCEPTED, 10, LEASE)).hasSize(1);
  }

  @Test
  void whatIsNotDueIsNotClaimed() {
    Job submitting = submitting(accepted());
    ledger.move(submitting, submitting.to(ACCEPTED).triedAgainAt(clock.instant().plusSeconds(5)));

    assertThat(ledger.claim(ACCEPTED, 10, LEASE)).isEmpty();
    clock.tick(Duration.ofSeconds(5));
    assertThat(ledger.claim(ACCEPTED, 10, LEASE)).hasSize(1);
  }

  @Test
  void theMostUrgentIsClaimedFirstThenTheOldest() {
    Job low = accepted(urgent(0));
    clock.tick(Duration.ofSeconds(1));
    Job old = accepted(urgent(4));
    clock.tick(Duration.ofSeconds(1));
    Job young = accepted(urgent(4));
    Job high = accepted(urgent(9));

    assertThat(ledger.claim(ACCEPTED, 3, LEASE))
        .extracting(Job::id)
        .containsExactly(high.id(), old.id(), young.id());
    assertThat(ledger.claim(ACCEPTED, 3, LEASE)).extracting(Job::id).containsExactly(low.id());
  }

  @Test
  void twoClaimersNeverShareAJob() throws Exception {
    IntStream.range(0, 200).forEach(i -> accepted());

    List<List<Job>> claims = sixteenTimes(() -> ledger.claim(ACCEPTED, 10, LEASE));

    Set<String> different = new HashSet<>();
    claims.forEach(claim -> assertThat(claim).hasSizeLessThanOrEqualTo(10));
    List<String> all = claims.stream().flatMap(Collection::stream).map(Job::id).toList();
    different.addAll(all);
    assertThat(different).hasSameSizeAs(all).hasSizeGreaterThan(100);
  }

  @Test
  void aReleasedJobIsClaimedAgainAtOnce() {
    accepted();
    ledger.endLease(ledger.claim(ACCEPTED, 1, LEASE).get(0));

    assertThat(ledger.claim(ACCEPTED, 1, LEASE)).hasSize(1);
  }

  @Test
  void whoLostAJobCannotReleaseThePaidCallOfTheOneWhoHasIt() {
    Job seen = accepted();
    submitting(seen);

    ledger.endLease(seen);

    assertThat(ledger.claim(SUBMITTING, 1, LEASE)).isEmpty();
    clock.tick(LEASE);
    assertThat(ledger.claim(SUBMITTING, 1, LEASE)).hasSize(1);
  }

  private Job accepted() {
    return accepted(request());
  }

  private Job accepted(NewJob request) {
    return ((Accepted) ledger.accept(request, job -> List.of())).job();
  }

  private Job submitting(Job accepted) {
    return ledger.submitting(accepted, PLENTY, LEASE).orElseThrow();
  }

  private Job complete() {
    Job job = submitting(accepted());
    Instant now = clock.instant();
    ledger.move(job, job.to(RUNNING).created("gen-1", null).dueAt(now));
    Job running = ledger.find(job.id()).orElseThrow();
    ledger.move(running, running.to(COMPLETE).finishedAt(now).dueAt(now));
    return ledger.find(job.id()).orElseThrow();
  }

  private static <T> List<T> sixteenTimes(Callable<T> task) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<T> all = new ArrayList<>();
      for (Future<T> one : threads.invokeAll(Collections.nCopies(16, task))) {
        all.add(one.get());
      }
      return all;
    } finally {
      threads.shutdownNow();
    }
  }
}
