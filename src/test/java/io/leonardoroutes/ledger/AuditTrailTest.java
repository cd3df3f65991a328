package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.CANCELLED;
import static io.leonardoroutes.job.JobState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance.Accepted;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.limits.AccountLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written of a move is written if, and only if, it happened. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class AuditTrailTest {
  private static final Actor ANNA = new Actor("anna", "rest 192.0.2.1");

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private Ledger ledger;
  private Job job;

  @BeforeEach
  void open() {
    job = ((Accepted) ledger.accept(NewJobs.request(), accepted -> List.of())).job();
  }

  private List<String> history() {
    return ledger.history(job.id()).stream()
        .map(moved -> moved.from() + " " + moved.to() + " " + moved.at() + " " + moved.who())
        .toList();
  }

  @Test
  void changesInOneMillisecondStayInTheirOrder() {
    AccountLimits limits = TestLimits.of(10, 10);
    Job submitting = ledger.submitting(job, limits, Duration.ofSeconds(30)).orElseThrow();
    Job.Change running = submitting.to(RUNNING).created("gen", null).dueAt(clock.instant());
    assertThat(ledger.adopt(submitting, running.by(ANNA))).isTrue();

    String at = clock.instant().toString();
    assertThat(history())
        .containsExactly(
            "null ACCEPTED " + at + " null",
            "ACCEPTED SUBMITTING " + at + " leonardo-routes",
            "SUBMITTING RUNNING " + at + " anna");
  }

  @Test
  void aMoveThatWasSomebodyElsesLeavesNothing() {
    assertThat(ledger.move(job, job.to(CANCELLED).by(ANNA).done())).isTrue();
    assertThat(ledger.move(job, job.to(CANCELLED).done())).isFalse();

    assertThat(history()).hasSize(2).last().asString().endsWith(" anna");
  }

  @Test
  void aMoveThatLeavesTheStateAsItIsIsNoChange() {
    clock.tick(Duration.ofSeconds(1));
    assertThat(ledger.move(job, job.to(ACCEPTED).triedAgainAt(clock.instant()))).isTrue();

    assertThat(history()).hasSize(1);
  }

  @Test
  void aMoveWhoseCommitFailsLeavesNothing() {
    OutboxEvent broken = NewJobs.event(null, job, NewJobs.event("outbox"));
    assertThatThrownBy(() -> ledger.move(job, job.to(CANCELLED).done(), broken))
        .isInstanceOf(RuntimeException.class);

    assertThat(history()).hasSize(1);
    assertThat(ledger.find(job.id()).orElseThrow().state()).isEqualTo(ACCEPTED);
  }

  @Test
  void theSameRequestAgainIsNoChange() {
    NewJob asked = NewJobs.request("R", null, "hash");
    Job first = ((Accepted) ledger.accept(asked, accepted -> List.of())).job();
    ledger.accept(asked, accepted -> List.of());

    assertThat(ledger.history(first.id())).hasSize(1);
  }
}
