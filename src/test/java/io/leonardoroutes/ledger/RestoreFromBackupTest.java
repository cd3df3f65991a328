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
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.Moved;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.limits.AccountLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Which jobs of a ledger that came from a backup are in doubt, and since when. */
@ParameterizedClass
@EnumSource(Engine.class)
class RestoreFromBackupTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final AccountLimits TEN = TestLimits.of(10, 100);

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private Ledger ledger;

  @Test
  void whatMayHaveBeenSubmittedSinceIsInDoubtFromItsOwnTimeOrTheBackupsOn() {
    Job waiting = accepted();
    Job begun = submitting();
    Job doubtful = submitting();
    ledger.move(doubtful, doubtful.to(IN_DOUBT).dueAt(clock.instant()));
    Instant early = clock.instant();
    clock.tick(Duration.ofHours(1));
    Instant backup = clock.instant();
    clock.tick(Duration.ofMinutes(1));
    Job later = accepted();
    Instant created = clock.instant();
    clock.tick(Duration.ofDays(1));

    Ledger.Doubts doubts = restored(backup);

    assertThat(doubts).isEqualTo(new Ledger.Doubts(4, backup));
    assertDoubtful(waiting, backup, 0);
    assertDoubtful(begun, early, 1);
    assertDoubtful(doubtful, early, 1);
    assertDoubtful(later, created, 0);
    assertThat(ledger.history(waiting.id()))
        .extracting(Moved::from, Moved::to)
        .containsExactly(tuple(null, ACCEPTED), tuple(ACCEPTED, IN_DOUBT));
    assertThat(ledger.claim(IN_DOUBT, 10, LEASE)).hasSize(4);
    assertThat(ledger.claim(ACCEPTED, 10, LEASE)).isEmpty();
    assertThat(ledger.claim(SUBMITTING, 10, LEASE)).isEmpty();
    assertThat(ledger.outbox().claim("archive", 10, LEASE)).hasSize(4);
  }

  @Test
  void aJobThatIsSubmittedAgainAfterTheBackupsTimeIsStillInDoubtFromThatTimeOn() {
    Job begun = accepted();
    Instant backup = clock.instant();
    clock.tick(Duration.ofHours(1));
    Job again = ledger.submitting(begun, TEN, LEASE).orElseThrow();
    clock.tick(Duration.ofHours(1));

    restored(backup);

    assertDoubtful(again, backup, 1);
  }

  @Test
  void whatIsNeverSubmittedAgainStaysAsItIs() {
    Job running = running();
    Job complete = running();
    ledger.move(complete, complete.to(COMPLETE).dueAt(clock.instant()));
    Job failed = running();
    ledger.move(failed, failed.to(FAILED).done());
    Job cancelled = accepted();
    ledger.move(cancelled, cancelled.to(CANCELLED).done());
    List<Job> before = ledger.list(null, 10, null);
    clock.tick(Duration.ofHours(1));

    assertThat(restored(clock.instant()).jobs()).isZero();

    assertThat(ledger.list(null, 10, null)).isEqualTo(before);
    assertThat(ledger.governor().polls(10, TEN, LEASE)).extracting(Job::id).contains(running.id());
  }

  @Test
  void aTimeAfterTheLastThatWasWrittenIsTakenForThat() {
    Job waiting = accepted();
    Instant written = clock.instant();
    clock.tick(Duration.ofHours(1));

    assertThat(restored(clock.instant())).isEqualTo(new Ledger.Doubts(1, written));

    assertDoubtful(waiting, written, 0);
  }

  @Test
  void howeverManyThereAreAllAreInDoubtOrNone() {
    ledger.acceptAll(Collections.nCopies(1001, request()));
    assertThatThrownBy(
            () ->
                ledger.restored(
                    clock.instant(),
                    Job.Change::done,
                    job -> {
                      if (ledger.isShared() || job.id().startsWith("f")) {
                        throw new IllegalStateException("a crash");
                      }
                      return event(job.id(), job);
                    }))
        .hasMessage("a crash");
    assertThat(ledger.list(IN_DOUBT, 2000, null)).isEmpty();

    assertThat(restored(clock.instant()).jobs()).isEqualTo(1001);

    assertThat(ledger.list(IN_DOUBT, 2000, null)).hasSize(1001);
  }

  @Test
  void whatWasApprovedBeforeTheBackupDoesNotWaitForApprovalAgain() {
    Job approved = waitingForApproval(Duration.ofDays(7));
    Job.Change change = approved.to(ACCEPTED).waitsFor(null).approvedAt(clock.instant());
    assertThat(ledger.move(approved, change.dueAt(clock.instant()))).isTrue();

    Job unpaid = unpaidAfterRestore(approved.id());

    assertThat(unpaid.waitsFor()).isNull();
    assertThat(unpaid.approvedAt()).isNotNull();
    assertThat(ledger.claim(ACCEPTED, 10, LEASE)).extracting(Job::id).containsExactly(unpaid.id());
  }

  @Test
  void whoseApprovalMayBeLostWaitsForItAgainWithAllTheTimeForIt() {
    Job waiting = waitingForApproval(Duration.ofDays(7));
    clock.tick(Duration.ofDays(6));

    Job unpaid = unpaidAfterRestore(waiting.id());

    assertThat(unpaid.waitsFor()).isEqualTo(WaitsFor.APPROVAL);
    assertThat(unpaid.warnings()).containsExactly("it is dear");
    assertThat(ledger.claim(ACCEPTED, 10, LEASE)).isEmpty();
    clock.tick(Duration.ofDays(7).minusMillis(1));
    assertThat(ledger.waiting().due(WaitsFor.APPROVAL, 10)).isEmpty();
    clock.tick(Duration.ofMillis(1));
    assertThat(ledger.waiting().due(WaitsFor.APPROVAL, 10)).containsExactly(unpaid);
  }

  @Test
  void aChainedJobThatWasPaidSinceIsNotSubmittedWhenItsAwaitedJobEnds() {
    Job first = accepted();
    Job second = accepted(request().waitingFor(first.id(), null));
    restored(clock.instant());
    Job running = ledger.find(first.id()).orElseThrow();
    Job.Change adopted = running.to(RUNNING).created("first", null).dueAt(clock.instant());
    assertThat(ledger.adopt(running, adopted)).isTrue();
    assertThat(ledger.move(adopted.job(), adopted.job().to(COMPLETE).done())).isTrue();

    assertThat(ledger.waiting().due(WaitsFor.JOB, 10)).isEmpty();
    assertThat(ledger.find(second.id()).orElseThrow().state()).isEqualTo(IN_DOUBT);

    Job unpaid = released(second.id());
    assertThat(ledger.waiting().due(WaitsFor.JOB, 10)).containsExactly(unpaid);
  }

  @Test
  void itIsKnownThatTheLedgerWasRestored() {
    assertThat(ledger.restoredAt()).isEmpty();
    restored(clock.instant());
    clock.tick(Duration.ofHours(1));
    restored(clock.instant());
    assertThat(ledger.restoredAt()).hasValue(clock.instant());
  }

  private Job waitingForApproval(Duration expires) {
    return accepted(
        request()
            .waitingFor(
                null,
                new NewJob.Approval(
                    "it is dear",
                    clock.instant().plus(expires),
                    job -> event("approval of " + job.id(), job))));
  }

  private Job unpaidAfterRestore(String id) {
    restored(clock.instant());
    clock.tick(Duration.ofDays(2));
    return released(id);
  }

  /** As whoever finds out that it was not billed does it. */
  private Job released(String id) {
    Job doubtful = ledger.find(id).orElseThrow();
    Job.Change unpaid = doubtful.to(ACCEPTED).submittedAt(null).dueAt(clock.instant());
    assertThat(ledger.move(doubtful, unpaid)).isTrue();
    return ledger.find(id).orElseThrow();
  }

  private Job accepted(NewJob asked) {
    return ((Acceptance.Accepted) ledger.accept(asked, job -> List.of())).job();
  }

  private Ledger.Doubts restored(Instant at) {
    return ledger.restored(
        at,
        change -> change.dueAt(clock.instant()),
        job -> event("of " + job.id(), job, event("archive")));
  }

  private void assertDoubtful(Job before, Instant begun, int attempts) {
    Job job = ledger.find(before.id()).orElseThrow();
    assertThat(job.state()).isEqualTo(IN_DOUBT);
    assertThat(job.submittedAt()).isEqualTo(begun);
    assertThat(job.schedule().dueAt()).isEqualTo(clock.instant());
    assertThat(job.schedule().attempt()).isEqualTo(1_000_000 + attempts);
  }

  private Job accepted() {
    return accepted(request());
  }

  private Job submitting() {
    return ledger.submitting(accepted(), TEN, LEASE).orElseThrow();
  }

  private Job running() {
    Job job = submitting();
    ledger.move(job, job.to(RUNNING).created("gen-" + job.id(), null).dueAt(clock.instant()));
    return ledger.find(job.id()).orElseThrow();
  }
}
