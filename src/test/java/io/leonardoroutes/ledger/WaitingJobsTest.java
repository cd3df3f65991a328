package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.CANCELLED;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance.Accepted;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobFilter;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.ledger.WaitingJobs.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Jobs that wait for another one are not found by whoever submits, and are woken by its end. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class WaitingJobsTest {
  private static final Duration LEASE = Duration.ofSeconds(30);

  @Parameter Engine engine;
  @TempDir Path folder;
  @Fixture private String url;
  private final TickingClock clock = new TickingClock();
  @Fixture private Ledger ledger;

  private Job accepted(String awaits) {
    return ((Accepted) ledger.accept(NewJobs.request().waitingFor(awaits, null), job -> List.of()))
        .job();
  }

  private Optional<Outcome> settled(Job waiting) {
    JsonNode request = NewJobs.REQUEST.deepCopy();
    return ledger
        .waiting()
        .settle(
            waiting,
            other ->
                new Outcome(
                    waiting.to(ACCEPTED).waitsFor(null).dueAt(clock.instant()),
                    request,
                    List.of()));
  }

  private List<String> due() {
    return ledger.waiting().due(WaitsFor.JOB, 10).stream().map(Job::id).toList();
  }

  private void cancel(Job job) {
    assertThat(ledger.move(job, job.to(CANCELLED).done())).isTrue();
  }

  @Test
  void theEndOfTheOtherWakesItInTheSameCommit() {
    Job first = accepted(null);
    Job second = accepted(first.id());
    assertThat(second.waitsFor()).isEqualTo(WaitsFor.JOB);
    assertThat(ledger.find(second.id())).contains(second);
    assertThat(due()).isEmpty();

    cancel(first);
    assertThat(due()).containsExactly(second.id());
    assertThat(settled(second)).isPresent();
    assertThat(due()).isEmpty();
    assertThat(ledger.find(second.id()).orElseThrow().waitsFor()).isNull();
    assertThat(settled(second)).isEmpty();
  }

  @Test
  void whatWaitsForAnEndedOrAnUnknownJobIsDueAtOnce() {
    Job first = accepted(null);
    cancel(first);
    assertThat(List.of(accepted(first.id()).id(), accepted("none").id()))
        .containsExactlyInAnyOrderElementsOf(due());
  }

  @Test
  void nobodySubmitsAJobThatWaits() {
    Job first = accepted(null);
    Job second = accepted(first.id());
    clock.tick(Duration.ofDays(1));

    assertThat(ledger.governor().due(10, TestLimits.of(10, 10), LEASE).jobs())
        .extracting(Job::id)
        .containsExactly(first.id());
    assertThat(ledger.claim(ACCEPTED, 10, LEASE)).isEmpty();
    assertThat(ledger.submitting(second, TestLimits.of(10, 10), LEASE)).isEmpty();
    assertThat(
            ledger.page(
                new JobFilter(null, WaitsFor.JOB, null, null, null, null, null, null), 9, null))
        .extracting(Job::id)
        .containsExactly(second.id());
  }

  @Test
  void aDoubtThatTurnsOutToBeUnpaidWaitsAsBefore() {
    Job first = accepted(null);
    Job second = accepted(first.id());
    Job.Change doubt = second.to(IN_DOUBT).dueAt(clock.instant());
    assertThat(ledger.move(second, doubt)).isTrue();
    Job.Change unpaid = doubt.job().to(ACCEPTED).dueAt(clock.instant());
    assertThat(ledger.move(doubt.job(), unpaid)).isTrue();

    assertThat(ledger.find(second.id())).contains(unpaid.job());
    assertThat(unpaid.job().waitsFor()).isEqualTo(WaitsFor.JOB);
    assertThat(ledger.claim(ACCEPTED, 10, LEASE)).extracting(Job::id).containsExactly(first.id());
    assertThat(due()).containsExactly(second.id());
    assertThat(settled(unpaid.job())).isEmpty();
    assertThat(due()).isEmpty();

    cancel(ledger.find(first.id()).orElseThrow());
    assertThat(due()).containsExactly(second.id());
  }

  @Test
  void thoseThatWaitAreFoundByIndex() {
    accepted(accepted(null).id());
    Jdbi jdbi = Jdbi.create(url);
    jdbi.useHandle(
        handle -> {
          handle.execute(
              """
              INSERT INTO job (id, file_name, content_hash, model, state, priority, request, sinks,
                warnings, attempt, tries, created_at, due_at, leased_until, account, queued_by)
              WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
              SELECT 'id' || i, 'name' || i, '', 'm', 'ACCEPTED', 4, '{}', '[]', '[]', 0, 0, i, i, 0,
                'default', '' FROM n
              """);
          if (engine == Engine.POSTGRES) {
            handle.execute("VACUUM ANALYZE job");
          }
        });
    assertThat(plan(jdbi, WaitingJobs.DUE)).contains("job_wakes");
    assertThat(plan(jdbi, WaitingJobs.WAKE.replace("?", ":id"))).contains("job_awaits");
  }

  private String plan(Jdbi jdbi, String sql) {
    List<String> lines = new ArrayList<>();
    jdbi.getConfig(SqlStatements.class).setUnusedBindingAllowed(true);
    jdbi.useHandle(
        handle ->
            handle
                .createQuery((engine == Engine.SQLITE ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + sql)
                .bind("now", clock.millis())
                .bind("limit", 10)
                .bind("id", "none")
                .bind("waits_for", "job")
                .mapToMap()
                .forEach(row -> lines.add(row.toString())));
    return String.join("\n", lines);
  }
}
