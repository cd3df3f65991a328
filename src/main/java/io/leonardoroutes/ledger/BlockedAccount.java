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
 */
public record BlockedAccount(int times, long at, What what, String reason) {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
  private static final Duration JUST_NOW = Duration.ofMinutes(10);
  private static final BlockedAccount NEVER = new BlockedAccount(0, Long.MIN_VALUE, What.KEY, "");

  /** What of an account can be refused. */
  public enum What {
    KEY,
    BALANCE,
    /** It is suspended, whatever its key and its balance. */
    ACCESS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static BlockedAccount read(Handle handle, String account) {
    return handle
        .createQuery("SELECT * FROM refused_account WHERE account = :account")
        .bind("account", account)
        .map(
            (row, context) ->
                new BlockedAccount(
                    row.getInt("times"),
                    row.getLong("last_at"),
                    What.valueOf(row.getString("what")),
                    row.getString("reason")))
        .findOne()
        .orElse(NEVER);
  }

  /** Whether the account is refused now. */
  boolean stands() {
    return times > 0;
  }

  /** The same after one more create was refused. */
  BlockedAccount again(What what, String reason, long now) {
    int inARow = stands() && what == this.what ? times + 1 : 1;
    return new BlockedAccount(inARow, now, what, reason);
  }

  /** The same after a create was taken. What was begun before it tells nothing new later. */
  BlockedAccount taken(long now) {
    return new BlockedAccount(0, now, what, reason);
  }

  /** Whether it was refused, and one of its creates was taken just now. */
  boolean wasTaken(long now) {
    return !stands() && at <= now && at > now - JUST_NOW.toMillis();
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
        INSERT INTO refused_account (account, times, last_at, what, reason)
        VALUES (?, ?, ?, ?, ?) ON CONFLICT (account)
        DO UPDATE SET times = excluded.times, last_at = excluded.last_at, what = excluded.what,
          reason = excluded.reason
        """,
        account,
        times,
        at,
        what.name(),
        reason);
  }
}
