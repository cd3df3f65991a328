package io.leonardoroutes.limits;

import io.leonardoroutes.job.Job;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** The budgets of callers and tags, all of which a job has to fit into. */
public record PayerBudgets(List<PayerBudget> all) {
  /** None. */
  public static final PayerBudgets NONE = new PayerBudgets(List.of());

  /** How long a job that does not fit waits until it is looked at again. */
  static final Duration AGAIN = Duration.ofMinutes(1);

  /** Copies the list. */
  public PayerBudgets {
    all = List.copyOf(all);
  }

  /** Those that the job has to fit into. */
  public PayerBudgets of(Job job) {
    return new PayerBudgets(all.stream().filter(budget -> budget.isFor(job)).toList());
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  /** The unit that all of them count in. */
  public String unit() {
    return all.get(0).any().unit();
  }

  /** What a job whose price nobody knows is taken to cost. */
  public BigDecimal priceUnknown() {
    return all.stream()
        .map(budget -> budget.any().priceUnknown())
        .reduce(BigDecimal.ZERO, BigDecimal::max);
  }

  /**
   * Whether the job fits into all of them. If not, it and all that wait like it are looked at again
   * a little later, with a warning that says why, and others go first.
   *
   * @param learned what like jobs cost
   */
  public boolean let(Handle handle, Job job, Optional<BigDecimal> learned, Instant now) {
    for (PayerBudget budget : all) {
      Optional<String> why = budget.refuses(handle, learned, now);
      if (why.isPresent()) {
        later(handle, job, budget, why.get(), now);
        return false;
      }
    }
    return true;
  }

  private static void later(Handle handle, Job job, PayerBudget budget, String why, Instant now) {
    Update update =
        handle.createUpdate(
            """
            UPDATE job SET waits = :why, due_at = :later
            WHERE state = 'ACCEPTED' AND waits_for IS NULL AND account = :account AND kind = :kind AND due_at <= :now
              AND (id = :id OR (leased_until <= :now AND %s))
            """
                .formatted(
                    budget.tag() == null
                        ? "caller = :caller"
                        : "EXISTS (SELECT 1 FROM job_tag t WHERE t.job = job.id AND t.name = :name"
                            + " AND t.value = :value)"));
    update
        .bind("why", why)
        .bind("later", now.plus(AGAIN).toEpochMilli())
        .bind("now", now.toEpochMilli())
        .bind("account", job.account())
        .bind("kind", job.kind())
        .bind("id", job.id());
    if (budget.tag() == null) {
      update.bind("caller", budget.caller());
    } else {
      update.bind("name", budget.tag().name()).bind("value", budget.tag().value());
    }
    update.execute();
  }
}
