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
 * The time that all instances of a ledger go by: the database's own, whatever their machines say.
 *
 * <p>It is asked for now and then and carried on in between; asked for at once where the machine's
 * clock was set or the machine was asleep. While the database is away it goes on, and is too late
 * rather than too early, so that what was allowed for a while is surely over.
 */
public final class DatabaseClock extends Clock {
  private static final long EVERY = TimeUnit.SECONDS.toNanos(10);
  private static final long AGAIN = TimeUnit.SECONDS.toNanos(2);
  private static final long JUMP = 500;

  private final Jdbi jdbi;
  private final Clock machine;
  private final LongSupplier nanos;
  private Told last;
  private long askAt;
  private boolean away;

  /** What three clocks said at one time: two in milliseconds, the third in nanoseconds. */
  private record Told(long database, long machine, long nanos) {}

  /**
   * @param jdbi on connections of its own: time is asked for within transactions that hold one
   * @param machine its wall clock, which may be wrong and may be set
   * @param nanos its clock that is never set, but may stop while the machine is asleep
   */
  public DatabaseClock(Jdbi jdbi, Clock machine, LongSupplier nanos) {
    this.jdbi = jdbi;
    this.machine = machine;
    this.nanos = nanos;
    ask();
  }

  private void ask() {
    long database =
        jdbi.withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)")
                    .mapTo(Long.class)
                    .one());
    last = new Told(database, machine.millis(), nanos.getAsLong());
    askAt = last.nanos() + EVERY;
    away = false;
  }

  @Override
  public synchronized Instant instant() {
    long now = nanos.getAsLong();
    boolean jumped = Math.abs(shown() - ticked(now)) > JUMP;
    if (now - askAt >= 0 || (jumped && !away)) {
      try {
        ask();
        now = last.nanos();
      } catch (JdbiException e) {
        away = true;
        askAt = nanos.getAsLong() + AGAIN;
      }
    }
    return Instant.ofEpochMilli(last.database() + Math.max(ticked(now), shown()));
  }

  /**
   * The same, asked for now, for what must not rely on this machine: if it stood still, both of its
   * clocks may have stood still with it.
   *
   * @throws JdbiException while the database is away
   */
  public synchronized Instant anew() {
    ask();
    return Instant.ofEpochMilli(last.database());
  }

  private long shown() {
    return machine.millis() - last.machine();
  }

  private long ticked(long now) {
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
