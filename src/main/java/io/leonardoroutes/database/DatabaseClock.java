package io.leonardoroutes.database;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * The clock that all instances of a ledger share: the database's own, whatever their machines show.
 *
 * <p>The database is asked every ten seconds; in between, the machine's clocks carry the time on.
 * It is asked at once if the machine's clock was set or the machine was asleep. While the database
 * is unavailable, the clock runs on and is fast rather than slow, so that anything with a deadline
 * has certainly expired.
 */
public final class DatabaseClock extends Clock {
  private static final long READ_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long RETRY_AFTER_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long JUMP_MILLIS = 500;

  private final Jdbi jdbi;
  private final Clock machine;
  private final LongSupplier nanos;
  private Reading last;
  private long readAt;
  private boolean unavailable;

  /** The three clocks at one moment: two in milliseconds, the third in nanoseconds. */
  private record Reading(long database, long machine, long nanos) {}

  /**
   * @param jdbi with a connection of its own: the time is also asked for within transactions, which
   *     hold one already
   * @param machine the machine's wall clock, which may be wrong and may be set
   * @param nanos the machine's monotonic clock, which may stop while the machine is asleep
   */
  public DatabaseClock(Jdbi jdbi, Clock machine, LongSupplier nanos) {
    this.jdbi = jdbi;
    this.machine = machine;
    this.nanos = nanos;
    readDatabase();
  }

  private void readDatabase() {
    long database =
        jdbi.withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)")
                    .mapTo(Long.class)
                    .one());
    last = new Reading(database, machine.millis(), nanos.getAsLong());
    readAt = last.nanos() + READ_EVERY_NANOS;
    unavailable = false;
  }

  @Override
  public synchronized Instant instant() {
    long now = nanos.getAsLong();
    boolean jumped = Math.abs(elapsedByWallClock() - elapsedByNanos(now)) > JUMP_MILLIS;
    if (now - readAt >= 0 || (jumped && !unavailable)) {
      try {
        readDatabase();
        now = last.nanos();
      } catch (JdbiException e) {
        unavailable = true;
        readAt = nanos.getAsLong() + RETRY_AFTER_NANOS;
      }
    }
    return Instant.ofEpochMilli(
        last.database() + Math.max(elapsedByNanos(now), elapsedByWallClock()));
  }

  /**
   * The time, read from the database now, for decisions that must not rely on this machine: if it
   * was suspended, both of its clocks may have stood still.
   *
   * @throws JdbiException while the database is unavailable
   */
  public synchronized Instant fresh() {
    readDatabase();
    return Instant.ofEpochMilli(last.database());
  }

  private long elapsedByWallClock() {
    return machine.millis() - last.machine();
  }

  private long elapsedByNanos(long now) {
    return TimeUnit.NANOSECONDS.toMillis(now - last.nanos());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("the ledger's times are UTC");
  }
}
