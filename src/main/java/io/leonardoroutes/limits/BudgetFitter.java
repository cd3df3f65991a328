package io.leonardoroutes.limits;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Finds the waiting jobs that fit into the rest of the day's budget, kind by kind. */
public final class BudgetFitter {
  private static final BigDecimal TWO = BigDecimal.valueOf(2);

  private BudgetFitter() {}

  /** Whether the waiting jobs fit into the day's budget, as far as was checked. */
  public enum Fit {
    ALL,
    NOT_ALL,
    UNSURE
  }

  /**
   * The kinds of waiting jobs that fit.
   *
   * @param waits the warning that was just written to jobs that do not fit; null if none is new
   */
  public record Fitting(List<String> kinds, String waits, Fit fit) {}

  /** Jobs that fit overtake those that do not, which get a warning that says why they wait. */
  public static Fitting sort(Handle handle, AccountLimits limits, Instant now) {
    Budget budget = limits.budget();
    String account = limits.account();
    List<String> waiting =
        handle
            .createQuery(
                "SELECT DISTINCT kind FROM job WHERE state = 'ACCEPTED' AND waits_for IS NULL AND"
                    + " account = :account")
            .bind("account", account)
            .mapTo(String.class)
            .list();
    if (waiting.isEmpty()) {
      return new Fitting(List.of(), null, Fit.ALL);
    }
    Budget.Used used = CostQueries.used(handle, limits, now);
    BigDecimal left = budget.perDay().subtract(used.amount());
    boolean roomy = left.multiply(TWO).compareTo(budget.perDay()) >= 0;
    List<String> fitting = new ArrayList<>();
    String told = null;
    for (String kind : waiting) {
      BigDecimal price = CostQueries.price(handle, limits, kind);
      if (!budget.lets(price, used.amount())) {
        String why = budget.waits(account, price, used);
        told = tell(handle, account, kind, why) ? why : told;
      } else {
        fitting.add(kind);
        // Not whenever a little room opens: thousands of jobs may wait.
        if (roomy) {
          takeBack(handle, account, kind, now);
        }
      }
    }
    Fit fit = fitting.size() < waiting.size() ? Fit.NOT_ALL : roomy ? Fit.ALL : Fit.UNSURE;
    return new Fitting(fitting, told, fit);
  }

  private static boolean tell(Handle handle, String account, String kind, String why) {
    return handle.execute(
            "UPDATE job SET waits = ? WHERE state = 'ACCEPTED' AND waits_for IS NULL AND account ="
                + " ? AND kind = ? AND waits IS NULL",
            why,
            account,
            kind)
        > 0;
  }

  /** Jobs that are due later wait for something else, which their warning says. */
  private static void takeBack(Handle handle, String account, String kind, Instant now) {
    handle.execute(
        "UPDATE job SET waits = NULL WHERE state = 'ACCEPTED' AND waits_for IS NULL AND account = ?"
            + " AND kind = ? AND waits IS NOT NULL AND due_at <= ?",
        account,
        kind,
        now.toEpochMilli());
  }
}
