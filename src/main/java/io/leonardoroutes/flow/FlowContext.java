package io.leonardoroutes.flow;

import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.health.Outages;
import io.leonardoroutes.job.IntakePaused;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.limits.PriceTable;
import io.leonardoroutes.problem.RequestRejected;
import java.time.Clock;
import java.util.List;

/** What the steps of all routes work with. */
public record FlowContext(
    LeonardoSettings settings,
    Ledger ledger,
    PriceTable prices,
    EventFactory events,
    Outages outages,
    Clock clock) {
  /** Says what requests will cost. */
  public PriceQuotes quotes() {
    return new PriceQuotes(ledger.quotes(), prices, settings.accounts());
  }

  /**
   * Checks that new requests of an intake are taken.
   *
   * @throws IntakePaused if an operator has paused it
   */
  public void requireOpen(String intake) {
    if (isPaused(intake)) {
      throw new IntakePaused(intake);
    }
  }

  /** Whether an operator has paused an intake. */
  public boolean isPaused(String intake) {
    return ledger.pauses().holdsIntake(intake);
  }

  /** The caller, by the {@link Caller#HEADER} of the exchange. */
  public Caller caller(Object header) {
    return Caller.of(header, settings.rest());
  }

  /**
   * The job of this id or name.
   *
   * @param header see {@link #inPath}
   * @throws RequestRejected 404, also for a job that the caller may not see
   */
  public Job job(Object header, Caller caller) {
    String id = inPath(header);
    return ledger
        .findByIdOrName(id)
        .filter(found -> caller.canSee(found.caller()))
        .orElseThrow(
            () -> new RequestRejected(404, "no-such-job", "No such job", "there is no job " + id));
  }

  /**
   * What the path of a call says.
   *
   * @param header may be a list: a query parameter or header of the same name comes before the path
   */
  public static String inPath(Object header) {
    return String.valueOf(header instanceof List<?> all ? all.get(all.size() - 1) : header);
  }
}
