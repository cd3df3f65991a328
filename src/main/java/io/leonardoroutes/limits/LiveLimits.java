package io.leonardoroutes.limits;

import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Actor;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The limits that operators have set while the program runs, for all instances. What begins a call
 * or spends money reads them in its own transaction, and a change waits for those that are under
 * way: once it is committed, it holds.
 */
public final class LiveLimits {
  private final LedgerSql sql;
  private final Clock clock;
  private final boolean shared;

  public LiveLimits(LedgerSql sql, Clock clock, boolean shared) {
    this.sql = sql;
    this.clock = clock;
    this.shared = shared;
  }

  /**
   * The limits of an account that are in force.
   *
   * @param set those of the settings
   */
  public static AccountLimits of(Handle handle, AccountLimits set) {
    Map<String, BigDecimal> live = amounts(handle, "accounts." + set.account() + ".");
    String account = set.account();
    return live.isEmpty()
        ? set
        : new AccountLimits(
            account,
            number(live, LimitKind.CONCURRENT.of(account), set.concurrent()),
            number(live, LimitKind.CREATES_PER_MINUTE.of(account), set.createsPerMinute()),
            number(live, LimitKind.REQUESTS_PER_MINUTE.of(account), set.requestsPerMinute()),
            set.holds(),
            budget(live, LimitKind.BUDGET.of(account), set.budget()),
            set.probe());
  }

  /**
   * The budgets of callers and tags that are in force.
   *
   * @param set those of the settings
   */
  public static PayerBudgets of(Handle handle, PayerBudgets set) {
    Map<String, BigDecimal> live = set.isEmpty() ? Map.of() : amounts(handle, "budgets.");
    return live.isEmpty()
        ? set
        : new PayerBudgets(
            set.all().stream()
                .map(
                    one ->
                        new PayerBudget(
                            one.name(),
                            one.tag(),
                            one.caller(),
                            budget(live, LimitKind.PAYER_DAY.of(one.name()), one.perDay()),
                            budget(live, LimitKind.PAYER_MONTH.of(one.name()), one.perMonth())))
                .toList());
  }

  private static int number(Map<String, BigDecimal> live, String name, int set) {
    return live.containsKey(name) ? live.get(name).intValue() : set;
  }

  private static Budget budget(Map<String, BigDecimal> live, String name, Budget set) {
    return set == null || !live.containsKey(name)
        ? set
        : new Budget(live.get(name), set.unit(), set.priceUnknown(), set.refund());
  }

  private static Map<String, BigDecimal> amounts(Handle handle, String prefix) {
    Map<String, BigDecimal> live = new HashMap<>();
    handle
        .createQuery("SELECT name, amount FROM live_limit WHERE substr(name, 1, :most) = :prefix")
        .bind("prefix", prefix)
        .bind("most", prefix.length())
        .map((row, at) -> live.put(row.getString(1), new BigDecimal(row.getString(2))))
        .list();
    return live;
  }

  /** The same in a transaction of its own. */
  public AccountLimits inForce(AccountLimits set) {
    return sql.withHandle(handle -> of(handle, set));
  }

  /** The same in a transaction of its own. */
  public PayerBudgets inForce(PayerBudgets set) {
    return sql.withHandle(handle -> of(handle, set));
  }

  /** All limits that operators have set, by name. */
  public List<LiveLimit> all() {
    return sql.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM live_limit ORDER BY name")
                .map((row, context) -> read(row))
                .list());
  }

  private static LiveLimit read(ResultSet row) throws SQLException {
    return new LiveLimit(
        row.getString("name"),
        new BigDecimal(row.getString("amount")),
        Instant.ofEpochMilli(row.getLong("since")),
        new Actor(row.getString("who"), row.getString("place")),
        row.getString("reason"));
  }

  private static Optional<LiveLimit> find(Handle handle, String name) {
    return handle
        .createQuery("SELECT * FROM live_limit WHERE name = :name")
        .bind("name", name)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Sets a limit. One that has this value already stays as it was. */
  public Change set(String name, BigDecimal amount, Actor by, String reason) {
    return change(
        name,
        (handle, before) -> {
          if (before.filter(one -> one.amount().compareTo(amount) == 0).isPresent()) {
            return;
          }
          handle.execute(
              """
              INSERT INTO live_limit (name, amount, since, who, place, reason)
              VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name)
              DO UPDATE SET amount = excluded.amount, since = excluded.since, who = excluded.who,
                place = excluded.place, reason = excluded.reason
              """,
              name,
              amount.toPlainString(),
              clock.millis(),
              by.name(),
              by.source(),
              reason);
        });
  }

  /** Takes a limit back, so that the one in the settings is in force again. */
  public Change remove(String name) {
    return change(
        name, (handle, before) -> handle.execute("DELETE FROM live_limit WHERE name = ?", name));
  }

  /** What was set before and after a change. */
  public record Change(Optional<LiveLimit> before, Optional<LiveLimit> after) {
    public boolean isNone() {
      return before.equals(after);
    }
  }

  private interface Write {
    void to(Handle handle, Optional<LiveLimit> before);
  }

  private Change change(String name, Write write) {
    return sql.inTransaction(
        handle -> {
          if (shared) {
            // Waits for those that have read it, and who reads it next sees the change.
            handle.execute("LOCK TABLE live_limit");
          }
          Optional<LiveLimit> before = find(handle, name);
          write.to(handle, before);
          return new Change(before, find(handle, name));
        });
  }
}
