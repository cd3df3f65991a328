package io.leonardoroutes.ledger;

import java.time.Duration;
import java.util.Locale;
import org.jdbi.v3.core.Handle;

/**
 * An account whose creates the provider declines, whatever they ask for. They pause for longer and
 * longer, and between two pauses a single job tries.
 *
 * @param times how often in a row; 0 if the last create worked
 * @param at when we last heard, in milliseconds
 * @param what it is or was blocked for
 * @param reason the provider's own words
 */
public record BlockedAccount(int times, long at, What what, String reason) {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
  private static final Duration JUST_NOW = Duration.ofMinutes(10);
  private static final BlockedAccount NEVER = new BlockedAccount(0, Long.MIN_VALUE, What.KEY, "");

  /** What can be wrong with an account. */
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

  /** Whether the account is blocked now. */
  boolean stands() {
    return times > 0;
  }

  /** The account after one more create was declined because of it. */
  BlockedAccount again(What what, String reason, long now) {
    int inARow = stands() && what == this.what ? times + 1 : 1;
    return new BlockedAccount(inARow, now, what, reason);
  }

  /** The account after a create worked. Answers to creates that began earlier are no news then. */
  BlockedAccount createWorked(long now) {
    return new BlockedAccount(0, now, what, reason);
  }

  /** Whether it was blocked until a create worked just now. */
  boolean workedJustNow(long now) {
    return !stands() && at <= now && at > now - JUST_NOW.toMillis();
  }

  /**
   * Whether its creates pause now. A time ahead of now was written before the clock was set back.
   */
  boolean pauses(long now) {
    long doubled = FIRST_PAUSE.toMillis() << Math.min(10, times - 1);
    return stands() && at <= now && now < at + Math.min(LONGEST_PAUSE.toMillis(), doubled);
  }

  /** Whether the answer to a create that began then is news about the account. */
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
