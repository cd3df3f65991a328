package io.leonardoroutes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.ledger.Governor;
import io.leonardoroutes.ledger.Job;
import io.leonardoroutes.ledger.Limits;
import io.leonardoroutes.request.Refused;
import io.leonardoroutes.rest.Caller;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/** What {@code costs.camel.yaml} answers: the money of each day, account, model and unit. */
public final class Costs {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DAYS = 31;
  private static final int MOST_DAYS = 366;

  private final Parts parts;

  Costs(Parts parts) {
    this.parts = parts;
  }

  /**
   * Sums of the last days, today (UTC) first; also what is used today of {@code budget}, the
   * default account's, and of {@code budgets}, those of the others, as far as there are any.
   *
   * @throws Refused 403 for who is no operator; 400 for a number of days that cannot be
   */
  public JsonNode sums(
      @Header(Exchange.HTTP_QUERY) String query, @Header(Caller.HEADER) Object user) {
    parts.caller(user).mustBeOperator();
    int days = Query.of(query, "days").number("days", DAYS, MOST_DAYS);
    Governor governor = parts.ledger().governor();
    LocalDate today = LocalDate.ofInstant(parts.clock().instant(), ZoneOffset.UTC);
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode items = answer.putArray("items");
    governor
        .costs(today.minusDays(days - 1L))
        .forEach(
            costs ->
                items
                    .addObject()
                    .put("day", costs.day().toString())
                    .put("account", costs.account())
                    .put("model", costs.model())
                    .put("amount", costs.amount().toPlainString())
                    .put("unit", costs.unit())
                    .put("jobs", costs.jobs()));
    for (Accounts.Account account : parts.settings().accounts().all()) {
      Limits limits = account.limits();
      if (limits.budget() == null) {
        continue;
      }
      ObjectNode budget =
          account.name().equals(Job.DEFAULT_ACCOUNT)
              ? answer.putObject("budget")
              : answer.withArray("/budgets").addObject().put("account", account.name());
      budget
          .put("day", today.toString())
          .put("amount", limits.budget().perDay().toPlainString())
          .put("used", governor.used(limits).toPlainString())
          .put("unit", limits.budget().unit());
    }
    return answer;
  }
}
