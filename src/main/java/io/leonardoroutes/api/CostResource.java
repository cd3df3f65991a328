package io.leonardoroutes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.Budget;
import io.leonardoroutes.limits.CostGroup;
import io.leonardoroutes.limits.DailyCosts;
import io.leonardoroutes.limits.PayerBudget;
import io.leonardoroutes.lines.CsvText;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.QueryParameters;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/**
 * What {@code costs.camel.yaml} answers: costs by day, account, model and unit, and by tag or
 * caller.
 */
public final class CostResource {
  /**
   * What the jobs of one model that were submitted on one day (UTC) cost, in one unit.
   *
   * @param tag the value of the tag that costs are summed by; null where they are not, and for jobs
   *     without it
   * @param caller the same where they are summed by caller
   * @param amount what was charged; null, like the unit, for paid jobs whose price the provider did
   *     not state
   * @param refunded how much of the amount is assumed to be refunded, as no video was made for it;
   *     the provider does not say. Null if nothing
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record DayCost(
      String day,
      String account,
      String model,
      String tag,
      String caller,
      String amount,
      String unit,
      Long jobs,
      String refunded) {}

  /**
   * The budget of today (UTC), or of this month, and what is used of it.
   *
   * @param account null for the default one, and for one of a caller or tag
   * @param name of one of a caller or tag: that in its settings
   * @param day null for one of a month
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record BudgetUse(
      String account,
      String name,
      String day,
      String month,
      String amount,
      String used,
      String unit) {}

  /**
   * The last days, today first.
   *
   * @param budget of the default account; null where there is none
   * @param budgets of the other accounts, and of callers and tags; null where there are none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record CostList(List<DayCost> items, BudgetUse budget, List<BudgetUse> budgets) {}

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DAYS = 31;
  private static final int MOST_DAYS = 366;
  private static final int MOST_SUMS = 50_000;
  private static final String CSV = "text/csv";

  private final FlowContext flow;

  public CostResource(FlowContext flow) {
    this.flow = flow;
  }

  /**
   * Sums of the last days, today (UTC) first, as JSON or, if the caller accepts it, as CSV; in JSON
   * also what is used today of {@code budget}, the default account's, and of {@code budgets}, those
   * of the others, as far as there are any.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 400 for an impossible parameter
   */
  public Object sums(
      Exchange exchange,
      @Header(Exchange.HTTP_QUERY) String text,
      @Header("Accept") Object accept,
      @Header(Caller.HEADER) Object user) {
    flow.caller(user).requireOperator();
    QueryParameters query = QueryParameters.of(text, "days", "by");
    int days = query.number("days", DAYS, MOST_DAYS);
    CostGroup by = by(query.text("by"));
    LocalDate today = LocalDate.ofInstant(flow.clock().instant(), ZoneOffset.UTC);
    List<DayCost> items =
        flow
            .ledger()
            .governor()
            .costs(today.minusDays(days - 1L), by, MOST_SUMS)
            .orElseThrow(
                () ->
                    QueryParameters.bad(
                        "days",
                        "" + days,
                        "so few that there are at most " + MOST_SUMS + " sums: ask for less"))
            .stream()
            .map(costs -> cost(costs, by))
            .toList();
    boolean csv = String.valueOf(accept).toLowerCase(Locale.ROOT).contains(CSV);
    exchange.setProperty(FlowProperties.CSV, csv);
    return csv ? csv(items, by) : JSON.valueToTree(withBudgets(items, today));
  }

  private static CostGroup by(String by) {
    if (by == null || by.equals("caller")) {
      return by == null ? null : CostGroup.CALLER;
    }
    if (!by.startsWith("tag:") || by.equals("tag:")) {
      throw QueryParameters.bad("by", by, "tag:NAME, as in tag:team, or caller");
    }
    return new CostGroup(by.substring("tag:".length()));
  }

  private DayCost cost(DailyCosts costs, CostGroup by) {
    boolean byCaller = CostGroup.CALLER.equals(by);
    return new DayCost(
        costs.day().toString(),
        costs.account(),
        costs.model(),
        byCaller ? null : costs.group(),
        byCaller ? costs.group() : null,
        costs.amount() == null ? null : costs.amount().toPlainString(),
        costs.unit(),
        costs.jobs(),
        refunded(costs));
  }

  private static String csv(List<DayCost> items, CostGroup by) {
    boolean byCaller = CostGroup.CALLER.equals(by);
    List<String> head = new ArrayList<>(List.of("day", "account", "model"));
    if (by != null) {
      head.add(byCaller ? "caller" : by.tag());
    }
    head.addAll(List.of("amount", "unit", "jobs", "refunded"));
    StringBuilder lines = new StringBuilder(CsvText.line(head));
    for (DayCost item : items) {
      List<Object> cells = new ArrayList<>(List.of(item.day(), item.account(), item.model()));
      if (by != null) {
        cells.add(byCaller ? item.caller() : item.tag());
      }
      cells.addAll(Arrays.asList(item.amount(), item.unit(), item.jobs(), item.refunded()));
      lines.append(CsvText.line(cells));
    }
    return lines.toString();
  }

  private CostList withBudgets(List<DayCost> items, LocalDate today) {
    BudgetUse budget = null;
    List<BudgetUse> others = new ArrayList<>();
    for (ProviderAccounts.Account account : flow.settings().accounts().all()) {
      if (account.limits().budget() == null) {
        continue;
      }
      AccountLimits limits = flow.ledger().limits().inForce(account.limits());
      if (account.name().equals(Job.DEFAULT_ACCOUNT)) {
        budget = use(null, limits, today);
      } else {
        others.add(use(account.name(), limits, today));
      }
    }
    for (PayerBudget one : flow.ledger().limits().inForce(flow.settings().budgets()).all()) {
      if (one.perDay() != null) {
        others.add(use(one, false, today));
      }
      if (one.perMonth() != null) {
        others.add(use(one, true, today));
      }
    }
    return new CostList(items, budget, others.isEmpty() ? null : others);
  }

  private String refunded(DailyCosts costs) {
    boolean assumed =
        flow.settings()
            .accounts()
            .find(costs.account())
            .map(ProviderAccounts.Account::refund)
            .orElse(false);
    return !assumed || costs.withoutVideo() == null || costs.withoutVideo().signum() == 0
        ? null
        : costs.withoutVideo().toPlainString();
  }

  private BudgetUse use(PayerBudget budget, boolean month, LocalDate today) {
    Budget amount = month ? budget.perMonth() : budget.perDay();
    return new BudgetUse(
        null,
        budget.name(),
        month ? null : today.toString(),
        month ? YearMonth.from(today).toString() : null,
        amount.perDay().toPlainString(),
        flow.ledger().governor().used(budget, month).toPlainString(),
        amount.unit());
  }

  private BudgetUse use(String account, AccountLimits limits, LocalDate today) {
    return new BudgetUse(
        account,
        null,
        today.toString(),
        null,
        limits.budget().perDay().toPlainString(),
        flow.ledger().governor().used(limits).toPlainString(),
        limits.budget().unit());
  }
}
