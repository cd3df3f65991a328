package io.leonardoroutes.limits;

import org.jdbi.v3.core.Handle;

/** Which of an account's jobs hold one of the provider's slots, surely or perhaps. */
public final class SlotUsage {
  private SlotUsage() {}

  /** All of them; not those that the provider must be done with. */
  public static int slots(Handle handle, AccountLimits limits, long now) {
    return count(
        handle,
        "(state = 'SUBMITTING' OR (state IN ('RUNNING', 'IN_DOUBT') AND submitted_at > :since))",
        limits,
        now);
  }

  /** Those in doubt among them. */
  public static int inDoubt(Handle handle, AccountLimits limits, long now) {
    return count(handle, "state = 'IN_DOUBT' AND submitted_at > :since", limits, now);
  }

  /** When the last of those in doubt was submitted; 0 if there is none. */
  public static long lastInDoubt(Handle handle, AccountLimits limits) {
    return handle
        .createQuery(
            """
            SELECT coalesce(max(submitted_at), 0) FROM job
            WHERE account = :account AND state = 'IN_DOUBT'
            """)
        .bind("account", limits.account())
        .mapTo(Long.class)
        .one();
  }

  /** Those among them whose paid call may be under way. */
  public static int submitting(Handle handle, AccountLimits limits, long now) {
    return count(handle, "state = 'SUBMITTING'", limits, now);
  }

  private static int count(Handle handle, String such, AccountLimits limits, long now) {
    return handle
        .createQuery("SELECT count(*) FROM job WHERE account = :account AND " + such)
        .bind("account", limits.account())
        .bind("since", now - limits.holds().toMillis())
        .mapTo(Integer.class)
        .one();
  }
}
