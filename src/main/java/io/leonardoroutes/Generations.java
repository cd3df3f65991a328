package io.leonardoroutes;

import static io.leonardoroutes.ledger.JobState.ACCEPTED;
import static io.leonardoroutes.ledger.JobState.CANCELLED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.delivery.EventType;
import io.leonardoroutes.ledger.By;
import io.leonardoroutes.ledger.Job;
import io.leonardoroutes.ledger.JobState;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.ledger.Moved;
import io.leonardoroutes.request.Refused;
import io.leonardoroutes.rest.Caller;
import io.leonardoroutes.rest.OwnAnswers;
import io.leonardoroutes.rest.RestServer;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;

/**
 * What calls at {@code /generations} do: how one that asks for a video is opened, jobs as they
 * stand, and the cancelling of one.
 */
public final class Generations {
  /** Every change of a job's state, the oldest first. */
  record JobHistory(List<Moved> items) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Parts parts;
  private final Ledger ledger;
  private final Answers answers;

  Generations(Parts parts, Answers answers) {
    this.parts = parts;
    this.answers = answers;
    this.ledger = parts.ledger();
  }

  /**
   * Opens a call that asks for a video: who asks, its idempotency key, and its type.
   *
   * @throws Refused 415 for a body that does not say it is JSON; 403 for a page of an origin that
   *     is not listed
   */
  public void open(
      Exchange exchange,
      @Header(Exchange.CONTENT_TYPE) String type,
      @Header("Idempotency-Key") String key,
      @Header("Origin") String origin,
      @Header(Caller.HEADER) Object user) {
    Caller caller = parts.caller(user);
    exchange.setProperty(Intake.CALLER, caller.name());
    exchange.setProperty(Intake.OPERATOR, caller.operator());
    exchange.setProperty(Intake.FROM, caller.place());
    if (!RestServer.isJson(type, origin)) {
      throw new Refused(OwnAnswers.NOT_JSON);
    }
    // A browser that was led to this address under a name of the page's own sees no foreign page.
    if (origin != null && !parts.settings().rest().origins().contains(origin)) {
      throw new Refused(OwnAnswers.FOREIGN_PAGE);
    }
    if (key != null && !key.isBlank()) {
      // No name has a space, so that no caller's key is another's.
      String of = caller.name() == null ? "rest:" : "rest " + caller.name() + " ";
      exchange.setProperty(Intake.KEY, of + key);
    }
  }

  /**
   * One job.
   *
   * @throws Refused 404
   */
  public JsonNode one(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    return Telling.json(job(id, parts.caller(user)));
  }

  /**
   * Every change of a job's state.
   *
   * @throws Refused 404
   */
  public JsonNode history(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    Job job = job(id, parts.caller(user));
    return JSON.valueToTree(new JobHistory(ledger.history(job.id())));
  }

  /**
   * The job of this id or name.
   *
   * @param header a query or a header of the same name comes before what the path says
   */
  Job job(Object header, Caller caller) {
    String id = String.valueOf(header instanceof List<?> all ? all.get(all.size() - 1) : header);
    return ledger
        .named(id)
        .filter(found -> caller.sees(found.caller()))
        .orElseThrow(() -> new Refused(404, "no-such-job", "No such job", "there is no job " + id));
  }

  /**
   * Takes back a job that is not submitted yet.
   *
   * @throws Refused 404, or 409 once it is: the provider has no cancel
   */
  public JsonNode cancel(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    Caller caller = parts.caller(user);
    Job job = job(id, caller);
    if (job.state() == ACCEPTED) {
      Job.Change cancelled =
          job.to(CANCELLED)
              .by(new By(caller.name(), caller.place()))
              .finishedAt(parts.clock().instant())
              .done();
      if (ledger.move(job, cancelled, parts.telling().of(EventType.CANCELLED, cancelled.job()))) {
        return Telling.json(cancelled.job());
      }
    }
    JobState now = job(job.id(), caller).state();
    throw new Refused(
        409,
        "too-late",
        "Too late to cancel",
        "job " + job.id() + " is " + now + ": only an ACCEPTED one can be cancelled");
  }

  /** As {@link Answers#refused}: copies of our earlier route files name it here. */
  public void refused(Exchange exchange) {
    answers.refused(exchange);
  }

  /** As {@link Answers#available}: copies of our earlier route files name it here. */
  public void available(@ExchangeProperty(Batch.AWAY) Boolean away) {
    answers.available(away);
  }

  /** As {@link Answers#unavailable}: copies of our earlier route files name it here. */
  public void unavailable(Exchange exchange) {
    answers.unavailable(exchange);
  }
}
