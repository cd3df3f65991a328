package io.leonardoroutes.health;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tracks what is unavailable: logs each outage once when it begins and once when it ends, and lists
 * the current ones for the health report.
 *
 * <p>One file, because whether a failure begins an outage depends on the other outages.
 */
public final class Outages {
  private static final Logger LOG = LoggerFactory.getLogger(Outages.class);

  /**
   * Name of an outage at the intakes. Separate from the ledger: one that is full can still be read.
   */
  public static final String INTAKE = "what new requests need";

  private static final int MOST_FAILING = 1_000;

  /**
   * When an expiring report is dropped: twice the longest delay between two attempts at anything.
   */
  private static final Duration EXPIRY = Duration.ofMinutes(30);

  /** How long the ledger must have free connections until it counts as no longer busy. */
  private static final Duration NOT_BUSY_AFTER = Duration.ofMinutes(1);

  /**
   * How long the ledger must work without a failure until its outage is over: while it goes down,
   * some of the connections still work for a moment.
   */
  private static final Duration BACK_AFTER = Duration.ofSeconds(2);

  private final Set<String> away = ConcurrentHashMap.newKeySet();

  /** Time of the last report of an outage that expires. */
  private final Map<String, Long> lastReport = new ConcurrentHashMap<>();

  /** Outages that cause others, such as that of a proxy. */
  private final Set<String> causes = ConcurrentHashMap.newKeySet();

  /** Outages caused only by another program's lock on the ledger; they end with it. */
  private final Set<String> locked = ConcurrentHashMap.newKeySet();

  /**
   * For each thing that has worked since the start: the items that have failed since it last did.
   */
  private final Map<String, Set<String>> failing = new ConcurrentHashMap<>();

  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile long lastBusy;
  private volatile long lastLedgerFailure;
  private final AtomicBoolean testing = new AtomicBoolean();
  private final LongSupplier nanos;
  private volatile String ledger = "the ledger";
  private volatile Runnable write = () -> {};

  public Outages() {
    this(System::nanoTime);
  }

