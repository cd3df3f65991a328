package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;
import static io.leonardoroutes.ledger.NewJobs.request;
import static io.leonardoroutes.ledger.NewJobs.urgent;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.limits.AccountLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class GovernorTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration GIVE_UP = Duration.ofHours(2);
  private static final AccountLimits TEN = TestLimits.of(10, 100, 2000, GIVE_UP, null);

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private Ledger ledger;

  /** Another instance where there can be one, else the same. */
  private Ledger other;

  @BeforeEach
  void open() {
    String url = engine.emptyLedger(folder);
    ledger = TestLedger.open(url, clock);
    other = engine == Engine.POSTGRES ? TestLedger.open(url, clock) : ledger;
  }

  @AfterEach
  void close() {
    other.close();
    ledger.close();
  }

  @Test
  void theMoreUrgentGoesFirstAndOfTwoThatAreEquallyUrgentTheOlder() {
    Job usual = accepted(urgent(4));
    clock.tick(Duration.ofSeconds(1));
    Job usualToo = accepted(urgent(4));
    Job urgent = accepted(urgent(9));
    Job canWait = accepted(urgent(0));

    assertThat(due(4)).containsExactly(urgent.id(), usual.id(), usualToo.id(), canWait.id());
  }

  @Test
  void anHourOfWaitingIsWorthOneStepOfPriority() {
    Job canWait = accepted(urgent(3));
    clock.tick(Duration.ofHours(1).plusSeconds(1));
    Job usual = accepted(urgent(4));
    Job urgent = accepted(urgent(9));

    assertThat(due(3)).containsExactly(urgent.id(), canWait.id(), usual.id());
  }

  @Test
  void aJobThatIsGivenUpFreesItsSlotButNotOneThatIsBeingSubmitted() {
    AccountLimits two = TestLimits.of(2, 100, 2000, GIVE_UP, null);
    Job running = submitting(ledger, two).orElseThrow();
    ledger.move(running, running.to(RUNNING).created("gen-1", null));
    Job doubtful = submitting(ledger, two).orElseThrow();
    ledger.move(doubtful, doubtful.to(IN_DOUBT).done());
    assertThat(other.free(two)).isZero();

    clock.tick(GIVE_UP.plusSeconds(1));

    assertThat(other.free(two)).isEqualTo(2);
    submitting(ledger, two).orElseThrow();
    clock.tick(GIVE_UP.plusSeconds(1));
    assertThat(other.free(two)).isEqualTo(1);
  }

  @Test
  void callsOfAllInstancesAreCountedTogether() {
    AccountLimits few = TestLimits.of(10, 2, 6, GIVE_UP, null);
    for (int i = 0; i < 3; i++) {
      assertThat(ledger.governor().call(few)).isTrue();
    }
    assertThat(other.governor().call(few)).isTrue();

    // Four looks and lists; two of the six calls are kept for creates.
    assertThat(other.governor().call(few)).isFalse();
    assertThat(submitting(ledger, few)).isPresent();
    assertThat(submitting(other, few)).isPresent();
    assertThat(submitting(other, few)).isEmpty();
    clock.tick(Duration.ofSeconds(61));
    assertThat(submitting(other, few)).isPresent();
    assertThat(other.governor().call(few)).isTrue();
  }

  @Test
  void noMoreLooksAreHandedOutThanTheCallsOfAMinute() {
    AccountLimits few = TestLimits.of(10, 2, 6, GIVE_UP, null);
    for (int i = 0; i < 6; i++) {
      Job job = submitting(ledger, TEN).orElseThrow();
      ledger.move(job, job.to(RUNNING).created("gen-" + i, null).dueAt(clock.instant()));
    }
    clock.tick(Duration.ofSeconds(61));

    assertThat(ledger.governor().polls(3, few, LEASE)).hasSize(3);
    assertThat(other.governor().polls(3, few, LEASE)).hasSize(1);
    assertThat(other.governor().polls(3, few, LEASE)).isEmpty();
  }

  @Test
  void looksLeaveCallsForTheListThatEndsDoubts() {
    AccountLimits few = TestLimits.of(30, 20, 40, GIVE_UP, null);
    for (int i = 0; i < 30; i++) {
      Job job = submitting(ledger, TestLimits.of(30, 100)).orElseThrow();
      ledger.move(job, job.to(RUNNING).created("gen-" + i, null).dueAt(clock.instant()));
    }
    clock.tick(Duration.ofSeconds(61));

    assertThat(ledger.governor().polls(30, few, LEASE)).hasSize(18);
    assertThat(other.governor().polls(30, few, LEASE)).isEmpty();
    assertThat(other.governor().call(few)).isTrue();
    assertThat(other.governor().call(few)).isTrue();
    assertThat(other.governor().call(few)).isFalse();
  }

  @Test
  void whatTheAccountAllowsLowersTheSetting() {
    ledger.governor().slots("default", 3);
    assertThat(other.free(TEN)).isEqualTo(3);
    ledger.governor().slots("default", 30);
    assertThat(other.free(TEN)).isEqualTo(10);
  }

  @Test
  void aCreateThatIsTurnedAwaySlowsEveryInstanceToWhatTheProviderHolds() {
    for (int i = 0; i < 4; i++) {
      Job job = submitting(ledger, TEN).orElseThrow();
      ledger.move(job, job.to(RUNNING).created("gen-" + i, null));
    }
    turnedAway(submitting(ledger, TEN).orElseThrow(), null);

    assertThat(other.free(TEN)).isZero();
    assertThat(submitting(other, TEN)).isEmpty();
    Job ended = ledger.list(RUNNING, 1, null).get(0);
    ledger.move(ended, ended.to(JobState.FAILED).done());
    clock.tick(Duration.ofSeconds(3));
    assertThat(other.free(TEN)).isEqualTo(1);
    clock.tick(Duration.ofMinutes(1));
    assertThat(other.free(TEN)).as("one more is tried after a minute").isEqualTo(2);
    clock.tick(Duration.ofMinutes(5));
    assertThat(other.free(TEN)).as("it recovers by itself").isEqualTo(7);
  }

  @Test
  void aTryThatIsTurnedAwayAgainWaitsTwiceAsLongForTheNext() {
    Job job = submitting(ledger, TEN).orElseThrow();
    ledger.move(job, job.to(RUNNING).created("gen-1", null));
    turnedAway(submitting(ledger, TEN).orElseThrow(), null);
    clock.tick(Duration.ofSeconds(61));
    turnedAway(submitting(ledger, TEN).orElseThrow(), null);

    clock.tick(Duration.ofSeconds(61));
    assertThat(other.free(TEN)).isZero();
    clock.tick(Duration.ofSeconds(61));
    assertThat(other.free(TEN)).isEqualTo(1);
  }

  @Test
  void nothingIsCreatedBeforeTheTimeThatTheProviderAskedFor() {
    turnedAway(submitting(ledger, TEN).orElseThrow(), Duration.ofSeconds(40));

    clock.tick(Duration.ofSeconds(39));
    assertThat(other.free(TEN)).isZero();
    clock.tick(Duration.ofSeconds(1));
    assertThat(other.free(TEN)).isEqualTo(1);
  }

  @Test
  void aLookThatIsTurnedAwayPausesEveryCall() {
    ledger.governor().pollThrottled("default", Duration.ofSeconds(5));

    assertThat(other.governor().call(TEN)).isFalse();
    assertThat(other.free(TEN)).isZero();
    clock.tick(Duration.ofSeconds(5));
    assertThat(other.governor().call(TEN)).isTrue();
    assertThat(other.free(TEN)).isEqualTo(10);
  }

  @Test
  void noLaterAnswerMakesAPauseShorterThatTheProviderAskedFor() {
    Job begun = submitting(ledger, TEN).orElseThrow();
    ledger.governor().pollThrottled("default", Duration.ofMinutes(10));
    ledger.governor().pollThrottled("default", Duration.ofSeconds(1));
    ledger.governor().pollThrottled("default", null);
    turnedAway(begun, Duration.ofSeconds(1));

    clock.tick(Duration.ofMinutes(10).minusMillis(1));
    assertThat(other.governor().call(TEN)).isFalse();
    assertThat(other.free(TEN)).isZero();
    clock.tick(Duration.ofMillis(1));
    assertThat(other.governor().call(TEN)).isTrue();
    assertThat(other.free(TEN)).isPositive();
  }

  @Test
  void aPauseThatAClockLeftFarAheadHidesNoNewOne() {
    ledger.governor().pollThrottled("default", Duration.ofHours(1));
    clock.tick(Duration.ofHours(-2));

    ledger.governor().pollThrottled("default", Duration.ofSeconds(5));

    assertThat(other.governor().call(TEN)).isFalse();
    assertThat(other.free(TEN)).isZero();
    clock.tick(Duration.ofSeconds(5));
    assertThat(other.governor().call(TEN)).isTrue();
    assertThat(other.free(TEN)).isEqualTo(10);
  }

  @Test
  void aClockThatJumpsBackHoldsNothingUpForLong() {
    AccountLimits one = TestLimits.of(10, 1, 2, GIVE_UP, null);
    turnedAway(submitting(ledger, one).orElseThrow(), Duration.ofHours(1));

    clock.tick(Duration.ofHours(-2));

    assertThat(other.free(one)).isEqualTo(1);
  }

  @Test
  void whileASlotIsWantedRunningJobsAreLookedAtAsOftenAsTheCallsOfAMinuteAllow() {
    AccountLimits two = TestLimits.of(2, 100, 2000, GIVE_UP, null);
    Job first = running(two, Duration.ofMinutes(5));
    Job asked = running(two, Duration.ofMinutes(5));
    asked = moved(asked, asked.to(RUNNING).triedAgainAt(clock.instant().plusSeconds(200)));
    ledger.governor().hastenPolls(Duration.ofSeconds(2), two);
    assertThat(lookIn(first)).as("nobody waits").isEqualTo(Duration.ofMinutes(5));

    accepted(request());
    ledger.governor().hastenPolls(Duration.ofSeconds(2), two);
    assertThat(lookIn(first)).isEqualTo(Duration.ofSeconds(2));
    assertThat(lookIn(asked)).as("the provider asked for time").isEqualTo(Duration.ofSeconds(200));

    clock.tick(Duration.ofSeconds(2));
    Job looked = ledger.governor().polls(10, two, LEASE).get(0);
    looked =
        moved(
            looked,
            looked.to(RUNNING).runningAt(clock.instant()).dueAt(clock.instant().plusSeconds(100)));
    ledger.governor().hastenPolls(Duration.ofSeconds(2), two);
    assertThat(lookIn(looked)).isEqualTo(Duration.ofSeconds(2));

    // Ten other calls a minute, one of them for lists, and half of the rest for this: four.
    AccountLimits few = TestLimits.of(2, 10, 20, GIVE_UP, null);
    looked =
        moved(
            ledger.find(looked.id()).orElseThrow(),
            looked.to(RUNNING).dueAt(clock.instant().plusSeconds(100)));
    other.governor().hastenPolls(Duration.ofSeconds(2), few);
    assertThat(lookIn(looked)).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void whileASlotIsFreeNoJobIsLookedAtSooner() {
    Job running = running(TEN, Duration.ofMinutes(5));
    accepted(request());

    ledger.governor().hastenPolls(Duration.ofSeconds(2), TEN);

    assertThat(lookIn(running)).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void afterACreateWhoseOutcomeIsNotKnownOneAloneIsTriedOnceAFreeCallWorked() {
    AccountLimits limits = probing(10, Duration.ofSeconds(1));
    accepted(urgent(4));
    ledger.governor().createUnknown(limits);
    assertThat(ledger.free(limits)).isZero();
    assertThat(other.governor().wantsAnswer(limits)).isFalse();

    clock.tick(Duration.ofSeconds(1));
    assertThat(other.governor().wantsAnswer(limits)).isTrue();
    assertThat(ledger.free(limits)).isZero();
    other.governor().answered(Job.DEFAULT_ACCOUNT);
    assertThat(ledger.free(limits)).isEqualTo(1);
    assertThat(submitting(other, limits)).isPresent();
    assertThat(ledger.free(limits)).isZero();

    other.governor().createUnknown(limits);
    ledger.governor().answered(Job.DEFAULT_ACCOUNT);
    clock.tick(Duration.ofMillis(1_999));
    assertThat(ledger.free(limits)).as("twice as long").isZero();
    ledger.governor().createAnswered(limits);
    assertThat(ledger.free(limits)).isEqualTo(9);
  }

  @Test
  void howManyFailuresThereAreThePauseIsAtMostThreeHundredTimesTheFirst() {
    AccountLimits limits = probing(10, Duration.ofSeconds(1));
    for (int i = 0; i < 100; i++) {
      ledger.governor().createUnknown(limits);
    }
    ledger.governor().answered(Job.DEFAULT_ACCOUNT);

    clock.tick(Duration.ofMillis(299_999));
    assertThat(ledger.free(limits)).isZero();
    clock.tick(Duration.ofMillis(1));
    assertThat(ledger.free(limits)).isEqualTo(1);
  }

  @Test
  void doubtsLeaveASlotOnceTheListWasReadAfterThem() {
    AccountLimits limits = TestLimits.of(2, 100, 2000, GIVE_UP, null);
    for (int i = 0; i < 2; i++) {
      accepted(urgent(4));
      Job submitting = submitting(ledger, limits).orElseThrow();
      moved(submitting, submitting.to(JobState.IN_DOUBT).dueAt(clock.instant()));
    }
    accepted(urgent(4));
    accepted(urgent(4));
    ledger.governor().listed(Job.DEFAULT_ACCOUNT);
    assertThat(ledger.free(limits)).as("read as they were begun").isZero();
    clock.tick(Duration.ofMillis(1));
    ledger.governor().listed(Job.DEFAULT_ACCOUNT);

    assertThat(other.free(limits)).isEqualTo(1);
    Job witness = submitting(other, limits).orElseThrow();
    assertThat(ledger.free(limits)).as("one at a time").isZero();
    moved(witness, witness.to(JobState.RUNNING).created("gen-1", null).dueAt(clock.instant()));
    assertThat(ledger.free(limits)).isZero();
  }

  private static AccountLimits probing(int concurrent, Duration probe) {
    return new AccountLimits(Job.DEFAULT_ACCOUNT, concurrent, 100, 2000, GIVE_UP, null, probe);
  }

  private Job running(AccountLimits limits, Duration look) {
    Job job = submitting(ledger, limits).orElseThrow();
    return moved(
        job, job.to(RUNNING).created("gen-" + job.id(), null).dueAt(clock.instant().plus(look)));
  }

  private Job moved(Job seen, Job.Change change) {
    assertThat(ledger.move(seen, change)).isTrue();
    return ledger.find(seen.id()).orElseThrow();
  }

  private Duration lookIn(Job job) {
    Instant due = ledger.find(job.id()).orElseThrow().schedule().dueAt();
    return Duration.between(clock.instant(), due);
  }

  private void turnedAway(Job job, Duration wait) {
    ledger.move(job, job.to(ACCEPTED).submittedAt(null).triedAgainAt(clock.instant()));
    ledger.governor().createThrottled(job.submittedAt(), wait, TEN);
  }

  private List<String> due(int most) {
    return ledger.governor().due(most, TEN, LEASE).jobs().stream().map(Job::id).toList();
  }

  private Optional<Job> submitting(Ledger instance, AccountLimits limits) {
    return instance.submitting(accepted(request()), limits, LEASE);
  }

  private Job accepted(NewJob request) {
    return ((Acceptance.Accepted) ledger.accept(request, job -> List.of())).job();
  }
}
