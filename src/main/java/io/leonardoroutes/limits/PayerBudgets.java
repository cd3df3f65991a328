package io.leonardoroutes.limits;

import io.leonardoroutes.job.Job;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/** The budgets of callers and tags, all of which a job has to fit into. */
public record PayerBudgets(List<PayerBudget> all) {
  /** None. */
  public static final PayerBudgets NONE = new PayerBudgets(List.of());

  /** How long a job that does not fit waits until it is looked at again. */
  static final Duration AGAIN = Duration.ofMinutes(1);

  /** How many leave the queue together with one. */
  private static final int LEAVE = 200;

  /** How many of a kind queue again at once. */
  private static final int QUEUE_AGAIN = 100;

  /**
   * The first job of the next kind, or of the next budget: two seeks, as SQLite would walk to one
   * pair.
   */
  static final String HEAD =
      """
      SELECT id, budget, kind, wakes_at FROM job
      WHERE state = 'ACCEPTED' AND waits_for = 'budget' AND account = :account AND %s
      ORDER BY budget, kind, turn LIMIT 1
      """;

  static final String QUEUE =
      """
      UPDATE job SET waits_for = NULL, budget = NULL, waits = NULL, wakes_at = NULL, due_at = :now
      WHERE id IN (
        SELECT id FROM job WHERE state = 'ACCEPTED' AND waits_for = 'budget' AND account = :account
          AND budget = :budget AND kind = :kind ORDER BY turn LIMIT :most %s)
      """;

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
   * Whether the job fits into all of them. If not, it leaves the queue with a warning that says
   * why, and some of those behind it that wait like it leave it too. So whoever has used up a
   * budget costs others nothing, however many jobs wait for it.
   *
   * @param learned what like jobs cost
   * @param shared whether other instances may change jobs meanwhile
   */
  public boolean let(
      Handle handle, Job job, Optional<BigDecimal> learned, boolean shared, Instant now) {
    for (PayerBudget budget : all) {
      Optional<String> why = budget.refuses(handle, learned, now);
      if (why.isPresent()) {
        leave(handle, job, budget, why.get(), shared, now);
        return false;
      }
    }
    return true;
  }

  private static void leave(
      Handle handle, Job job, PayerBudget budget, String why, boolean shared, Instant now) {
    if (shared) {
      // First, as those behind it are locked without waiting: so nobody waits for this crosswise.
      handle.execute("SELECT 1 FROM job WHERE id = ? FOR UPDATE", job.id());
    }
    // Only as far as the next ones of its queue, whatever kind they are: the rest may be long.
    Update update =
        handle.createUpdate(
            """
            UPDATE job SET waits_for = 'budget', budget = :budget, waits = :why, due_at = NULL, wakes_at = :later
            WHERE id = :id AND state = 'ACCEPTED' AND waits_for IS NULL OR id IN (
              SELECT id FROM (
                SELECT id, kind, caller, due_at, leased_until FROM job
                WHERE state = 'ACCEPTED' AND waits_for IS NULL AND account = :account AND priority = :priority
                  AND queued_by = (SELECT queued_by FROM job WHERE id = :id)
                ORDER BY turn LIMIT :most %s) AS next
              WHERE kind = :kind AND due_at <= :now AND leased_until <= :now AND %s)
            """
                .formatted(
                    shared ? "FOR UPDATE SKIP LOCKED" : "",
                    budget.tag() == null
                        ? "caller = :caller"
                        : "EXISTS (SELECT 1 FROM job_tag t WHERE t.job = next.id AND t.name = :name"
                            + " AND t.value = :value)"));
    update
        .bind("budget", budget.name())
        .bind("why", why)
        .bind("later", now.plus(AGAIN).toEpochMilli())
        .bind("now", now.toEpochMilli())
        .bind("account", job.account())
        .bind("priority", job.routing().priority())
        .bind("kind", job.kind())
        .bind("id", job.id())
        .bind("most", LEAVE);
    if (budget.tag() == null) {
      update.bind("caller", budget.caller());
    } else {
      update.bind("name", budget.tag().name()).bind("value", budget.tag().value());
    }
    update.execute();
  }

  /** The first of the jobs of one kind that wait for one budget. */
  public record Head(String id, String account, String budget, String kind, long wakesAt) {
    /** Whether it is time to look whether there is room by now. */
    public boolean isDue(Instant now) {
      // One that is further ahead was dated by a clock that was set back since.
      long ahead = wakesAt - now.toEpochMilli();
      return ahead <= 0 || ahead > AGAIN.toMillis();
    }
  }

  /**
   * The first of the jobs that wait for a budget, of the next of these and the next kind.
   *
   * @param after the one before, or null
   */
  public static Optional<Head> head(Handle handle, String account, Head after) {
    return after == null
        ? head(handle, "budget > :budget", account, "", "")
        : head(handle, "budget = :budget AND kind > :kind", account, after.budget(), after.kind())
            .or(() -> head(handle, "budget > :budget", account, after.budget(), ""));
  }

  private static Optional<Head> head(
      Handle handle, String next, String account, String budget, String kind) {
    Query query = handle.createQuery(HEAD.formatted(next));
    if (next.contains(":kind")) {
      query.bind("kind", kind);
    }
    return query
        .bind("account", account)
        .bind("budget", budget)
        .map(
            (row, context) ->
                new Head(
                    row.getString("id"),
                    account,
                    row.getString("budget"),
                    row.getString("kind"),
                    row.getLong("wakes_at")))
        .findOne();
  }

  /**
   * Lets some of the jobs of a kind queue again, in their turn, if their budget has room by now.
   *
   * @param head the first of them, by which the others go
   */
  public void wake(Handle handle, Head head, boolean shared, Instant now) {
    // One whose budget is gone from the settings waits for nothing.
    Optional<String> why =
        all.stream()
            .filter(budget -> budget.name().equals(head.budget()))
            .findFirst()
            .flatMap(budget -> budget.refuses(handle, learned(handle, head), now));
    if (why.isPresent()) {
      handle.execute(
          "UPDATE job SET wakes_at = ?, waits = ? WHERE id = ? AND waits_for = 'budget'",
          now.plus(AGAIN).toEpochMilli(),
          why.get(),
          head.id());
      return;
    }
    handle
        .createUpdate(QUEUE.formatted(shared ? "FOR UPDATE SKIP LOCKED" : ""))
        .bind("now", now.toEpochMilli())
        .bind("account", head.account())
        .bind("budget", head.budget())
        .bind("kind", head.kind())
        .bind("most", QUEUE_AGAIN)
        .execute();
  }

  private Optional<BigDecimal> learned(Handle handle, Head head) {
    return CostQueries.learned(handle, head.account(), head.kind(), unit());
  }
}
