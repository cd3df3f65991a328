package io.leonardoroutes.ledger;

import java.time.Duration;
import java.util.Locale;
import org.jdbi.v3.core.Handle;

/**
 * The provider refuses the creates of an account whatever they ask for: they pause, ever longer,
 * and between two pauses one job alone tries.
 *
 * @param times in a row; 0: the last create that told of it was taken
 * @param at when it was told last, in milliseconds
 * @param what is refused, or was
 * @param reason the provider's own words
 * @param job the one that met it first and ends with it; null if there is none
 */
public record RefusedAccount(int times, long at, What what, String reason, String job) {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
  private static final RefusedAccount NEVER =
      new RefusedAccount(0, Long.MIN_VALUE, What.KEY, "", null);

  /** What of an account can be refused. */
  public enum What {
    KEY,
    BALANCE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static RefusedAccount read(Handle handle, String account) {
    return handle
        .createQuery("SELECT * FROM refused_account WHERE account = :account")
        .bind("account", account)
        .map(
            (row, context) ->
                new RefusedAccount(
                    row.getInt("times"),
                    row.getLong("last_at"),
                    What.valueOf(row.getString("what")),
                    row.getString("reason"),
                    row.getString("job_id")))
        .findOne()
        .orElse(NEVER);
  }

  /** Whether the account is refused now. */
  boolean stands() {
    return times > 0;
  }

  /** The same after one more create was refused: the first of its kind is the one that ends. */
  RefusedAccount again(String job, What what, String reason, long now) {
    return stands() && what == this.what
        ? new RefusedAccount(times + 1, now, what, reason, this.job)
        : new RefusedAccount(1, now, what, reason, job);
  }

  /** The same after a create was taken. What was begun before it tells nothing new later. */
  RefusedAccount taken(long now) {
    return new RefusedAccount(0, now, what, reason, job);
  }

  /** Whether nothing is tried now. What is ahead of now was written before the clock jumped. */
  boolean pauses(long now) {
    long doubled = FIRST_PAUSE.toMillis() << Math.min(10, times - 1);
    return stands() && at <= now && now < at + Math.min(LONGEST_PAUSE.toMillis(), doubled);
  }

  /** Whether an answer to a create that was begun then tells of the account as it is now. */
  boolean isNews(long begun, long now) {
    return begun > at || at > now;
  }

  void write(Handle handle, String account) {
    handle.execute(
        """
        INSERT INTO refused_account (account, times, last_at, what, reason, job_id)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (account)
        DO UPDATE SET times = excluded.times, last_at = excluded.last_at, what = excluded.what,
          reason = excluded.reason, job_id = excluded.job_id
        """,
        account,
        times,
        at,
        what.name(),
        reason,
        job);
  }
}
