package io.leonardoroutes.health;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

  private final Set<String> away = ConcurrentHashMap.newKeySet();

  /** Of what has worked since the start: the items that first failed since it last did. */
  private final Map<String, Set<String>> failing = new ConcurrentHashMap<>();

  private volatile Runnable write = () -> {};

  /** How it is seen whether the ledger can be written: what can only be read is still away. */
  public void ledgerWrites(Runnable write) {
    this.write = write;
  }

  /** Something that is needed did not work; the rest goes on and it is tried again. */
  public void away(String what, String why) {
    if (away.add(what)) {
      LOG.warn("{} is away, trying again until it is back: {}", what, why);
    }
  }

  /** The names of what is away, sorted. */
  public List<String> away() {
    return away.stream().sorted().toList();
  }

  /** The provider refuses an account's key or balance: its jobs wait until that is mended. */
  public void refused(String what, String why) {
    if (away.add(what)) {
      LOG.warn("{} is refused by the provider, trying again until it is back: {}", what, why);
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
      away(what, why);
    } else if (tries == 0 && since != null && since.size() < MOST_FAILING) {
      since.add(item);
    }
  }

  /** It worked. */
  public void back(String what) {
    failing.computeIfAbsent(what, first -> ConcurrentHashMap.newKeySet()).clear();
    if (away.remove(what)) {
      LOG.info("{} is back", what);
    }
  }

  /** Something that the ledger is asked for now and then, and that can wait while it is away. */
  public void tried(Runnable step) {
    due(
        () -> {
          step.run();
          return List.of();
        });
  }

  /** What the ledger has to do, or nothing while it is away. */
  public <T> List<T> due(Supplier<List<T>> claim) {
    try {
      List<T> due = claim.get();
      backIfItCanBeWritten();
      return due;
    } catch (JdbiException e) {
      away(LEDGER, String.valueOf(e.getMessage()));
      return List.of();
    }
  }

  private void backIfItCanBeWritten() {
    if (away.contains(LEDGER)) {
      try {
        write.run();
        back(LEDGER);
      } catch (JdbiException e) {
        // it can be read, and that is not enough
      }
    }
  }
}
