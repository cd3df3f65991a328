package io.leonardoroutes.ledger;

import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The unfinished jobs of an account without a key. They wait, as no key of another account can
 * serve them.
 */
public record JobsWithoutKey(String account, long jobs) {
  private static final String WAITS = "waits for its account: there is no key for ";

  /**
   * Counts them, and adds a warning to those that wait to be submitted. Jobs of accounts that have
   * a key again lose it.
   *
   * @param accounts those with a key
   */
  static List<JobsWithoutKey> find(Handle handle, Collection<String> accounts) {
    List<String> known = List.copyOf(accounts);
    List<JobsWithoutKey> keyless =
        handle
            .createQuery(
                """
                SELECT account, count(*) AS jobs FROM job
                WHERE state IN ('ACCEPTED', 'SUBMITTING', 'RUNNING', 'IN_DOUBT')
                  AND account NOT IN (<known>) GROUP BY account ORDER BY account
                """)
            .bindList("known", known)
            .map(
                (row, context) -> new JobsWithoutKey(row.getString("account"), row.getLong("jobs")))
            .list();
    keyless.forEach(
        one ->
            handle.execute(
                "UPDATE job SET waits = ? WHERE state = 'ACCEPTED' AND account = ?",
                WAITS + one.account(),
                one.account()));
    handle
        .createUpdate(
            """
            UPDATE job SET waits = NULL
            WHERE state = 'ACCEPTED' AND account IN (<known>) AND waits LIKE :waits
            """)
        .bindList("known", known)
        .bind("waits", WAITS + "%")
        .execute();
    return keyless;
  }
}
