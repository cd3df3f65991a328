package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.COMPLETE;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;
import static io.leonardoroutes.job.JobState.SUBMITTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.ledger.FutureLimits.CorrectedTimes;
import io.leonardoroutes.limits.AccountLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A clock that was ahead and is set back, while a program works by it. */
class ClockCorrectionTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final FutureLimits LONGEST =
      new FutureLimits(LEASE, Duration.ofMinutes(10), Duration.ofMinutes(65), Duration.ofHours(3));
  private static final AccountLimits LIMITS =
      TestLimits.of(10, 100, 2000, Duration.ofHours(2), null);

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private Ledger ledger;
  private String url;

  private void open(Engine engine) {
    url = engine.emptyLedger(folder);
    ledger = TestLedger.open(url, clock);
    assertThat(ledger.correctTimes(LONGEST, true).any()).isFalse();
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  /** The clock was an hour ahead until now. */
  private CorrectedTimes setBack() {
    ledger.correctTimes(LONGEST, false);
    clock.tick(HOUR.negated());
    return ledger.correctTimes(LONGEST, false);
  }

  private Job accepted() {
    return ((Acceptance.Accepted) ledger.accept(NewJobs.request(), job -> List.of())).job();
  }

  private Job moved(Job seen, Job.Change change) {
    assertThat(ledger.move(seen, change)).isTrue();
    return ledger.find(seen.id()).orElseThrow();
  }

  private Job submitting() {
    return ledger.submitting(accepted(), LIMITS, LEASE).orElseThrow();
  }

  @ParameterizedTest
  @EnumSource
  void whatWaitsIsDueInTimeAgainAndItIsToldByHowMuchItWasNot(Engine engine) {
    open(engine);
    Job waiting = accepted();
    Job running = submitting();
    running =
        moved(running, running.to(RUNNING).created("gen", null).dueAt(in(Duration.ofSeconds(20))));
    Job retried = submitting();
    moved(retried, retried.to(ACCEPTED).submittedAt(null).triedAgainAt(in(Duration.ofSeconds(40))));
    Job done = submitting();
    done = moved(done, done.to(RUNNING).created("gen-2", null));
    moved(done, done.to(COMPLETE).finishedAt(clock.instant()).dueAt(clock.instant()));
    ledger.outbox().add(List.of(NewJobs.event("e", waiting, NewJobs.event("erp"))));

    CorrectedTimes corrected = setBack();

    assertThat(corrected.ahead()).isEqualTo(HOUR);
    assertThat(corrected.jobs()).isEqualTo(4);
    assertThat(ledger.claim(ACCEPTED, 10, LEASE)).extracting(Job::id).contains(waiting.id());
    assertThat(due(running)).isEqualTo(in(Duration.ofSeconds(20)));
    assertThat(due(retried)).isEqualTo(in(Duration.ofSeconds(40)));
    assertThat(ledger.claim(COMPLETE, 10, LEASE)).hasSize(1);
    assertThat(ledger.outbox().claim("erp", 10, LEASE)).hasSize(1);
    assertThat(ledger.correctTimes(LONGEST, false).any()).as("told once").isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void moreThanOneCommitHoldsIsPulledInToo(Engine engine) {
    open(engine);
    for (int i = 0; i < 2_100; i++) {
      accepted();
    }
    clock.tick(Duration.ofSeconds(1));

    CorrectedTimes corrected = setBack();

    assertThat(corrected.jobs()).isEqualTo(2_100);
    assertThat(ledger.claim(ACCEPTED, 5_000, LEASE)).hasSize(2_100);
  }

  @ParameterizedTest
  @EnumSource
  void aCreateThatIsUnderWayIsNotTakenForDeadAndItsAnswerIsWrittenDown(Engine engine) {
    open(engine);
    Job underWay = submitting();

    setBack();

    assertThat(ledger.claim(SUBMITTING, 10, LEASE)).isEmpty();
    clock.tick(LEASE.dividedBy(3));
    assertThat(ledger.claim(SUBMITTING, 10, LEASE)).isEmpty();
    ledger.renew(SUBMITTING, List.of(underWay.id()), LEASE);
    clock.tick(LEASE.minusSeconds(1));
    assertThat(ledger.claim(SUBMITTING, 10, LEASE)).isEmpty();
    assertThat(ledger.move(underWay, underWay.to(RUNNING).created("gen", null))).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aCreateWhoseProgramDiedIsPutInDoubtAfterItsLease(Engine engine) {
    open(engine);
    Job died = submitting();

    setBack();
    clock.tick(LEASE.plusSeconds(1));

    assertThat(ledger.claim(SUBMITTING, 10, LEASE)).extracting(Job::id).containsExactly(died.id());
  }

  @ParameterizedTest
  @EnumSource
  void whatIsWrittenOfADoubtStaysAndItIsNotLookedAtBeforeItsCallIsOver(Engine engine) {
    open(engine);
    Job call = submitting();
    Instant submitted = call.submittedAt();
    Instant due = in(Duration.ofSeconds(30));
    moved(call, call.to(IN_DOUBT).problem(NewJobs.REQUEST).dueAt(due));

    setBack();

    Job doubt = ledger.find(call.id()).orElseThrow();
    assertThat(doubt.submittedAt()).isEqualTo(submitted);
    assertThat(doubt.problem()).isEqualTo(NewJobs.REQUEST);
    assertThat(due(doubt)).isEqualTo(due);
  }

  @ParameterizedTest
  @EnumSource
  void whatNobodySawTheClockSetBackForIsBoundedByWhatCanBeMeant(Engine engine) {
    open(engine);
    Job waiting = accepted();
    Job running = submitting();
    running = moved(running, running.to(RUNNING).created("gen", null));
    ledger.outbox().add(List.of(NewJobs.event("e", waiting, NewJobs.event("it's"))));
    Jdbi beside = Jdbi.create(url);
    beside.useHandle(
        handle -> {
          handle.execute(
              "UPDATE job SET due_at = due_at + 3500000, leased_until = due_at + 3500000");
          handle.execute("UPDATE delivery SET due_at = due_at + 3500000");
        });

    CorrectedTimes corrected = ledger.correctTimes(LONGEST, true);

    assertThat(corrected.ahead()).isEqualTo(Duration.ofMillis(3_500_000));
    assertThat(ledger.outbox().claim("it's", 10, LEASE)).hasSize(1);
    clock.tick(LONGEST.longestLease().plusSeconds(1));
    assertThat(ledger.claim(ACCEPTED, 10, LEASE)).hasSize(1);
    assertThat(ledger.claim(RUNNING, 10, LEASE)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsMeantToWaitWaits(Engine engine) {
    open(engine);
    Job asked = submitting();
    Instant due = in(HOUR);
    moved(asked, asked.to(ACCEPTED).submittedAt(null).triedAgainAt(due));

    assertThat(ledger.correctTimes(LONGEST, true).any()).isFalse();
    assertThat(due(asked)).isEqualTo(due);
  }

  private Instant in(Duration wait) {
    return clock.instant().plus(wait);
  }

  private Instant due(Job job) {
    return ledger.find(job.id()).orElseThrow().schedule().dueAt();
  }
}
