package io.leonardoroutes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.ledger.Governor;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.QueryParameters;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/** What {@code costs.camel.yaml} answers: costs by day, account, model and unit. */
public final class CostResource {
  /**
   * What the jobs of one model that were submitted on one day (UTC) cost, in one unit.
   *
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
      String amount,
      String unit,
      Long jobs,
      String refunded) {}

  /**
   * The budget of today (UTC), and what is used of it.
   *
   * @param account null for the default one
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record BudgetUse(String account, String day, String amount, String used, String unit) {}

  /**
   * The last days, today first.
   *
   * @param budget of the default account; null where there is none
   * @param budgets of the other accounts; null where there are none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record CostList(List<DayCost> items, BudgetUse budget, List<BudgetUse> budgets) {}

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DAYS = 31;
  private static final int MOST_DAYS = 366;

  private final FlowContext flow;

  public CostResource(FlowContext flow) {
    this.flow = flow;
  }

  /**
   * Sums of the last days, today (UTC) first; also what is used today of {@code budget}, the
   * default account's, and of {@code budgets}, those of the others, as far as there are any.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 400 for an impossible number of
   *     days
   */
  public JsonNode sums(
      @Header(Exchange.HTTP_QUERY) String query, @Header(Caller.HEADER) Object user) {
    flow.caller(user).requireOperator();
    int days = QueryParameters.of(query, "days").number("days", DAYS, MOST_DAYS);
    Governor governor = flow.ledger().governor();
    LocalDate today = LocalDate.ofInstant(flow.clock().instant(), ZoneOffset.UTC);
    List<DayCost> items =
        governor.costs(today.minusDays(days - 1L)).stream()
            .map(
                costs ->
                    new DayCost(
                        costs.day().toString(),
                        costs.account(),
                        costs.model(),
                        costs.amount() == null ? null : costs.amount().toPlainString(),
                        costs.unit(),
                        costs.jobs(),
                        refunded(costs)))
            .toList();
    BudgetUse budget = null;
    List<BudgetUse> others = new ArrayList<>();
    for (ProviderAccounts.Account account : flow.settings().accounts().all()) {
      if (account.limits().budget() == null) {
        continue;
      }
      if (account.name().equals(Job.DEFAULT_ACCOUNT)) {
        budget = use(null, account.limits(), today);
      } else {
        others.add(use(account.name(), account.limits(), today));
      }
    }
    return JSON.valueToTree(new CostList(items, budget, others.isEmpty() ? null : others));
  }

  private String refunded(io.leonardoroutes.limits.DailyCosts costs) {
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

  private BudgetUse use(String account, AccountLimits limits, LocalDate today) {
    return new BudgetUse(
        account,
        today.toString(),
        limits.budget().perDay().toPlainString(),
        flow.ledger().governor().used(limits).toPlainString(),
        limits.budget().unit());
  }
}
