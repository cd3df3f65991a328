package io.leonardoroutes.intake;

import io.leonardoroutes.health.Outages;
import io.leonardoroutes.job.IntakePaused;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.jdbi.v3.core.JdbiException;

/**
 * Whether to keep a message or record and retry it here, as the ledger is unavailable or the intake
 * paused. Brokers count redeliveries, and put a message aside after a few.
 */
public record LedgerHold(Outages outages) implements Predicate {
  /** Some four minutes with up to five seconds in between, as a database may need to come back. */
  private static final int HOLDS = 50;

  @Override
  public boolean matches(Exchange exchange) {
    Throwable why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    if (why instanceof IntakePaused) {
      return true; // however long it is
    }
    outages.reportFailure(Outages.INTAKE, why);
    int holds = exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class);
    return why instanceof JdbiException && holds < HOLDS;
  }
}
