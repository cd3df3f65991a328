package io.leonardoroutes.limits;

import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.Tag;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;

/**
 * How many jobs of a day cost each price, for each caller and each tag. It is kept in the commit of
 * whatever changes what a job costs, so that a budget of a month need not read the jobs of a month.
 */
public final class Spent {
  /** The key of the table but for the payer: jobs with the same are counted together. */
  private record Price(
      long day, String amount, String unit, String reserved, String reservedUnit, int unmade)
      implements Comparable<Price> {
    @Override
    public int compareTo(Price other) {
      return toString().compareTo(other.toString());
    }
  }

  private static final String ADD =
      """
      INSERT INTO spent (payer, day, cost_amount, cost_unit, reserved_amount, reserved_unit, unmade, jobs)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (payer, day, cost_amount, cost_unit, reserved_amount, reserved_unit, unmade)
      DO UPDATE SET jobs = spent.jobs + excluded.jobs
      """;

  private Spent() {}

  /** Who pays for a job, beside its account: its caller and each of its tags. */
  public static Set<String> payers(Job job) {
    Set<String> payers = new TreeSet<>();
    if (job.caller() != null) {
      payers.add(caller(job.caller()));
    }
    job.tags().forEach((name, value) -> payers.add(tag(new Tag(name, value))));
    return payers;
  }

  /** The payer of a caller's jobs. */
  public static String caller(String name) {
    return "caller " + name;
  }

  /** The payer of the jobs with a tag. */
  public static String tag(Tag tag) {
    return "tag " + tag;
  }

  /**
   * Makes a change of a job that may change what it costs, and counts it.
   *
   * @param shared whether other instances may change the job meanwhile
   * @param change answers whether it happened
   */
  public static boolean keep(Handle handle, Job job, boolean shared, BooleanSupplier change) {
    Set<String> payers = payers(job);
    if (payers.isEmpty()) {
      return change.getAsBoolean();
    }
    Optional<Price> before = price(handle, job.id(), shared);
    if (!change.getAsBoolean()) {
      return false;
    }
    Optional<Price> after = price(handle, job.id(), false);
    if (!before.equals(after)) {
      // In one order for all, so that no two instances wait for each other.
      Set<Price> prices = new TreeSet<>();
      before.ifPresent(prices::add);
      after.ifPresent(prices::add);
      for (String payer : payers) {
        for (Price price : prices) {
          add(handle, payer, price, after.filter(price::equals).isPresent() ? 1 : -1);
        }
      }
    }
    return true;
  }

  private static void add(Handle handle, String payer, Price price, int jobs) {
    handle.execute(
        ADD,
        payer,
        price.day(),
        price.amount(),
        price.unit(),
        price.reserved(),
        price.reservedUnit(),
        price.unmade(),
        jobs);
    if (jobs < 0) {
      handle.execute(
          "DELETE FROM spent WHERE payer = ? AND day = ? AND jobs = 0", payer, price.day());
    }
  }

  /** Empty for a job that nothing was begun to be paid for. */
  private static Optional<Price> price(Handle handle, String id, boolean locked) {
    return handle
        .createQuery(
            """
            SELECT submitted_at / 86400000 AS day, coalesce(cost_amount, '') AS cost_amount,
              coalesce(cost_unit, '') AS cost_unit, coalesce(reserved_amount, '') AS reserved_amount,
              coalesce(reserved_unit, '') AS reserved_unit, %s AS unmade
            FROM job WHERE id = :id AND submitted_at IS NOT NULL
              AND state NOT IN ('ACCEPTED', 'CANCELLED') %s
            """
                .formatted(CostQueries.WITHOUT, locked ? "FOR UPDATE" : ""))
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
        row.getInt("unmade"));
  }

  /** How much of the payer's budget is spent and reserved, from one day to another. */
  public static Budget.Used of(
      Handle handle, String payer, Budget budget, LocalDate from, LocalDate to) {
    return handle
        .createQuery(
            """
            SELECT nullif(cost_amount, '') AS cost_amount, nullif(cost_unit, '') AS cost_unit,
              nullif(reserved_amount, '') AS reserved_amount, nullif(reserved_unit, '') AS reserved_unit,
              unmade, sum(jobs) AS jobs
            FROM spent WHERE payer = :payer AND day >= :from AND day <= :to
            GROUP BY 1, 2, 3, 4, 5
            """)
        .bind("payer", payer)
        .bind("from", from.toEpochDay())
        .bind("to", to.toEpochDay())
        .map((row, context) -> CostQueries.used(row, budget))
        .stream()
        .reduce(Budget.Used.NOTHING, Budget.Used::and);
  }
}
