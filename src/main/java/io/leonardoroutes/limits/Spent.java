package io.leonardoroutes.limits;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.CANCELLED;
import static io.leonardoroutes.job.JobState.FAILED;

import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.Tag;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * How many jobs of a day have each price: of all jobs, of each caller and of each tag. It is kept
 * in the commit of whatever changes what a job costs, so that no sum has to read the jobs, and old
 * jobs can go.
 *
 * <p>One file, because what writes the sums and what reads them count the same jobs.
 */
public final class Spent {
  /** Every job that was begun to be paid for. */
  static final Payer ALL = new Payer("", "");

  /**
   * Whose jobs are summed: a caller's, or those with a tag.
   *
   * @param kind {@code caller}, or {@code tag} and its name; empty for all jobs
   * @param name of the caller, or the value of the tag
   */
  record Payer(String kind, String name) implements Comparable<Payer> {
    @Override
    public int compareTo(Payer other) {
      int byKind = kind.compareTo(other.kind);
      return byKind == 0 ? name.compareTo(other.name) : byKind;
    }
  }

  /** The key of the table but for the payer: jobs with the same are counted together. */
  private record Price(
      long day,
      String amount,
      String unit,
      String reserved,
      String reservedUnit,
      int unmade,
      int budgeted,
      int billed)
      implements Comparable<Price> {
    @Override
    public int compareTo(Price other) {
      return toString().compareTo(other.toString());
    }
  }

  private static final String KEY =
      "payer, name, day, account, model, cost_amount, cost_unit, reserved_amount, reserved_unit,"
          + " unmade, budgeted, billed";

  private static final String ADD =
      """
      INSERT INTO spent (%1$s, jobs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (%1$s) DO UPDATE SET jobs = spent.jobs + excluded.jobs
      """
          .formatted(KEY);

  private static final String FORGET =
      "DELETE FROM spent WHERE (%s) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND jobs = 0"
          .formatted(KEY);

  /** Of one day or some, found without a walk past others. */
  public static final String USED =
      """
      SELECT nullif(cost_amount, '') AS cost_amount, nullif(cost_unit, '') AS cost_unit,
        nullif(reserved_amount, '') AS reserved_amount, nullif(reserved_unit, '') AS reserved_unit,
        unmade, sum(jobs) AS jobs
      FROM spent WHERE payer = :payer AND name = :name AND day >= :from AND day <= :to
        AND budgeted = 1 AND (account = coalesce(:account, account)) IS TRUE
      GROUP BY 1, 2, 3, 4, 5
      """;

  private Spent() {}

  /** Who pays for a job, beside its account: its caller and each of its tags. */
  static Set<Payer> payers(Job job) {
    Set<Payer> payers = new TreeSet<>();
    if (job.caller() != null) {
      payers.add(caller(job.caller()));
    }
    job.tags().forEach((name, value) -> payers.add(tag(new Tag(name, value))));
    return payers;
  }

  /** The payer of a caller's jobs. */
  static Payer caller(String name) {
    return new Payer("caller", name);
  }

  /** The payer of the jobs with a tag. */
  static Payer tag(Tag tag) {
    return new Payer("tag " + tag.name(), tag.value());
  }

  /**
   * Makes a move of a job, and counts it.
   *
   * @param shared whether other instances may change the job meanwhile
   * @param move answers whether it happened
   */
  public static boolean keep(
      Handle handle, Job seen, Job moved, boolean shared, BooleanSupplier move) {
    if (isSame(seen, moved)) {
      return move.getAsBoolean();
    }
    Optional<Price> before = isCounted(seen) ? price(handle, seen.id(), shared) : Optional.empty();
    if (!move.getAsBoolean()) {
      return false;
    }
    Optional<Price> after = isCounted(moved) ? price(handle, seen.id(), false) : Optional.empty();
    if (!before.equals(after)) {
      // In one order for all, so that no two instances wait for each other.
      Set<Price> prices = new TreeSet<>();
      before.ifPresent(prices::add);
      after.ifPresent(prices::add);
      Set<Payer> payers = payers(moved);
      payers.add(ALL);
      for (Payer payer : payers) {
        for (Price price : prices) {
          add(handle, payer, moved, price, after.filter(price::equals).isPresent() ? 1 : -1);
        }
      }
    }
    return true;
  }

