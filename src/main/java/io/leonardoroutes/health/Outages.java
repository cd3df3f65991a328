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

/** Says once in the log that something is away, and once that it is back. */
public final class Outages {
  private static final Logger LOG = LoggerFactory.getLogger(Outages.class);
  private static final String LEDGER = "the ledger";

  /** Apart from the ledger, which can be full and still have nothing due. */
  public static final String INTAKE = "what new requests need";

  private static final int MOST_FAILING = 1_000;

  /** Twice as long as the longest wait between two tries at anything. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(30);

  /** It finds a connection now and then while it is busy, and that is not the end of it. */
  private static final Duration BUSY_FOR = Duration.ofMinutes(1);

  private final Set<String> away = ConcurrentHashMap.newKeySet();

  /** Of what is away: when work last met it, as nothing else would show that it is back. */
  private final Map<String, Long> met = new ConcurrentHashMap<>();

  /** Of what is away: that which other things go through, and are away with it. */
  private final Set<String> causes = ConcurrentHashMap.newKeySet();

  /** Of what is away: that which only the lock of another program on the ledger keeps from work. */
  private final Set<String> locked = ConcurrentHashMap.newKeySet();

  /** Of what has worked since the start: the items that first failed since it last did. */
  private final Map<String, Set<String>> failing = new ConcurrentHashMap<>();

  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile long lastBusy;
  private final AtomicBoolean writing = new AtomicBoolean();
  private final LongSupplier nanos;
  private volatile Runnable write = () -> {};

  public Outages() {
    this(System::nanoTime);
  }

  Outages(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** How it is seen whether the ledger can be written: what can only be read is still away. */
  public void ledgerWrites(Runnable write) {
    this.write = write;
  }

  /**
   * Something that is needed did not work; the rest goes on and it is asked for again by itself.
   */
  public void reportDown(String what, String why) {
    if (away.add(what)) {
      LOG.warn("{} is away, retrying: {}", what, why);
    }
  }

  /**
   * The same of something that other work goes through: while it is away, what names it as the
   * reason is not told again.
   */
  public void metCause(String what, String why) {
    causes.add(what);
    met.put(what, nanos.getAsLong());
    reportDown(what, why);
  }

  /**
   * Work met something that is away. If none does any more, as the job was cancelled or no call
   * comes, nobody knows how it is: it is forgotten after half an hour.
   */
  public void met(String what, String why) {
    if (causes.stream().anyMatch(cause -> why.contains(cause) && away.contains(cause))) {
      return;
    }
    met.put(what, nanos.getAsLong());
    reportDown(what, why);
  }

  /**
   * Work failed because of something that it needs: if that is the ledger, it is told of the ledger
   * and over with it.
   *
   * @param what is told of else
   */
  public void unavailable(String what, Throwable why) {
    String words = why.getMessage() == null ? why.toString() : why.getMessage();
    switch (LedgerFault.of(why)) {
      case BUSY -> busy();
      case AWAY -> reportDown(LEDGER, words);
      case LOCKED -> {
        locked.add(what);
        reportDown(what, words);
      }
      default -> met(what, words);
    }
  }

  /** It is slow and not away: what is due waits, and nobody is told to send nothing. */
  private void busy() {
    lastBusy = nanos.getAsLong();
    if (!busy.getAndSet(true)) {
      LOG.warn("{} is busy, all its connections are in use: what is due waits", LEDGER);
    }
  }

  /** The names of what is away, sorted. */
  public List<String> away() {
    forget();
    return away.stream().sorted().toList();
  }

  private void forget() {
    long now = nanos.getAsLong();
    met.forEach(
        (what, last) -> {
          if (now - last > FORGOTTEN.toNanos() && met.remove(what, last) && away.remove(what)) {
            LOG.info("{} was away, and nothing has needed it for {}", what, FORGOTTEN);
          }
        });
  }

  /** The provider refuses an account's key or balance: its jobs wait until that is mended. */
  public void refused(String what, String why) {
    if (away.add(what)) {
      LOG.warn("{} is refused by the provider, retrying: {}", what, why);
    }
  }

  /**
   * Something that is not away is waited for, in words of its own.
   *
   * @param said is logged as it is
   */
  public void awaited(String what, String said) {
    if (away.add(what)) {
      LOG.warn("{}", said);
    }
  }

  /**
   * Something did not work for one of the items that need it. It is away once an item fails again
   * and it has worked for none since that item first failed: an item that it never works for says
   * nothing of the others.
   *
   * @param tries how often it failed for this item before
   */
  public void failed(String what, String item, int tries, String why) {
    Set<String> since = failing.get(what);
    if (tries > 0 && (since == null || since.contains(item))) {
      met(what, why);
    } else if (tries == 0 && since != null && since.size() < MOST_FAILING) {
      since.add(item);
    }
  }

  /** It worked. */
  public void reportUp(String what) {
    failing.computeIfAbsent(what, first -> ConcurrentHashMap.newKeySet()).clear();
    met.remove(what);
    locked.remove(what);
    causes.remove(what);
    if (away.remove(what)) {
      LOG.info("{} is back", what);
    }
  }

  /** Something that the ledger is asked for now and then, and that can wait while it is away. */
  public void attempt(Runnable step) {
    query(
        () -> {
          step.run();
          return List.of();
        });
  }

  /** What the ledger has to do, or nothing while it is away. */
  public <T> List<T> query(Supplier<List<T>> claim) {
    try {
      List<T> due = claim.get();
      if (busy.get()
          && nanos.getAsLong() - lastBusy >= BUSY_FOR.toNanos()
          && busy.getAndSet(false)) {
        LOG.info("{} is not busy any more", LEDGER);
      }
      backIfItCanBeWritten();
      forget();
      return due;
    } catch (JdbiException e) {
      if (LedgerFault.of(e) == LedgerFault.BUSY) {
        busy();
      } else {
        reportDown(LEDGER, String.valueOf(e.getMessage()));
      }
      return List.of();
    }
  }

  /** With it comes back what it alone kept from work. One asks at a time, as it may take long. */
  private void backIfItCanBeWritten() {
    if ((away.contains(LEDGER) || !locked.isEmpty()) && !writing.getAndSet(true)) {
      try {
        List<String> with = List.copyOf(locked);
        write.run();
        reportUp(LEDGER);
        with.forEach(this::reportUp);
      } catch (JdbiException e) {
        // it can be read, and that is not enough
      } finally {
        writing.set(false);
      }
    }
  }
}
