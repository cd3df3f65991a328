package io.leonardoroutes.limits;

import java.time.Duration;
import org.jdbi.v3.core.Handle;

/**
 * How fast all instances together may use one account; a row that all of them obey.
 *
 * <p>When the provider throttles a create, what it holds without that job is what it allows: the
 * fleet stays at that number and pauses. After a while it tries one more job at once, and one more
 * again; each time this is throttled again, it waits twice as long before the next try.
 */
public record ThrottleState(
    int slots, int allowed, int strikes, long slowedAt, long createsFrom, long pollsFrom) {
  private static final ThrottleState FULL = new ThrottleState(0, 0, 0, 0, 0, 0);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration FIRST_STEP = Duration.ofMinutes(1);
  private static final Duration LONGEST_STEP = Duration.ofHours(1);

  public static ThrottleState read(Handle handle, String account) {
    return handle
        .createQuery("SELECT * FROM pace WHERE account = :account")
        .bind("account", account)
        .map(
            (row, context) ->
                new ThrottleState(
                    row.getInt("slots"),
                    row.getInt("allowed"),
                    row.getInt("strikes"),
                    row.getLong("slowed_at"),
                    row.getLong("creates_from"),
                    row.getLong("looks_from")))
        .findOne()
        .orElse(FULL);
  }

  /** Jobs at once: the least of the setting, the account's own figure and what was learned. */
  public int concurrent(int setting, long now) {
    int account = slots == 0 ? setting : Math.min(setting, slots);
    long learned = allowed == 0 ? account : allowed + Math.max(0, now - slowedAt) / step();
    return (int) Math.min(account, learned);
  }

  /** Whether creates pause. No pause is longer than an hour, so a later time is no pause. */
  public boolean createsPause(long now) {
    return pauses(createsFrom, now);
  }

  /** Whether all other calls pause. */
  public boolean pollsPause(long now) {
    return pauses(pollsFrom, now);
  }

  private static boolean pauses(long from, long now) {
    return now < from && from - now <= LONGEST_STEP.toMillis();
  }

  private long step() {
    return doubled(FIRST_STEP, LONGEST_STEP);
  }

  private long doubled(Duration first, Duration longest) {
    return Math.min(longest.toMillis(), first.toMillis() << Math.min(20, Math.max(0, strikes - 1)));
  }

  /**
   * The pace after a create was throttled.
   *
   * @param begun when it was begun: one that was under way when the pace was last slowed says
   *     nothing new about time, only about the number
   * @param atProvider jobs that the provider holds without it
   * @param wait what the provider asked for, or null; it makes the pause longer, never shorter
   */
  public ThrottleState createThrottled(long begun, int atProvider, Duration wait, long now) {
    boolean again = allowed > 0 && now >= slowedAt && now - slowedAt <= 2 * step();
    boolean known = again && begun <= slowedAt;
    int inARow = known ? strikes : again ? strikes + 1 : 1;
    int most = known ? Math.min(allowed, atProvider) : atProvider;
    ThrottleState slower =
        new ThrottleState(slots, Math.max(1, most), inARow, now, createsFrom, pollsFrom);
    long pause =
        Math.max(slower.doubled(FIRST_PAUSE, LONGEST_PAUSE), wait == null ? 0 : wait.toMillis());
    return slower.createsNotBefore(now + pause, now);
  }

  private ThrottleState createsNotBefore(long time, long now) {
    return new ThrottleState(
        slots, allowed, strikes, slowedAt, later(createsFrom, time, now), pollsFrom);
  }

  /** An earlier requested wait still holds, unless a clock that was ahead wrote it. */
  private static long later(long before, long time, long now) {
    return pauses(before, now) ? Math.max(before, time) : time;
  }

  /** The pace after another call was throttled: every call pauses. */
  public ThrottleState pollThrottled(Duration wait, long now) {
    long until = now + Math.max(FIRST_PAUSE.toMillis(), wait == null ? 0 : wait.toMillis());
    long polls = later(pollsFrom, until, now);
    return new ThrottleState(slots, allowed, strikes, slowedAt, createsFrom, polls)
        .createsNotBefore(until, now);
  }

  public ThrottleState withSlots(int told) {
    return new ThrottleState(told, allowed, strikes, slowedAt, createsFrom, pollsFrom);
  }

  public void write(Handle handle, String account) {
    handle.execute(
        """
        INSERT INTO pace (account, slots, allowed, strikes, slowed_at, creates_from, looks_from)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account)
        DO UPDATE SET slots = excluded.slots, allowed = excluded.allowed,
          strikes = excluded.strikes, slowed_at = excluded.slowed_at,
          creates_from = excluded.creates_from, looks_from = excluded.looks_from
        """,
        account,
        slots,
        allowed,
        strikes,
        slowedAt,
        createsFrom,
        pollsFrom);
  }
}