  /** Whether both are counted with the same price, or not at all. */
  private static boolean isSame(Job seen, Job moved) {
    return Objects.equals(seen.cost(), moved.cost())
        && Objects.equals(seen.submittedAt(), moved.submittedAt())
        && (seen.generationId() == null) == (moved.generationId() == null)
        && isBudgeted(seen) == isBudgeted(moved)
        && (seen.state() == FAILED) == (moved.state() == FAILED);
  }

  private static boolean isBudgeted(Job job) {
    return job.state() != ACCEPTED && job.state() != CANCELLED;
  }

  /** Nothing was begun to be paid for the others. */
  private static boolean isCounted(Job job) {
    return job.submittedAt() != null
        && (isBudgeted(job) || job.cost() != null || job.generationId() != null);
  }

  private static void add(Handle handle, Payer payer, Job job, Price price, int jobs) {
    List<Object> row =
        new ArrayList<>(
            List.of(
                payer.kind(),
                payer.name(),
                price.day(),
                job.account(),
                job.model(),
                price.amount(),
                price.unit(),
                price.reserved(),
                price.reservedUnit(),
                price.unmade(),
                price.budgeted(),
                price.billed()));
    if (jobs < 0) {
      row.add((long) jobs);
      handle.execute(ADD, row.toArray());
      row.remove(row.size() - 1);
      handle.execute(FORGET, row.toArray());
    } else {
      row.add((long) jobs);
      handle.execute(ADD, row.toArray());
    }
  }

  private static Optional<Price> price(Handle handle, String id, boolean locked) {
    return handle
        .createQuery(
            """
            SELECT submitted_at / 86400000 AS day, coalesce(cost_amount, '') AS cost_amount,
              coalesce(cost_unit, '') AS cost_unit, coalesce(reserved_amount, '') AS reserved_amount,
              coalesce(reserved_unit, '') AS reserved_unit,
              CASE WHEN state = 'FAILED' AND generation_id IS NOT NULL THEN 1 ELSE 0 END AS unmade,
              CASE WHEN state IN ('ACCEPTED', 'CANCELLED') THEN 0 ELSE 1 END AS budgeted,
              CASE WHEN cost_amount IS NULL AND generation_id IS NULL THEN 0 ELSE 1 END AS billed
            FROM job WHERE id = :id AND submitted_at IS NOT NULL %s
            """
                .formatted(locked ? "FOR UPDATE" : ""))
        .bind("id", id)
        .map((row, context) -> price(row))
        .findOne();
  }

  private static Price price(ResultSet row) throws SQLException {
    return new Price(
        row.getLong("day"),
        row.getString("cost_amount"),
        row.getString("cost_unit"),
        row.getString("reserved_amount"),
        row.getString("reserved_unit"),
        row.getInt("unmade"),
        row.getInt("budgeted"),
        row.getInt("billed"));
  }

  /**
   * How much of a budget is spent and reserved, from one day to another.
   *
   * @param account of this account alone; null for any
   */
  static Budget.Used of(
      Handle handle, Payer payer, String account, Budget budget, LocalDate from, LocalDate to) {
    Query used = handle.createQuery(USED);
    return used
        .bind("payer", payer.kind())
        .bind("name", payer.name())
        .bind("account", account)
        .bind("from", from.toEpochDay())
        .bind("to", to.toEpochDay())
        .map((row, context) -> used(row, budget))
        .stream()
        .reduce(Budget.Used.NOTHING, Budget.Used::and);
  }

  private static Budget.Used used(ResultSet row, Budget budget) throws SQLException {
    String cost = row.getString("cost_unit");
    String reserved = row.getString("reserved_unit");
    BigDecimal jobs = BigDecimal.valueOf(row.getLong("jobs"));
    BigDecimal amount = cost == null ? null : new BigDecimal(row.getString("cost_amount"));
    boolean free = amount != null && amount.signum() == 0;
    if (free || (budget.refund() && row.getInt("unmade") == 1)) {
      return Budget.Used.NOTHING;
    }
    if (budget.unit().equals(cost)) {
      return new Budget.Used(amount.multiply(jobs), null);
    }
    // What was both reserved and paid in another unit was of another budget: the currency changed.
    if (cost != null && !cost.equals(reserved)) {
      return new Budget.Used(budget.perDay().multiply(jobs), cost);
    }
    return budget.unit().equals(reserved)
        ? new Budget.Used(new BigDecimal(row.getString("reserved_amount")).multiply(jobs), null)
        : Budget.Used.NOTHING;
  }
}
