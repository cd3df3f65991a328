package io.leonardoroutes.limits;

import java.time.Duration;
import org.jdbi.v3.core.Handle;

/**
 * How many calls of one account all instances have made in the last 60 seconds. They are counted
 * per second, so an account never has more than about a hundred rows.
 */
public record CallCounter(int requests, int creates) {
  private static final long WINDOW = Duration.ofMinutes(1).toSeconds();

  /**
   * Reads the count, in whole seconds. Rows of more than a minute ahead were written before the
   * clock was set back, and do not count.
   */
  public static CallCounter lastMinute(Handle handle, String account, long now) {
    long second = now / 1000;
    return handle
        .createQuery(
            """
            SELECT coalesce(sum(requests), 0) AS requests, coalesce(sum(creates), 0) AS creates
            FROM sent WHERE account = :account AND second >= :from AND second <= :to
            """)
        .bind("account", account)
        .bind("from", second - WINDOW)
        .bind("to", second + WINDOW)
        .map((row, context) -> new CallCounter(row.getInt("requests"), row.getInt("creates")))
        .one();
  }

  /** Counts calls before they are made: counting one that is then not made does no harm. */
  public static void add(Handle handle, String account, long now, int requests, int creates) {
    long second = now / 1000;
    handle.execute(
        "DELETE FROM sent WHERE second < ? OR second > ?", second - WINDOW, second + WINDOW);
    handle.execute(
        """
        INSERT INTO sent (account, second, requests, creates) VALUES (?, ?, ?, ?)
        ON CONFLICT (account, second)
        DO UPDATE SET requests = sent.requests + excluded.requests,
          creates = sent.creates + excluded.creates
        """,
        account,
        second,
        requests,
        creates);
  }
}
