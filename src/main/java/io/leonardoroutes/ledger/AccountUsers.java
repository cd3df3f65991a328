package io.leonardoroutes.ledger;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/**
 * Which user of the provider each account key belongs to: every user has its own list of
 * generations.
 */
final class AccountUsers {
  private AccountUsers() {}

  /**
   * Records which user the key of an account belongs to now.
   *
   * @return since when it is this user's; the beginning of time if no other was ever seen
   */
  static Instant since(Handle handle, String account, String user, Instant now) {
    return handle
        .createQuery(
            """
            INSERT INTO account_user (account, user_id, since) VALUES (:account, :user, 0)
            ON CONFLICT (account) DO UPDATE SET user_id = excluded.user_id,
              since = CASE WHEN account_user.user_id = excluded.user_id THEN account_user.since
                ELSE :now END
            RETURNING since
            """)
        .bind("account", account)
        .bind("user", user)
        .bind("now", now.toEpochMilli())
        .mapTo(Long.class)
        .map(Instant::ofEpochMilli)
        .one();
  }
}
