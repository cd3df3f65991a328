package io.leonardoroutes.ledger;

import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The provider refuses the key of an account, and would refuse every job with it: creates pause,
 * ever longer, and between two pauses one job alone tries.
 *
 * @param times in a row
 * @param at when it did so last, in milliseconds
 */
record RefusedKey(int times, long at) {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  static Optional<RefusedKey> read(Handle handle, String account) {
    return handle
        .createQuery("SELECT times, last_at FROM refused_key WHERE account = :account")
        .bind("account", account)
        .map((row, context) -> new RefusedKey(row.getInt("times"), row.getLong("last_at")))
        .findOne();
  }

  /** The same after one more refusal; one of a call that was under way at the last says no more. */
  RefusedKey again(long begun, long now) {
    return begun <= at && at <= now ? this : new RefusedKey(times + 1, now);
  }

  /** Whether nothing is tried now. What is ahead of now was written before the clock jumped. */
  boolean pauses(long now) {
    long doubled = FIRST_PAUSE.toMillis() << Math.min(10, times - 1);
    return at <= now && now < at + Math.min(LONGEST_PAUSE.toMillis(), doubled);
  }

  /** Whether an answer to a create that was begun then tells of the key that is used now. */
  boolean isNews(long begun, long now) {
    return begun > at || at > now;
  }

  void write(Handle handle, String account) {
    handle.execute(
        """
        INSERT INTO refused_key (account, times, last_at) VALUES (?, ?, ?)
        ON CONFLICT (account) DO UPDATE SET times = excluded.times, last_at = excluded.last_at
        """,
        account,
        times,
        at);
  }

  static void forget(Handle handle, String account) {
    handle.execute("DELETE FROM refused_key WHERE account = ?", account);
  }
}
