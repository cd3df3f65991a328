package io.leonardoroutes;

import static io.leonardoroutes.ledger.JobState.FAILED;
import static io.leonardoroutes.ledger.JobState.IN_DOUBT;
import static io.leonardoroutes.ledger.JobState.RUNNING;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.delivery.EventType;
import io.leonardoroutes.ledger.By;
import io.leonardoroutes.ledger.Job;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.request.Refused;
import io.leonardoroutes.request.StrictJson;
import io.leonardoroutes.rest.Caller;
import java.time.Instant;
import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code resolve.camel.yaml} does: an operator ends the doubt about a job. */
public final class Resolve {
  private static final Logger LOG = LoggerFactory.getLogger(Resolve.class);

  private static final ObjectMapper JSON = StrictJson.mapper();

  private final Parts parts;
  private final Ledger ledger;
  private final Generations generations;

  Resolve(Parts parts, Generations generations) {
    this.parts = parts;
    this.generations = generations;
    this.ledger = parts.ledger();
  }

  /**
   * Moves a job in doubt as the operator says, and answers it.
   *
   * @throws Refused 403 for who is no operator; 400 for what is not JSON, 422 for a decision that
   *     is none; 404; 409 if the job is not in doubt, its call may not be over yet, or another job
   *     has the generation
   */
  public JsonNode decide(
      @Header("id") Object id, @Header(Caller.HEADER) Object user, @Body String body) {
    Caller operator = parts.caller(user);
    By by = new By(operator.name(), operator.place());
    operator.mustBeOperator();
    Decision decision = Decision.read(json(body));
    Job job = open(id, operator, decision);
    Job.Change change = change(job, decision).by(by);
    while (!moved(job, change, decision)) {
      // It was looked into meanwhile, or is somebody else's by now: its new state decides.
      job = open(id, operator, decision);
      if (decision.as() == Decision.As.PAID) {
        notTaken(decision.generationId());
      }
      change = change(job, decision).by(by);
    }
    LOG.info("{} was resolved by an operator as {}", job.name(), decision.as());
    return Telling.json(change.job());
  }

  /** In doubt; or late, for which the provider's own pages may say that nothing will come. */
  private Job open(Object id, Caller operator, Decision decision) {
    Job job = generations.job(id, operator);
    boolean late = job.state() == RUNNING && job.problem() != null;
    if (job.state() != IN_DOUBT && !(late && decision.as() == Decision.As.FAILED)) {
      throw new Refused(
          409,
          "not-in-doubt",
          "The job is not in doubt",
          "job "
              + job.id()
              + " is "
              + job.state()
              + ": only an IN_DOUBT one can be resolved, or a late one as failed");
    }
    if (decision.as() == Decision.As.UNPAID) {
      over(job);
    }
    return job;
  }

  /** Of an instance that looks dead to the others the call may go on, and be paid yet. */
  private void over(Job job) {
    Instant over = Problems.inDoubtSince(job).orElse(Instant.MIN);
    if (over.isAfter(parts.clock().instant())) {
      throw new Refused(
          409,
          "not-over-yet",
          "The paid call may not be over yet",
          "the paid call for job " + job.id() + " may last until " + over + ": decide then");
    }
  }

  private void notTaken(String generationId) {
    if (!ledger.owners(List.of(generationId)).isEmpty()) {
      throw new Refused(
          409,
          "generation-taken",
          "Another job has this generation",
          "generation " + generationId + " belongs to another job");
    }
  }

  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw Refused.of(e).orElseThrow();
    }
  }

  private Job.Change change(Job job, Decision decision) {
    Instant now = parts.clock().instant();
    return switch (decision.as()) {
      case PAID -> Reconcile.adopted(job, decision.generationId());
      case UNPAID -> Reconcile.released(job, now);
      case FAILED -> job.to(FAILED).problem(Problems.givenUp()).finishedAt(now).done();
    };
  }

  private boolean moved(Job job, Job.Change change, Decision decision) {
    return switch (decision.as()) {
      case PAID -> ledger.adopt(job, change, parts.telling().of(EventType.SUBMITTED, change.job()));
      case UNPAID -> ledger.move(job, change);
      case FAILED -> ledger.move(job, change, parts.telling().of(EventType.FAILED, change.job()));
    };
  }
}
