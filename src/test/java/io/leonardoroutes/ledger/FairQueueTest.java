package io.leonardoroutes.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.limits.AccountLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.generic.GenericType;
import org.jdbi.v3.core.statement.SqlStatements;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Whose job is submitted next. More rows with {@code -Dledger.rows=1000000}. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class FairQueueTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final AccountLimits TEN = TestLimits.of(10, 100, 2000, Duration.ofHours(2), null);
  private static final int ROWS = Integer.getInteger("ledger.rows", 20_000);

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private String url;
  @Fixture private Ledger ledger;

  @Test
  void aHundredJobsOfOneCallerDoNotHoldUpTheFirstOfAnother() {
    accept(100, 9, new Actor("greedy", "10.0.0.1"));
    clock.tick(Duration.ofMinutes(10));
    accept(1, 9, new Actor("late", "10.0.0.2"));

    assertThat(due(2)).containsExactlyInAnyOrder("=greedy", "=late");
  }

  @Test
  void callersAndIntakesTakeTurnsHoweverManyJobsEachHasAndTheirOwnStayInOrder() {
    List<String> first = accept(4, 4, new Actor("a", "10.0.0.1"));
    clock.tick(Duration.ofSeconds(1));
    accept(2, 4, new Actor(null, "intake-file"));
    clock.tick(Duration.ofSeconds(1));
    accept(1, 4, new Actor(null, "intake-jms"));

    List<Job> due = ledger.governor().due(7, TEN, LEASE).jobs();

    assertThat(by(due))
        .containsExactly("=a", "intake-file", "intake-jms", "=a", "intake-file", "=a", "=a");
    assertThat(due.stream().map(Job::id).filter(first::contains)).containsExactlyElementsOf(first);
  }

  @Test
  void theTurnIsRememberedFromOneFreeSlotToTheNext() {
    accept(3, 4, new Actor("a", "10.0.0.1"));
    accept(3, 4, new Actor("b", "10.0.0.1"));
    Ledger other = engine == Engine.POSTGRES ? TestLedger.open(url, clock) : ledger;

    List<String> turns =
        Stream.of(ledger, other, ledger, other)
            .flatMap(one -> by(one.governor().due(1, TEN, LEASE).jobs()).stream())
            .toList();

    assertThat(turns).containsExactly("=a", "=b", "=a", "=b");
    if (other != ledger) {
      other.close();
    }
  }

  @Test
  void aCallerIsNotTakenForTheIntakeOfItsName() {
    accept(1, 4, new Actor("intake-file", "10.0.0.1"));
    accept(1, 4, new Actor(null, "intake-file"));

    assertThat(due(2)).containsExactly("=intake-file", "intake-file");
  }

  @Test
  void aHigherPriorityGoesFirstWhosesoeverItIsUntilTheOtherHasWaitedAnHourForEachStep() {
    accept(1, 4, new Actor("patient", "10.0.0.1"));
    clock.tick(Duration.ofHours(1));
    accept(2, 9, new Actor("greedy", "10.0.0.2"));
    assertThat(due(1)).containsExactly("=greedy");

    clock.tick(Duration.ofHours(4).plusSeconds(1));
    accept(100, 9, new Actor("greedy", "10.0.0.2"));
    assertThat(due(4)).containsExactly("=greedy", "=greedy", "=patient", "=greedy");
  }

  @Test
  void theNextIsFoundByASeekHoweverManyWait() {
    Jdbi jdbi = Jdbi.create(url);
    String template = accept(1, 4, new Actor("caller-0", "10.0.0.1")).get(0);
    jdbi.useHandle(
        handle -> {
          if (engine == Engine.SQLITE) {
            handle.execute("PRAGMA wal_autocheckpoint = 0"); // only the ledger writes its file
          }
          handle
              .createUpdate(
                  """
                  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
                  INSERT INTO job (id, file_name, content_hash, model, state, priority, request, sinks,
                    warnings, attempt, tries, created_at, due_at, leased_until, kind, turn, caller,
                    account, queued_by)
                  SELECT id || i, file_name || i, content_hash, model, state, priority, request, sinks,
                    warnings, attempt, tries, created_at + i, due_at, leased_until, kind, turn + i,
                    'caller-' || (i % 300), account, '=caller-' || (i % 300)
                  FROM job, n WHERE id = :id
                  """)
              .bind("rows", ROWS)
              .bind("id", template)
              .execute();
          if (engine == Engine.POSTGRES) {
            handle.execute("VACUUM ANALYZE");
          }
        });

    assertThat(plan(jdbi, FairQueue.NEXT.formatted("", ""))).contains("job_turn");
    assertThat(plan(jdbi, FairQueue.OF_NEXT_CALLER.formatted("", ">", "")))
        .contains("job_queue")
        .doesNotContain("TEMP B-TREE");
    for (int i = 0; i < 3; i++) {
      long start = System.nanoTime();
      assertThat(due(10)).doesNotHaveDuplicates().hasSize(10);
      System.out.printf("FIGURE %s due of %d: %.1f ms%n", engine, ROWS, ms(start));
    }
  }

  private static double ms(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  private String plan(Jdbi jdbi, String sql) {
    List<String> lines = new ArrayList<>();
    jdbi.getConfig(SqlStatements.class).setUnusedBindingAllowed(true);
    jdbi.useHandle(
        handle ->
            handle
                .createQuery((engine == Engine.SQLITE ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + sql)
                .bind("account", "default")
                .bind("now", clock.millis())
                .bind("priority", 4)
                .bind("last", "=caller-17")
                .mapToMap()
                .forEach(row -> lines.add(row.toString())));
    return String.join("\n", lines);
  }

  private List<String> accept(int jobs, int priority, Actor actor) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      NewJob usual = NewJobs.urgent(priority);
      NewJob request =
          new NewJob(
              null,
              usual.account(),
              usual.model(),
              usual.request(),
              usual.warnings(),
              usual.baseName(),
              usual.routing(),
              actor);
      ids.add(((Acceptance.Accepted) ledger.accept(request, job -> List.of())).job().id());
      clock.tick(Duration.ofMillis(1));
    }
    return ids;
  }

  private List<String> due(int most) {
    return by(ledger.governor().due(most, TEN, LEASE).jobs());
  }

  private List<String> by(List<Job> jobs) {
    Map<String, String> all =
        Jdbi.create(url)
            .withHandle(
                handle ->
                    handle
                        .createQuery("SELECT id, queued_by FROM job WHERE leased_until > 0")
                        .setMapKeyColumn("id")
                        .setMapValueColumn("queued_by")
                        .collectInto(new GenericType<Map<String, String>>() {}));
    return jobs.stream().map(job -> all.get(job.id())).toList();
  }
}
