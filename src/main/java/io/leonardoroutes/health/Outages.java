package io.leonardoroutes.health;

import java.util.List;
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

  private final Set<String> away = ConcurrentHashMap.newKeySet();

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

  /** It worked. */
  public void back(String what) {
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
      back(LEDGER);
      return due;
    } catch (JdbiException e) {
      away(LEDGER, String.valueOf(e.getMessage()));
      return List.of();
    }
  }
}