  Outages(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Sets the write that tests the ledger. A ledger that can only be read is still reported down.
   */
  public void testLedgerBy(Runnable write) {
    this.write = write;
  }

  /** Sets what the ledger is called, where "the ledger" does not say where it is. */
  public void nameLedger(String name) {
    ledger = name;
  }

  /** What the ledger is called in reports. */
  public String ledger() {
    return ledger;
  }

  /** Reports something unavailable. Everything else goes on, and it is retried by itself. */
  public void reportDown(String what, String why) {
    if (away.add(what)) {
      LOG.warn("{} is away, retrying: {}", what, why);
    }
  }

  /**
   * Reports the outage of something that others depend on, such as a proxy. While it lasts, outages
   * whose reason names it are not reported too.
   */
  public void reportCause(String what, String why) {
    causes.add(what);
    lastReport.put(what, nanos.getAsLong());
    reportDown(what, why);
  }

  /**
   * Reports an outage that expires: it is dropped half an hour after its last report. For things
   * whose recovery nobody may notice, because no job or call needs them any more.
   */
  public void reportExpiring(String what, String why) {
    if (causes.stream().anyMatch(cause -> why.contains(cause) && away.contains(cause))) {
      return;
    }
    lastReport.put(what, nanos.getAsLong());
    reportDown(what, why);
  }

  /**
   * Reports a failure, as an outage of the ledger if the ledger is the cause.
   *
   * @param what is unavailable if the ledger is not the cause
   */
  public void reportFailure(String what, Throwable why) {
    String words = why.getMessage() == null ? why.toString() : why.getMessage();
    switch (LedgerFault.of(why)) {
      case BUSY -> reportBusy(why);
      case AWAY -> reportLedgerDown(words);
      case LOCKED -> {
        locked.add(what);
        reportDown(what, words);
      }
      default -> reportExpiring(what, words);
    }
  }

  private void reportLedgerDown(String why) {
    lastLedgerFailure = nanos.getAsLong();
    reportDown(ledger, why);
  }

  /** A busy ledger is slow, not down: it does not make the program unready. */
  private void reportBusy(Throwable why) {
    lastBusy = nanos.getAsLong();
    if (!busy.getAndSet(true)) {
      LOG.warn("{} is busy, {}: what is due waits", ledger, LedgerFault.whyBusy(why));
    }
  }

  /** The names of the current outages, sorted. */
  public List<String> away() {
    dropExpired();
    return away.stream().sorted().toList();
  }

  private void dropExpired() {
    long now = nanos.getAsLong();
    lastReport.forEach(
        (what, last) -> {
          if (now - last > EXPIRY.toNanos() && lastReport.remove(what, last) && away.remove(what)) {
            LOG.info("{} was away, and nothing has needed it for {}", what, EXPIRY);
          }
        });
  }

  /**
   * Reports that the provider refuses an account's key or balance; its jobs wait until that
   * changes.
   */
  public void reportRefused(String what, String why) {
    if (away.add(what)) {
      LOG.warn("{} is refused by the provider, retrying: {}", what, why);
    }
  }

  /**
   * Reports a wait for something that is not down, with a log line of its own.
   *
   * @param line the log line
   */
  public void reportWaiting(String what, String line) {
    if (away.add(what)) {
      LOG.warn("{}", line);
    }
  }

  /**
   * Reports a failure for one of many items, such as deliveries to a sink. The outage begins when
   * an item fails again and nothing has succeeded since that item first failed; so one item that
   * always fails does not count as an outage for the others.
   *
   * @param tries how often it failed for this item before
   */
  public void reportItemFailure(String what, String item, int tries, String why) {
    Set<String> since = failing.get(what);
    if (tries > 0 && (since == null || since.contains(item))) {
      reportExpiring(what, why);
    } else if (tries == 0 && since != null && since.size() < MOST_FAILING) {
      since.add(item);
    }
  }

  /** Reports that something works: ends its outage, if there is one. */
  public void reportUp(String what) {
    failing.computeIfAbsent(what, first -> ConcurrentHashMap.newKeySet()).clear();
    lastReport.remove(what);
    locked.remove(what);
    causes.remove(what);
    if (away.remove(what)) {
      LOG.info("{} is back", what);
    }
  }

  /** Runs a step on the ledger; does nothing if the ledger is down, since the step is repeated. */
  public void attempt(Runnable step) {
    query(
        () -> {
          step.run();
          return List.of();
        });
  }

  /** Queries the ledger for due work; empty while the ledger is down or busy. */
  public <T> List<T> query(Supplier<List<T>> claim) {
    try {
      List<T> due = claim.get();
      if (busy.get()
          && nanos.getAsLong() - lastBusy >= NOT_BUSY_AFTER.toNanos()
          && busy.getAndSet(false)) {
        LOG.info("{} is not busy any more", ledger);
      }
      endIfWritable();
      dropExpired();
      return due;
    } catch (JdbiException e) {
      if (LedgerFault.of(e) == LedgerFault.BUSY) {
        reportBusy(e);
      } else {
        reportLedgerDown(String.valueOf(e.getMessage()));
      }
      return List.of();
    }
  }

  /**
   * Ends the outage of the ledger, and those that its lock caused, once it can be written. One
   * thread tests at a time, as the write may take long.
   */
  private void endIfWritable() {
    boolean down = away.contains(ledger);
    if (down && nanos.getAsLong() - lastLedgerFailure < BACK_AFTER.toNanos()) {
      return;
    }
    if ((down || !locked.isEmpty()) && !testing.getAndSet(true)) {
      try {
        List<String> with = List.copyOf(locked);
        write.run();
        reportUp(ledger);
        with.forEach(this::reportUp);
      } catch (JdbiException e) {
        lastLedgerFailure = nanos.getAsLong(); // it can be read but not written: still down
      } finally {
        testing.set(false);
      }
    }
  }
}
