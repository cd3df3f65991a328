package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.COMPLETE;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;
import static io.leonardoroutes.job.JobState.SUBMITTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.Budget;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A ledger of another version: of the one before accounts, with a job in every state; or a newer.
 */
class UpgradeTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Budget BUDGET =
      new Budget(new BigDecimal("1.00"), "DOLLARS", new BigDecimal("0.10"));

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void everyJobStandsWhereItStoodAndGoesOnOnce(Engine engine) {
    String url = engine.emptyDatabase(folder);
    Flyway.configure()
        .dataSource(url, null, null)
        .locations("classpath:io/leonardoroutes/ledger")
        .table("leonardo_schema")
        .target("4")
        .load()
        .migrate();
    Jdbi.create(url)
        .useHandle(
            handle -> {
              for (JobState state : JobState.values()) {
                insert(handle, state);
              }
              handle.execute("UPDATE pace SET slots = 5");
              handle.execute(
                  "INSERT INTO event VALUES ('e1', 'job-FAILED', 'failed', '{}', 'n', NULL, NULL,"
                      + " 7)");
              handle.execute(
                  "INSERT INTO delivery VALUES ('e1', 'erp', 'EVENT', 'PENDING', 3, 9, 0, 'away')");
            });
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    AccountLimits limits = TestLimits.of("default", 10, 100, 2000, Duration.ofHours(2), BUDGET);

    try (Ledger ledger = TestLedger.open(url, clock)) {
      LedgerStats stats = ledger.figures(List.of(limits));
      assertThat(stats.jobs())
          .hasSize(JobState.values().length)
          .containsValue(1L)
          .doesNotContainValue(2L);
      assertThat(stats.deliveries())
          .isEqualTo(Map.of("erp", new LedgerStats.Deliveries(1, 0, Instant.ofEpochMilli(7))));
      for (JobState state : JobState.values()) {
        Job job = ledger.find("job-" + state).orElseThrow();
        assertThat(job.state()).isEqualTo(state);
        assertThat(job.account()).isEqualTo("default");
        assertThat(job.reference()).isEqualTo("ref-" + state);
        NewJob again = NewJobs.request("ref-" + state, "key-" + state, "hash");
        assertThat(ledger.accept(again, it -> List.of())).isEqualTo(new Acceptance.Known(job));
      }
      assertThat(ledger.claim(SUBMITTING, 10, LEASE)).hasSize(1);
      assertThat(ledger.claim(IN_DOUBT, "default", 10, LEASE)).hasSize(1);
      assertThat(ledger.governor().polls(10, limits, LEASE)).hasSize(1);
      assertThat(ledger.owners(List.of("gen-RUNNING", "gen-COMPLETE"))).hasSize(2);
      assertThat(ledger.governor().slots(limits)).isEqualTo(new LedgerStats.Slots(3, 5));
      // Three are reserved at the provider, and what is complete has its cost; a failed one is
      // assumed to be refunded.
      assertThat(ledger.governor().used(limits)).isEqualByComparingTo("0.24");

      Job due = ledger.governor().due(10, limits, LEASE).jobs().get(0);
      assertThat(due.id()).isEqualTo("job-" + ACCEPTED);
      Job begun = ledger.submitting(due, limits, LEASE).orElseThrow();
      assertThat(ledger.submitting(due, limits, LEASE)).isEmpty();
      assertThat(ledger.move(begun, begun.to(RUNNING).created("gen-1", null).dueAt(NOW))).isTrue();
      Job complete = ledger.find("job-" + COMPLETE).orElseThrow();
      assertThat(ledger.move(complete, complete.to(COMPLETE).done())).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anOlderProgramRefusesTheLedgerOfANewerOneInOneLine(Engine engine) {
    String url = engine.emptyDatabase(folder);
    TestLedger.open(url).close();
    Jdbi database = Jdbi.create(url);
    String known =
        database.withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT version FROM leonardo_schema ORDER BY installed_rank DESC LIMIT 1")
                    .mapTo(String.class)
                    .one());
    database.useHandle(
        handle ->
            handle.execute(
                """
                INSERT INTO leonardo_schema (installed_rank, version, description, type, script,
                  installed_by, execution_time, success)
                VALUES (999, '999', 'of the future', 'SQL', 'V999__of_the_future.sql', 'it', 1, true)
                """));

    assertThatThrownBy(() -> TestLedger.open(url))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "it was written by a newer leonardo-routes: its schema is 999, and this program knows"
                + " schemas up to "
                + known);

    database.useHandle(
        handle -> handle.execute("DELETE FROM leonardo_schema WHERE version = '999'"));
    TestLedger.open(url).close();
  }

  private static void insert(Handle handle, JobState state) {
    boolean paid = state == COMPLETE || state == JobState.FAILED || state == RUNNING;
    boolean began = state != ACCEPTED && state != JobState.CANCELLED;
    handle
        .createUpdate(
            """
            INSERT INTO job (id, file_name, reference, intake_key, content_hash, model, state, priority,
              request, sinks, warnings, attempt, tries, created_at, due_at, leased_until, kind, turn,
              submitted_at, generation_id, cost_amount, cost_unit, reserved_amount, reserved_unit)
            VALUES (:id, :id, :ref, :key, 'hash', 'kling-3.0-turbo', :state, 4, '{}', '[]', '[]',
              :attempt, 0, :now, :due, 0, 'kling-3.0-turbo', :now, :submitted, :generation, :cost, :unit,
              :reserved, :reserved_unit)
            """)
        .bind("id", "job-" + state)
        .bind("ref", "ref-" + state)
        .bind("key", "key-" + state)
        .bind("state", state.name())
        .bind("attempt", began ? 1 : 0)
        .bind("now", NOW.minusSeconds(60).toEpochMilli())
        .bind("due", JobState.LAST.contains(state) && state != COMPLETE ? null : 0L)
        .bind("submitted", began ? NOW.minusSeconds(60).toEpochMilli() : null)
        .bind("generation", paid ? "gen-" + state : null)
        .bind("cost", paid ? "0.02" : null)
        .bind("unit", paid ? "DOLLARS" : null)
        .bind("reserved", began ? "0.10" : null)
        .bind("reserved_unit", began ? "DOLLARS" : null)
        .execute();
  }
}
