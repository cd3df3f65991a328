package io.leonardoroutes.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.Tag;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.Budget;
import io.leonardoroutes.limits.BudgetFitter.Fit;
import io.leonardoroutes.limits.LimitKind;
import io.leonardoroutes.limits.LiveLimits;
import io.leonardoroutes.limits.PayerBudget;
import io.leonardoroutes.limits.PayerBudgets;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators set while the program runs holds in place of the settings, on all instances. */
@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class LiveLimitsTest {
  private static final Duration LEASE = Duration.ofHours(10);
  private static final Actor ANNA = new Actor("anna", "rest 127.0.0.1");
  private static final Budget TEN = new Budget(BigDecimal.TEN, "DOLLARS", BigDecimal.ONE);
  private static final AccountLimits SET = TestLimits.of(10, 100, 2000, Duration.ofHours(2), TEN);
  private static final AccountLimits OTHER =
      TestLimits.of("default-2", 10, 100, 2000, Duration.ofHours(2), TEN);

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

  private LiveLimits.Change set(LimitKind kind, String value) {
    return ledger.limits().set(kind.of("default"), new BigDecimal(value), ANNA, null);
  }

  private Job accepted() {
    return accepted(NewJobs.request());
  }

  private Job accepted(NewJob asked) {
    return ((Acceptance.Accepted) ledger.accept(asked, job -> List.of())).job();
  }

  private boolean begins(Job job) {
    return other.submitting(job, SET, LEASE).isPresent();
  }

  @Test
  void slotsAreAsManyAsAnOperatorSaysUntilThatIsTakenBack() {
    set(LimitKind.CONCURRENT, "2");
    assertThat(other.free(SET)).isEqualTo(2);
    assertThat(other.free(OTHER)).isEqualTo(10);
    for (int i = 0; i < 3; i++) {
      accepted();
    }
    assertThat(other.governor().due(100, SET, LEASE).jobs()).hasSize(2);
    assertThat(begins(accepted()) && begins(accepted())).isTrue();
    assertThat(begins(accepted())).isFalse();
    assertThat(other.figures(List.of(SET)).accounts().get("default").slots())
        .isEqualTo(new LedgerStats.Slots(2, 2));

    ledger.limits().remove(LimitKind.CONCURRENT.of("default"));
    assertThat(other.free(SET)).isEqualTo(8);
    set(LimitKind.CONCURRENT, "20");
    assertThat(other.free(SET)).isEqualTo(18);
  }

  @Test
  void callsOfAMinuteAreAsManyAsAnOperatorSays() {
    set(LimitKind.CREATES_PER_MINUTE, "1");
    set(LimitKind.REQUESTS_PER_MINUTE, "3");
    assertThat(begins(accepted())).isTrue();
    assertThat(begins(accepted())).isFalse();
    assertThat(other.governor().call(SET)).isTrue();
    assertThat(other.governor().call(SET)).isFalse();
    clock.tick(Duration.ofSeconds(61));
    assertThat(begins(accepted())).isTrue();
  }

  @Test
  void aDaysBudgetIsWhatAnOperatorSays() {
    assertThat(begins(accepted())).isTrue();
    set(LimitKind.BUDGET, "1.5");
    Job second = accepted();
    assertThat(begins(second)).isFalse();
    assertThat(other.governor().due(100, SET, LEASE).fit()).isEqualTo(Fit.NOT_ALL);
    set(LimitKind.BUDGET, "2");
    assertThat(begins(second)).isTrue();
    assertThat(other.figures(List.of(SET)).accounts().get("default").budget())
        .isEqualByComparingTo("2");
    set(LimitKind.BUDGET, "0");
    assertThat(begins(accepted())).isFalse();
    assertThat(other.limits().inForce(SET).budget())
        .isEqualTo(new Budget(new BigDecimal("0"), "DOLLARS", BigDecimal.ONE));
  }

  @Test
  void theBudgetOfATagIsWhatAnOperatorSaysAndJobsThatWaitGoOnWithinAMinute() {
    PayerBudgets budgets =
        new PayerBudgets(List.of(new PayerBudget("red", new Tag("team", "red"), null, TEN, TEN)));
    ledger.governor().limit(budgets);
    other.governor().limit(budgets);
    ledger
        .limits()
        .set(LimitKind.PAYER_MONTH.of("red"), new BigDecimal("0.5"), ANNA, "until Monday");
    Job job = accepted(NewJobs.request().with(Map.of("team", "red"), null));
    assertThat(begins(job)).isFalse();
    assertThat(ledger.find(job.id()).orElseThrow().waitsFor()).isEqualTo(WaitsFor.BUDGET);

    ledger.limits().set(LimitKind.PAYER_MONTH.of("red"), new BigDecimal("5"), ANNA, null);
    clock.tick(Duration.ofSeconds(61));
    List<Job> due = other.governor().due(100, SET, LEASE).jobs();
    assertThat(due).hasSize(1);
    assertThat(begins(due.get(0))).isTrue();
  }

  @Test
  void theSameValueAgainStaysAsItWasAndOutlivesARestart() {
    LiveLimits.Change first = set(LimitKind.CONCURRENT, "5");
    clock.tick(Duration.ofHours(1));
    Actor otto = new Actor("otto", "rest");
    assertThat(
            other
                .limits()
                .set(LimitKind.CONCURRENT.of("default"), new BigDecimal("5"), otto, "again")
                .isNone())
        .isTrue();
    if (other != ledger) {
      other.close();
    }
    ledger.close();
    ledger = TestLedger.open(url, clock);
    other = ledger;

    assertThat(ledger.limits().all()).containsExactly(first.after().orElseThrow());
    assertThat(ledger.limits().remove(LimitKind.CONCURRENT.of("default")).before())
        .isEqualTo(first.after());
    assertThat(ledger.limits().remove(LimitKind.CONCURRENT.of("default")).isNone()).isTrue();
  }

  @Test
  void aKindAllowsTheValuesThatItsSettingAllows() {
    for (String no : List.of("0", "10001", "1.5", "-1", "1E+2")) {
      assertThat(LimitKind.CONCURRENT.allows(new BigDecimal(no))).as(no).isFalse();
    }
    for (String no : List.of("-0.1", "1000000000000", "0.0000000001")) {
      assertThat(LimitKind.BUDGET.allows(new BigDecimal(no))).as(no).isFalse();
    }
    assertThat(LimitKind.BUDGET.allows(new BigDecimal("0"))).isTrue();
    assertThat(LimitKind.BUDGET.allows(new BigDecimal("25.50"))).isTrue();
    assertThat(LimitKind.REQUESTS_PER_MINUTE.allows(new BigDecimal("1"))).isFalse();
  }
}
