package io.leonardoroutes.api;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.CANCELLED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.auth.ProblemHandler;
import io.leonardoroutes.event.EventType;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.Moved;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.RestServer;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/** The calls at {@code /generations}: opens a request for a video, shows jobs, and cancels one. */
public final class JobResource {
  /** Every change of a job's state, the oldest first. */
  public record JobHistory(List<Moved> items) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlowContext flow;
  private final Ledger ledger;

  public JobResource(FlowContext flow) {
    this.flow = flow;
    this.ledger = flow.ledger();
  }

  /**
   * Opens a request for a video: its caller, idempotency key and content type.
   *
   * @throws RequestRejected 415 for a body without a JSON content type; 403 for a web page of an
   *     origin that is not listed
   */
  public void open(
      Exchange exchange,
      @Header(Exchange.CONTENT_TYPE) String type,
      @Header("Idempotency-Key") String key,
      @Header("Origin") String origin,
      @Header(Caller.HEADER) Object user) {
    Caller caller = flow.caller(user);
    exchange.setProperty(FlowProperties.CALLER, caller.name());
    exchange.setProperty(FlowProperties.OPERATOR, caller.operator());
    exchange.setProperty(FlowProperties.FROM, caller.source());
    if (!RestServer.isJson(type, origin)) {
      throw new RequestRejected(ProblemHandler.NOT_JSON);
    }
    // A browser that reaches this address by the page's own host name sees no foreign page.
    if (origin != null && !flow.settings().rest().origins().contains(origin)) {
      throw new RequestRejected(ProblemHandler.FOREIGN_PAGE);
    }
    if (key != null && !key.isBlank()) {
      // No caller's name has a space, so no caller's key is another's.
      String of = caller.name() == null ? "rest:" : "rest " + caller.name() + " ";
      exchange.setProperty(FlowProperties.KEY, of + key);
    }
  }

  /**
   * One job.
   *
   * @throws RequestRejected 404
   */
  public JsonNode one(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    return EventFactory.json(flow.job(id, flow.caller(user)));
  }

  /**
   * Every change of a job's state.
   *
   * @throws RequestRejected 404
   */
  public JsonNode history(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    Job job = flow.job(id, flow.caller(user));
    return JSON.valueToTree(new JobHistory(ledger.history(job.id())));
  }

  /**
   * Cancels a job that is not submitted yet.
   *
   * @throws RequestRejected 404; 409 once it is submitted, as the provider has no cancel
   */
  public JsonNode cancel(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    Caller caller = flow.caller(user);
    Job job = flow.job(id, caller);
    if (job.state() == ACCEPTED) {
      Job.Change cancelled =
          job.to(CANCELLED)
              .by(new Actor(caller.name(), caller.source()))
              .finishedAt(flow.clock().instant())
              .done();
      if (ledger.move(job, cancelled, flow.events().of(EventType.CANCELLED, cancelled.job()))) {
        return EventFactory.json(cancelled.job());
      }
    }
    JobState now = flow.job(job.id(), caller).state();
    throw new RequestRejected(
        409,
        "too-late",
        "Too late to cancel",
        "job " + job.id() + " is " + now + ": only an ACCEPTED one can be cancelled");
  }
}
