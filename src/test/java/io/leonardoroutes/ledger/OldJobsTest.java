package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.CANCELLED;
import static io.leonardoroutes.job.JobState.COMPLETE;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.archive.OldJobs;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Delivery.Content;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.DailyCosts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Which jobs may leave the ledger, and what is known of them afterwards. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class OldJobsTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration KEEP = Duration.ofDays(10);
  private static final AccountLimits LIMITS = TestLimits.of(1_000, 100_000);

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private String url;
  @Fixture private Ledger ledger;

  private static NewJob asked(String reference, String key, String hash) {
    return NewJobs.request(reference, key, hash).with(Map.of("team", "red"), null);
  }

  private Job accepted(String reference, String key) {
    return ((Acceptance.Accepted) ledger.accept(asked(reference, key, "hash"), job -> List.of()))
        .job();
  }

  private Job moved(Job job, Job.Change change) {
    assertThat(ledger.move(job, change)).isTrue();
    return change.job();
  }

  private Job complete(Job job) {
    Job begun = ledger.submitting(job, LIMITS, LEASE).orElseThrow();
    Job.Cost cost = new Job.Cost("0.10", "DOLLARS");
    Job running = moved(begun, begun.to(RUNNING).created("gen-" + job.id(), cost));
    return moved(running, running.to(COMPLETE).finishedAt(clock.instant()).done());
  }

  private Instant before() {
    return clock.instant().minus(KEEP);
  }

  private List<String> old() {
    return ledger.oldJobs().next(OldJobs.Page.START, before(), 100).done();
  }

  private long rows(String table) {
    return Jdbi.create(url)
        .withHandle(
            handle -> handle.createQuery("SELECT count(*) FROM " + table).mapTo(Long.class).one());
  }

  @Test
  void whatIsDoneAndOldGoesAndItsCostsAndCountsStayRight() {
    Job job = complete(accepted("ref", "key"));
    List<DailyCosts> costs = ledger.governor().costs(LocalDate.EPOCH);
    clock.tick(KEEP);
    assertThat(old()).as("not older yet").isEmpty();
    clock.tick(Duration.ofMillis(1));
    Job young = accepted(null, null);
    assertThat(old()).containsExactly(job.id());

    assertThat(ledger.oldJobs().delete(old(), before())).isEqualTo(1);

    assertThat(ledger.find(job.id())).isEmpty();
    assertThat(ledger.find(young.id())).isPresent();
    assertThat(List.of(rows("job_tag"), rows("moved"))).containsExactly(1L, 1L);
    assertThat(costs).hasSize(1).isEqualTo(ledger.governor().costs(LocalDate.EPOCH));
    assertThat(ledger.figures(List.of()).jobs().getOrDefault(COMPLETE, 0L)).isZero();
  }

  @Test
  void theSameRequestIsStillItsJobUntilItsReferenceIsForgotten() {
    Job job = complete(accepted("ref", "key"));
    clock.tick(KEEP.plusDays(1));
    ledger.oldJobs().delete(old(), before());

    for (NewJob again : List.of(asked("ref", null, "hash"), asked(null, "key", "hash"))) {
      Acceptance.Known known = (Acceptance.Known) ledger.accept(again, it -> List.of());
      assertThat(known.job().id()).isEqualTo(job.id());
      assertThat(known.job().state()).isEqualTo(COMPLETE);
      assertThat(known.job().cost()).isEqualTo(job.cost());
      assertThat(known.job().name()).isEqualTo(job.name());
    }
    assertThat(ledger.accept(asked("ref", "other", "other"), it -> List.of()))
        .isInstanceOf(Acceptance.Conflict.class);
    assertThat(ledger.acceptAll(List.of(asked("ref", null, "hash"))))
        .hasOnlyElementsOfType(Acceptance.Known.class);
    assertThat(rows("job")).isZero();

    assertThat(ledger.oldJobs().forgetReferences(job.createdAt())).isZero();
    assertThat(ledger.oldJobs().forgetReferences(clock.instant())).isEqualTo(1);
    assertThat(ledger.accept(asked("ref", "key", "hash"), it -> List.of()))
        .isInstanceOf(Acceptance.Accepted.class);
  }

  @Test
  void aJobStaysWhileADeliveryOrAnotherJobNeedsIt() {
    Job told = complete(accepted(null, null));
    OutboxEvent.Target erp = new OutboxEvent.Target("erp", Content.EVENT);
    ledger.outbox().add(List.of(NewJobs.event("e1", told, erp)));
    Job awaited = complete(accepted(null, null));
    Job waits = accepted(null, null);
    Jdbi.create(url)
        .useHandle(
            handle ->
                handle.execute("UPDATE job SET awaits = ? WHERE id = ?", awaited.id(), waits.id()));
    clock.tick(KEEP.plusDays(1));
    assertThat(old()).isEmpty();
    assertThat(ledger.oldJobs().delete(List.of(told.id(), awaited.id()), before())).isZero();

    ledger.outbox().dead(ledger.outbox().claim("erp", 1, LEASE).get(0), "gone");
    assertThat(old()).as("it may be redelivered").isEmpty();
    ledger.outbox().redeliver("erp");
    ledger.outbox().delivered(ledger.outbox().claim("erp", 1, LEASE).get(0));
    assertThat(old()).containsExactly(told.id());
    Job now = ledger.find(waits.id()).orElseThrow();
    moved(now, now.to(CANCELLED).done());
    assertThat(old()).containsExactlyInAnyOrder(told.id(), awaited.id());
  }

  @Test
  void aDoubtKeepsTheJobsOfItsTimeAndLater() {
    Job before = complete(accepted(null, null));
    clock.tick(Duration.ofDays(2));
    complete(accepted(null, null));
    Job begun = ledger.submitting(accepted(null, null), LIMITS, LEASE).orElseThrow();
    moved(begun, begun.to(IN_DOUBT).dueAt(clock.instant()));
    complete(accepted(null, null));
    clock.tick(KEEP.plusDays(1));

    assertThat(old()).containsExactly(before.id());
  }

  @Test
  void theWalkGoesOnPastJobsThatStayAndOneInstanceAtATimeWalks() {
    for (int i = 0; i < 7; i++) {
      Job job = accepted(null, null);
      if (i % 2 == 0) {
        complete(job);
      }
      clock.tick(Duration.ofMinutes(1));
    }
    clock.tick(KEEP.plusDays(1));
    OldJobs jobs = ledger.oldJobs();
    int found = 0;
    OldJobs.Page page = OldJobs.Page.START;
    while (page.more()) {
      page = jobs.next(page, before(), 2);
      found += page.done().size();
    }
    assertThat(found).isEqualTo(4);

    assertThat(jobs.isTurn("a", LEASE)).isTrue();
    assertThat(jobs.isTurn("b", LEASE)).isFalse();
    assertThat(jobs.isTurn("a", LEASE)).isTrue();
    clock.tick(LEASE);
    assertThat(jobs.isTurn("b", LEASE)).isTrue();
  }
}
