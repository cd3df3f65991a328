package io.leonardoroutes.limits;

import java.time.Duration;
import org.jdbi.v3.core.Handle;

/**
 * The circuit breaker of an account's creates. A create with an unknown outcome opens it: creates
 * pause for longer and longer, and then a single one is tried, but only once the provider has
 * answered a free call since. So an outage costs a doubt or two, and not every slot.
 *
 * @param failures creates in a row whose outcome is not known; 0: it is closed
 * @param failedAt when the last of them was over, in milliseconds
 * @param answeredAt when the provider last answered a free call
 * @param listedAt when its list was last read
 */
public record CircuitBreaker(int failures, long failedAt, long answeredAt, long listedAt) {
  private static final CircuitBreaker CLOSED = new CircuitBreaker(0, 0, 0, 0);

  /** The longest pause, as a multiple of the first. */
  private static final int LONGEST = 300;

  private static final int DOUBLINGS = 10;

  public static CircuitBreaker read(Handle handle, String account) {
    return handle
        .createQuery("SELECT * FROM circuit WHERE account = :account")
        .bind("account", account)
        .map(
            (row, context) ->
                new CircuitBreaker(
                    row.getInt("failures"),
                    row.getLong("failed_at"),
                    row.getLong("answered_at"),
                    row.getLong("listed_at")))
        .findOne()
        .orElse(CLOSED);
  }

  /** Whether the outcome of the last create is unknown. */
  public boolean isOpen() {
    return failures > 0;
  }

  /** Whether creates pause now. A time ahead of now was written before the clock was set back. */
  public boolean pauses(Duration first, long now) {
    long doubled = first.toMillis() << Math.min(DOUBLINGS, Math.max(0, failures - 1));
    long pause = Math.min(doubled, first.toMillis() * LONGEST);
    return isOpen() && failedAt <= now && now < failedAt + pause;
  }

  /** Whether a free call has to work before the next create. */
  public boolean wantsAnswer() {
    return isOpen() && answeredAt <= failedAt;
  }

  public CircuitBreaker failed(long now) {
    return new CircuitBreaker(failures + 1, now, answeredAt, listedAt);
  }

  public CircuitBreaker closed() {
    return new CircuitBreaker(0, failedAt, answeredAt, listedAt);
  }

  /** A free call worked; it counts as later than a failure in the same millisecond. */
  public CircuitBreaker answered(long now) {
    return new CircuitBreaker(failures, failedAt, Math.max(now, failedAt + 1), listedAt);
  }

  public CircuitBreaker listed(long now) {
    return new CircuitBreaker(failures, failedAt, Math.max(now, failedAt + 1), now);
  }

  public void write(Handle handle, String account) {
    handle.execute(
        """
        INSERT INTO circuit (account, failures, failed_at, answered_at, listed_at)
        VALUES (?, ?, ?, ?, ?) ON CONFLICT (account)
        DO UPDATE SET failures = excluded.failures, failed_at = excluded.failed_at,
          answered_at = excluded.answered_at, listed_at = excluded.listed_at
        """,
        account,
        failures,
        failedAt,
        answeredAt,
        listedAt);
  }
}
