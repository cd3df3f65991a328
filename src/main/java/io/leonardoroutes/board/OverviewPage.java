package io.leonardoroutes.board;

import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.ledger.BlockedAccount;
import io.leonardoroutes.ledger.LedgerStats;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.Budget;
import io.leonardoroutes.limits.CallCounter;
import io.leonardoroutes.limits.PayerBudget;
import io.leonardoroutes.problem.RejectionCounts;
import io.leonardoroutes.steer.LimitState;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the first page shows: how everything stands now. */
record OverviewPage(
    List<Tile> tiles,
    List<String> away,
    List<Account> accounts,
    List<BudgetUse> budgets,
    List<SpendChart> charts,
    List<SinkRow> sinks,
    String videosPending,
    String videosDead,
    boolean videosWait,
    List<Broken> rules,
    List<PauseRow> pausables,
    List<LimitRow> limits) {
  private static final int DAYS = 31;
  private static final int MOST_RULES = 15;
  private static final LedgerStats.Deliveries NOTHING = new LedgerStats.Deliveries(0, 0, null);

  /**
   * A figure with a link to what it counts.
   *
   * @param tone how it should be taken: plain, good, warn or bad
   */
  record Tile(String label, String number, String href, String tone, String since) {}

  /** An account at the provider; {@code blocked} is null unless its creates are declined. */
  record Account(
      String name, Gauge slots, Gauge creates, Gauge requests, String blocked, String reason) {}

  /**
   * How much of a limit is used.
   *
   * @param tone plain, warn or bad
   */
  record Gauge(String label, String used, String limit, int percent, String tone) {
    static Gauge of(String label, long used, long limit) {
      int percent = BoardText.percent(used, limit);
      return new Gauge(label, BoardText.count(used), BoardText.count(limit), percent, "plain");
    }

    static Gauge of(String label, BigDecimal used, Budget budget) {
      int percent = BoardText.percent(used, budget.perDay());
      return new Gauge(
          label,
          BoardText.money(used, budget.unit()),
          BoardText.money(budget.perDay(), budget.unit()),
          percent,
          percent >= 100 ? "bad" : percent >= 80 ? "warn" : "plain");
    }
  }

  /** A budget of an account, caller or tag, for this day or month. */
  record BudgetUse(String whose, Gauge gauge) {}

  /** A sink and what waits for it. */
  record SinkRow(
      String name, String href, String pending, String dead, boolean hasDead, String oldest) {}

  /** A rule that rejected requests. */
  record Broken(String rule, String times, String last, String message) {}

  static OverviewPage of(
      FlowContext flow,
      List<String> sinks,
      RejectionCounts rejected,
      List<LimitState> limitStates) {
    List<AccountLimits> limits =
        flow.settings().accounts().all().stream()
            .map(ProviderAccounts.Account::limits)
            .map(flow.ledger().limits()::inForce)
            .toList();
    LedgerStats figures = flow.ledger().figures(limits);
    LocalDate today = LocalDate.ofInstant(flow.clock().instant(), ZoneOffset.UTC);
    LocalDate from = today.minusDays(DAYS - 1L);
    return new OverviewPage(
        tiles(figures),
        flow.outages().away(),
        limits.stream().map(one -> account(flow, one, figures)).toList(),
        budgets(flow, limits, figures),
        SpendChart.of(flow.ledger().governor().costs(from), from, today, budgetsByUnit(limits)),
        sinks(figures, sinks),
        BoardText.count(figures.videos().pending()),
        BoardText.count(figures.videos().dead()),
        figures.videos().pending() + figures.videos().dead() > 0,
        rejected.all().stream()
            .limit(MOST_RULES)
            .map(
                one ->
                    new Broken(
                        one.rule(),
                        BoardText.count(one.times()),
                        BoardText.time(one.last()),
                        one.message()))
            .toList(),
        PauseRow.all(flow),
        limitStates.stream().map(LimitRow::of).toList());
  }

  boolean isAway() {
    return !away.isEmpty();
  }

  /** What is paused, in the order of the list. */
  List<PauseRow> paused() {
    return pausables.stream().filter(row -> row.paused() && row.since() != null).toList();
  }

  boolean isPaused() {
    return !paused().isEmpty();
  }

  boolean hasRules() {
    return !rules.isEmpty();
  }

  private static List<Tile> tiles(LedgerStats figures) {
    List<Tile> tiles = new ArrayList<>();
    for (JobState state : JobState.values()) {
      long jobs = figures.jobs().getOrDefault(state, 0L);
      Instant since = state == JobState.ACCEPTED ? figures.oldestAccepted() : null;
      tiles.add(
          new Tile(
              state == JobState.ACCEPTED ? "Queued" : BoardText.capital(state.name()),
              BoardText.count(jobs),
              state == JobState.IN_DOUBT ? "/board/doubts" : "/board/jobs?state=" + state,
              jobs == 0 ? "plain" : tone(state),
              BoardText.time(since)));
    }
    return tiles;
  }

  private static String tone(JobState state) {
    return switch (state) {
      case IN_DOUBT -> "bad";
      case FAILED -> "warn";
      case COMPLETE -> "good";
      default -> "plain";
    };
  }

  private static Account account(FlowContext flow, AccountLimits limits, LedgerStats figures) {
    LedgerStats.Slots slots = figures.accounts().get(limits.account()).slots();
    CallCounter sent = flow.ledger().governor().lastMinute(limits);
    BlockedAccount blocked = flow.ledger().blockedAccounts().of(limits.account()).orElse(null);
    return new Account(
        limits.account(),
        Gauge.of("Slots", slots.used(), slots.limit()),
        Gauge.of("Paid calls in a minute", sent.creates(), limits.createsPerMinute()),
        Gauge.of("All calls in a minute", sent.requests(), limits.requestsPerMinute()),
        blocked == null ? null : blocked.what().toString(),
        blocked == null ? null : blocked.reason());
  }

  private static List<BudgetUse> budgets(
      FlowContext flow, List<AccountLimits> limits, LedgerStats figures) {
    List<BudgetUse> budgets = new ArrayList<>();
    for (AccountLimits one : limits) {
      if (one.budget() != null) {
        BigDecimal used = figures.accounts().get(one.account()).used();
        budgets.add(
            new BudgetUse("Account " + one.account(), Gauge.of("Today", used, one.budget())));
      }
    }
    for (PayerBudget one : flow.ledger().limits().inForce(flow.settings().budgets()).all()) {
      if (one.perDay() != null) {
        BigDecimal used = flow.ledger().governor().used(one, false);
        budgets.add(new BudgetUse(one.name(), Gauge.of("Today", used, one.perDay())));
      }
      if (one.perMonth() != null) {
        BigDecimal used = flow.ledger().governor().used(one, true);
        budgets.add(new BudgetUse(one.name(), Gauge.of("This month", used, one.perMonth())));
      }
    }
    return budgets;
  }

  /** What all accounts may spend in a day, unless one of them has no budget. */
  private static Map<String, BigDecimal> budgetsByUnit(List<AccountLimits> limits) {
    Map<String, BigDecimal> budgets = new HashMap<>();
    for (AccountLimits one : limits) {
      if (one.budget() == null) {
        return Map.of();
      }
      budgets.merge(one.budget().unit(), one.budget().perDay(), BigDecimal::add);
    }
    return budgets;
  }

  /** Those of the settings, and those that were removed while something waits for them. */
  static List<SinkRow> sinks(LedgerStats figures, List<String> names) {
    List<String> all = new ArrayList<>(names);
    figures.deliveries().keySet().stream()
        .filter(name -> !names.contains(name))
        .sorted()
        .forEach(all::add);
    return all.stream()
        .map(name -> row(name, figures.deliveries().getOrDefault(name, NOTHING)))
        .toList();
  }

  private static SinkRow row(String name, LedgerStats.Deliveries deliveries) {
    return new SinkRow(
        name,
        BoardPaths.sink(name),
        BoardText.count(deliveries.pending()),
        BoardText.count(deliveries.dead()),
        deliveries.dead() > 0,
        BoardText.time(deliveries.oldest()));
  }
}
