package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.COMPLETE;
import static io.leonardoroutes.job.JobState.FAILED;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TestLimits;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.Budget;
import io.leonardoroutes.limits.DailyCosts;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Engine.class)
class BudgetTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final AccountLimits ONE_DOLLAR = budget("1.00", "0.60");

  @Parameter Engine engine;
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private Ledger ledger;

  @Test
  void aPriceIsReservedBeforeTheCallAndTheRealOneTakesItsPlace() {
    Job first = begun(accepted(5)).orElseThrow();
    assertThat(used()).isEqualByComparingTo("0.60");
    assertThat(begun(accepted(5))).as("0.60 more do not fit").isEmpty();

    running(first, "0.25");

    assertThat(used()).isEqualByComparingTo("0.25");
    assertThat(begun(accepted(5))).isPresent();
    assertThat(used()).as("the price of one like it").isEqualByComparingTo("0.50");
  }

  @Test
  void whereNoneIsLikeItTheDearestKnownPriceIsTaken() {
    running(begun(accepted(5)).orElseThrow(), "0.05");
    running(begun(accepted(10)).orElseThrow(), "0.30");

    begun(accepted(15)).orElseThrow();

    assertThat(used()).isEqualByComparingTo("0.65");
  }

  @Test
  void whatDoesNotFitWaitsWithAWarningUntilTheNextDayAndTheRestGoesOn() {
    running(begun(accepted(5)).orElseThrow(), "0.20");
    running(begun(accepted(10)).orElseThrow(), "0.55");
    Job dear = accepted(10);
    clock.tick(Duration.ofSeconds(1));
    Job cheap = accepted(5);
    String warning =
        "waits for the budget: it is taken to cost 0.55 DOLLARS, and of the 1.00 for a day 0.25 are"
            + " left; it goes on tomorrow (UTC) or with a higher leonardo.budget.per-day";

    Governor.Due due = ledger.governor().due(10, ONE_DOLLAR, LEASE);

    assertThat(due.jobs()).extracting(Job::id).containsExactly(cheap.id());
    assertThat(due.waits()).isEqualTo(warning);
    assertThat(find(dear).state()).isEqualTo(ACCEPTED);
    assertThat(find(dear).warnings()).containsExactly(warning);
    assertThat(ledger.governor().due(10, ONE_DOLLAR, LEASE).waits()).as("said once").isNull();

    clock.tick(Duration.ofHours(12));
    List<Job> tomorrow = ledger.governor().due(10, ONE_DOLLAR, LEASE).jobs();
    assertThat(tomorrow).extracting(Job::id).containsExactly(dear.id(), cheap.id());
    assertThat(begun(tomorrow.get(0)).orElseThrow().warnings()).isEmpty();
  }

  @Test
  void aHigherBudgetLetsThemGoAtOnce() {
    running(begun(accepted(5)).orElseThrow(), "0.60");
    Job job = accepted(5);
    assertThat(ledger.governor().due(1, ONE_DOLLAR, LEASE).jobs()).isEmpty();

    List<Job> due = ledger.governor().due(1, budget("1.20", "0.60"), LEASE).jobs();

    assertThat(due).extracting(Job::id).containsExactly(job.id());
  }

  @Test
  void onlyWhatIsSurelyFreeGivesItsReservationBack() {
    Job doubtful = begun(accepted(5)).orElseThrow();
    ledger.move(doubtful, doubtful.to(IN_DOUBT).done());
    assertThat(used()).as("in doubt").isEqualByComparingTo("0.60");
    ledger.move(find(doubtful), find(doubtful).to(ACCEPTED).submittedAt(null));
    assertThat(used()).as("unpaid").isZero();

    Job refused = begun(accepted(5)).orElseThrow();
    ledger.move(refused, refused.to(FAILED).finishedAt(clock.instant()).done());
    assertThat(used()).as("refused").isZero();

    Job failed = begun(accepted(5)).orElseThrow();
    ledger.move(failed, failed.to(RUNNING).created("gen-1", null));
    Job seen = find(failed);
    ledger.move(seen, seen.to(FAILED).finishedAt(clock.instant()).done());
    assertThat(used()).as("failed after it was taken").isZero();
    Budget never = new Budget(BigDecimal.ONE, "DOLLARS", new BigDecimal("0.60"), false);
    assertThat(ledger.governor().used(TestLimits.of(10, 100, 2000, Duration.ofHours(2), never)))
        .as("failed after it was taken, and never given back")
        .isEqualByComparingTo("0.60");
  }

  @Test
  void aCostInAnotherUnitUsesUpTheDayAndSaysSo() {
    Job job = begun(accepted(5)).orElseThrow();
    ledger.move(job, job.to(RUNNING).created("gen-1", new Job.Cost("900", "CREDITS")));
    Job next = accepted(5);

    assertThat(ledger.governor().due(10, ONE_DOLLAR, LEASE).jobs()).isEmpty();
    assertThat(find(next).warnings())
        .containsExactly(
            "waits for the budget: a cost of today came in CREDITS, and what it leaves of the 1.00"
                + " DOLLARS is not known; it goes on tomorrow (UTC) or with"
                + " leonardo.budget.currency=CREDITS");
    assertThat(begun(next)).isEmpty();
    assertThat(used()).isEqualByComparingTo("1.00");

    clock.tick(Duration.ofDays(1));
    assertThat(begun(next)).isPresent();
  }

  @Test
  void anotherCurrencyBeginsTheDaysBudgetAnewUnlessItIsTheWrongOne() {
    Job job = begun(accepted(5)).orElseThrow();
    running(job, "0.70");
    AccountLimits credits =
        TestLimits.of(
            10,
            100,
            2000,
            Duration.ofHours(2),
            new Budget(new BigDecimal("500"), "CREDITS", new BigDecimal("200")));
    assertThat(ledger.governor().used(credits)).isZero();

    Job next = ledger.submitting(accepted(5), credits, LEASE).orElseThrow();
    running(next, "0.70");

    assertThat(ledger.governor().used(credits)).isEqualByComparingTo("500");
    assertThat(ledger.submitting(accepted(5), credits, LEASE)).isEmpty();
    assertThat(used()).as("counted in dollars").isEqualByComparingTo("1.40");
  }

  @Test
  void withABudgetOfNothingNothingIsSubmittedWhateverItCosts() {
    AccountLimits nothing = budget("0", "0");
    Job job = accepted(5);

    Governor.Due due = ledger.governor().due(10, nothing, LEASE);

    assertThat(due.jobs()).isEmpty();
    assertThat(due.waits())
        .isEqualTo(
            "waits for the budget: with one of 0 nothing is submitted; it goes on with a higher"
                + " leonardo.budget.per-day");
    assertThat(ledger.submitting(job, nothing, LEASE)).isEmpty();
    clock.tick(Duration.ofDays(1));
    assertThat(ledger.submitting(job, nothing, LEASE)).as("tomorrow").isEmpty();
    assertThat(ledger.submitting(job, ONE_DOLLAR, LEASE)).as("with a budget").isPresent();
  }

  @Test
  void costsAreSummedPerDayModelAndUnitInDecimals() {
    AccountLimits free = TestLimits.of(10, 100);
    for (int i = 0; i < 3; i++) {
      Job job = ledger.submitting(accepted(5), free, LEASE).orElseThrow();
      running(job, "0.1");
    }
    clock.tick(Duration.ofDays(1));
    Job job = ledger.submitting(accepted(5), free, LEASE).orElseThrow();
    running(job, "0.0147");
    Job seen = find(job);
    ledger.move(seen, seen.to(COMPLETE).finishedAt(clock.instant()).done());

    assertThat(ledger.governor().costs(LocalDate.parse("2026-11-21")))
        .containsExactly(
            costs("2026-11-22", "0.0147", 1), //
            costs("2026-11-21", "0.3", 3));
    assertThat(ledger.governor().costs(LocalDate.parse("2026-11-22"))).hasSize(1);
  }

  @Test
  void whatIsPaidAndHasNoPriceIsCountedApart() {
    running(ledger.submitting(accepted(5), TestLimits.of(10, 100), LEASE).orElseThrow(), "0.1");
    for (int i = 0; i < 2; i++) {
      Job job = ledger.submitting(accepted(5), TestLimits.of(10, 100), LEASE).orElseThrow();
      ledger.move(job, job.to(RUNNING).created("gen-" + job.id(), null));
    }
    Job unpaid = ledger.submitting(accepted(5), TestLimits.of(10, 100), LEASE).orElseThrow();
    ledger.move(unpaid, unpaid.to(FAILED).done());
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);

    assertThat(ledger.governor().costs(today))
        .containsExactlyInAnyOrder(
            costs(today.toString(), "0.1", 1),
            new DailyCosts(today, "default", "kling-3.0-turbo", null, null, null, 2, null));
  }

  private static DailyCosts costs(String day, String amount, long jobs) {
    return new DailyCosts(
        LocalDate.parse(day),
        "default",
        "kling-3.0-turbo",
        null,
        new BigDecimal(amount),
        "DOLLARS",
        jobs,
        BigDecimal.ZERO);
  }

  private static AccountLimits budget(String perDay, String unknown) {
    Budget budget = new Budget(new BigDecimal(perDay), "DOLLARS", new BigDecimal(unknown));
    return TestLimits.of(10, 100, 2000, Duration.ofHours(2), budget);
  }

  @Test
  void whatAFailedJobCostIsTakenToBeGivenBackUnlessItIsSaidNeverToBe() {
    Job paid = begun(accepted(5)).orElseThrow();
    ledger.move(paid, paid.to(RUNNING).created("gen-1", new Job.Cost("0.40", "DOLLARS")));
    assertThat(used()).isEqualByComparingTo("0.40");
    Job seen = find(paid);
    ledger.move(seen, seen.to(FAILED).finishedAt(clock.instant()).done());
    Job made = begun(accepted(5)).orElseThrow();
    ledger.move(made, made.to(RUNNING).created("gen-2", new Job.Cost("0.20", "DOLLARS")));

    assertThat(used()).isEqualByComparingTo("0.20");
    Budget never = new Budget(BigDecimal.ONE, "DOLLARS", BigDecimal.ONE, false);
    assertThat(ledger.governor().used(TestLimits.of(10, 100, 2000, Duration.ofHours(2), never)))
        .isEqualByComparingTo("0.60");
    assertThat(ledger.governor().costs(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC)))
        .singleElement()
        .satisfies(
            costs -> {
              assertThat(costs.amount()).isEqualByComparingTo("0.60");
              assertThat(costs.withoutVideo()).isEqualByComparingTo("0.40");
            });
  }

  @Test
  void aCostOfNothingInAnotherUnitLeavesTheBudgetAsItIs() {
    for (String amount : List.of("0", "0.00", "-0")) {
      Job free = begun(accepted(5)).orElseThrow();
      ledger.move(free, free.to(RUNNING).created("gen-" + amount, new Job.Cost(amount, "CREDITS")));
    }
    assertThat(used()).isZero();
    assertThat(begun(accepted(5))).isPresent();
  }

  private BigDecimal used() {
    return ledger.governor().used(ONE_DOLLAR);
  }

  private Optional<Job> begun(Job job) {
    return ledger.submitting(job, ONE_DOLLAR, LEASE);
  }

  private void running(Job job, String cost) {
    ledger.move(job, job.to(RUNNING).created("gen-" + job.id(), new Job.Cost(cost, "DOLLARS")));
  }

  private Job find(Job job) {
    return ledger.find(job.id()).orElseThrow();
  }

  private Job accepted(int seconds) {
    ObjectNode request = new ObjectMapper().createObjectNode().put("model", "kling-3.0-turbo");
    request.putObject("parameters").put("prompt", "a koala").put("duration", seconds);
    Job.Routing routing = new Job.Routing(null, null, "hash", 4, List.of(), null);
    NewJob asked = TestLedger.asked(null, request, routing);
    return ((Acceptance.Accepted) ledger.accept(asked, job -> List.of())).job();
  }
}
