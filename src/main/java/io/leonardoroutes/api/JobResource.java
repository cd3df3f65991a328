package io.leonardoroutes.api;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.CANCELLED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.event.EventType;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.intake.RestIntake;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.Moved;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.problem.RequestRejected;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls at {@code /generations/{id}}: shows a job or its history, and cancels one. */
public final class JobResource {
  /** Every change of a job's state, the oldest first. */
  public record JobHistory(List<Moved> items) {}

  private static final Logger LOG = LoggerFactory.getLogger(JobResource.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlowContext flow;
  private final Ledger ledger;
  private final RestIntake intake;
  private final AtomicBoolean warned = new AtomicBoolean();

  public JobResource(FlowContext flow, RestIntake intake) {
    this.flow = flow;
    this.intake = intake;
    this.ledger = flow.ledger();
  }

  /** Copies of our earlier route files open their calls here; now {@link RestIntake#open} does. */
  public void open(
      Exchange exchange,
      @Header(Exchange.CONTENT_TYPE) String type,
      @Header("Idempotency-Key") String key,
      @Header("Origin") String origin,
      @Header(Caller.HEADER) Object user) {
    if (!warned.getAndSet(true)) {
      LOG.warn(
          "leonardoGenerations.open is now called leonardoAsked.open: rename it in your route"
              + " files, because the earlier name works in this version only");
    }
    intake.open(exchange, type, key, origin, user);
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
