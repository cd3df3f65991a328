package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.SUBMITTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.IntakePaused;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.Pause;
import io.leonardoroutes.limits.Pause.What;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators pause begins nothing, on no instance. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class PauseTableTest {
  private static final Duration LEASE = Duration.ofHours(10);
  private static final AccountLimits MANY = TestLimits.of(10_000, 10_000);
  private static final Actor ANNA = new Actor("anna", "rest 127.0.0.1");

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private String url;
  private Ledger ledger;

  /** Another instance where there can be one, else the same. */
  private Ledger other;

  @BeforeEach
  void open() {
    url = engine.emptyLedger(folder);
    ledger = TestLedger.open(url, clock);
    other = engine == Engine.POSTGRES ? TestLedger.open(url, clock) : ledger;
  }

  @AfterEach
  void close() {
    other.close();
    ledger.close();
  }

  private Job accepted(NewJob request) {
    return ((Acceptance.Accepted) ledger.accept(request, job -> List.of())).job();
  }

  private List<Job> due() {
    return other.governor().due(100, MANY, LEASE).jobs();
  }

  private void pause(What what, String name) {
    ledger.pauses().pause(what, List.of(name), ANNA, "they move the key");
  }

  @Test
  void noJobOfAPausedAccountIsClaimedAndNoneBegunThatWasClaimedBefore() {
    accepted(NewJobs.request());
    Job claimed = due().get(0);
    accepted(NewJobs.request());

    pause(What.ACCOUNT, Job.DEFAULT_ACCOUNT);

    assertThat(other.submitting(claimed, MANY, LEASE)).isEmpty();
    assertThat(due()).isEmpty();
    ledger.pauses().resume(What.ACCOUNT, Job.DEFAULT_ACCOUNT);
    assertThat(other.submitting(claimed, MANY, LEASE)).isPresent();
    assertThat(due()).hasSize(1);
  }

  @Test
  void anotherAccountGoesOnUnlessAllSubmittingIsPaused() {
    accepted(NewJobs.request());
    pause(What.ACCOUNT, "another");
    assertThat(other.free(MANY)).isEqualTo(10_000);

    pause(What.SUBMITTING, "");
    assertThat(other.free(MANY)).isZero();
    assertThat(due()).isEmpty();

    ledger.pauses().resume(What.SUBMITTING, "");
    assertThat(due()).hasSize(1);
  }

  @Test
  void aJobThatIsBeingSubmittedGoesOnToItsEnd() {
    accepted(NewJobs.request());
    Job begun = other.submitting(due().get(0), MANY, LEASE).orElseThrow();

    pause(What.SUBMITTING, "");

    assertThat(
            other.move(
                begun, begun.to(io.leonardoroutes.job.JobState.RUNNING).created("gen-1", null)))
        .isTrue();
  }

  @Test
  void aPausedIntakeAcceptsNothingNewAndAnswersWhatItAcceptedBefore() {
    NewJob known = NewJobs.request("a", null, "hash").from("rest");
    Job before = accepted(known);
    NewJob unknown = NewJobs.request("b", null, "hash").from("rest");

    pause(What.INTAKE, "rest");

    assertThat(other.accept(known, job -> List.of()))
        .isInstanceOfSatisfying(
            Acceptance.Known.class, again -> assertThat(again.job().id()).isEqualTo(before.id()));
    assertThatThrownBy(() -> other.accept(unknown, job -> List.of()))
        .isInstanceOf(IntakePaused.class)
        .hasMessage("intake rest is paused by an operator");
    assertThatThrownBy(() -> other.acceptAll(List.of(known, unknown)))
        .isInstanceOf(IntakePaused.class);
    assertThat(other.accept(unknown.from("file"), job -> List.of()))
        .isInstanceOf(Acceptance.Accepted.class);
  }

  @Test
  void theSamePauseAgainStaysAsItWas() {
    pause(What.ACCOUNT, "main");
    List<Pause> before = ledger.pauses().all();
    clock.tick(Duration.ofHours(1));

    assertThat(
            other
                .pauses()
                .pause(What.ACCOUNT, List.of("main"), new Actor("otto", "rest"), "another reason"))
        .isEmpty();

    assertThat(other.pauses().all()).isEqualTo(before);
    assertThat(before.get(0).by()).isEqualTo(ANNA);
    assertThat(before.get(0).reason()).isEqualTo("they move the key");
    assertThat(other.pauses().resume(What.ACCOUNT, "main")).isEqualTo(before);
    assertThat(other.pauses().resume(What.ACCOUNT, "main")).isEmpty();
  }

  @Test
  void aDrainPausesSubmittingAndAllIntakesAndAfterARestartToo() {
    pause(What.ACCOUNT, "main");
    ledger.pauses().drain(List.of("rest", "file"), ANNA, null);
    if (other != ledger) {
      other.close();
    }
    ledger.close();
    ledger = TestLedger.open(url, clock);
    other = ledger;

    assertThat(ledger.pauses().all().stream().map(Pause::title))
        .containsExactly("account main", "intake file", "intake rest", "submitting");
    assertThat(ledger.pauses().resumeDrained()).hasSize(3);
    assertThat(ledger.pauses().all().stream().map(Pause::title)).containsExactly("account main");
  }

  @Test
  void nothingBeginsOnceThePauseIsSaidWhateverIsUnderWay() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 20; i++) {
          accepted(NewJobs.request());
        }
        List<Job> claimed = due();
        CountDownLatch began = new CountDownLatch(4);
        List<Future<?>> under = new ArrayList<>();
        for (int i = 0; i < claimed.size(); i++) {
          Job job = claimed.get(i);
          Ledger of = i % 2 == 0 ? ledger : other;
          under.add(
              threads.submit(
                  () -> {
                    began.countDown();
                    of.submitting(job, MANY, LEASE);
                  }));
          under.add(
              threads.submit(
                  () -> {
                    try {
                      of.accept(NewJobs.request().from("rest"), a -> List.of());
                    } catch (IntakePaused paused) {
                      // as it should be
                    }
                  }));
        }
        began.await();
        ledger.pauses().drain(List.of("rest"), ANNA, null);
        long begun = count(SUBMITTING.name());
        long all = count("");

        for (Future<?> one : under) {
          one.get();
        }
        assertThat(count(SUBMITTING.name())).isEqualTo(begun);
        assertThat(count("")).isEqualTo(all);
        ledger.pauses().resumeDrained();
        claimed.forEach(ledger::endLease);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private long count(String state) {
    return ledger.page(io.leonardoroutes.job.JobFilter.of(null), 1000, null).stream()
        .filter(job -> state.isEmpty() || job.state().name().equals(state))
        .count();
  }
}
