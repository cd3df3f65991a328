package io.leonardoroutes.submit;

import static io.leonardoroutes.job.JobState.FAILED;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.event.EventType;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobLog;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.problem.RequestRejected;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code resolve.camel.yaml} and {@code resolve-all.camel.yaml} do: an operator resolves jobs
 * in doubt.
 */
public final class ResolveStep {
  private static final Logger LOG = LoggerFactory.getLogger(ResolveStep.class);
  private static final JobLog JOBS = JobLog.of(ResolveStep.class);

  private static final ObjectMapper JSON = StrictJson.mapper();

  /** How many jobs are read at once. */
  private static final int PAGE = 200;

  private final FlowContext flow;
  private final Ledger ledger;

  public ResolveStep(FlowContext flow) {
    this.flow = flow;
    this.ledger = flow.ledger();
  }

  /**
   * Moves a job in doubt by the word of the operator, and answers the job.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 400 if the body is not JSON, 422
   *     if it is not a decision; 404; 409 if the job is not in doubt, its call may not be over yet,
   *     another job has the generation, or it was made and is to be paid again without a
   *     confirmation
   */
  public JsonNode decide(
      @Header("id") Object id, @Header(Caller.HEADER) Object user, @Body String body) {
    Caller operator = flow.caller(user);
    Actor actor = new Actor(operator.name(), operator.source());
    operator.requireOperator();
    return EventFactory.json(decide(id, operator, Decision.read(json(body)), actor));
  }

  /**
   * Moves all jobs in doubt that the decision covers, each like {@link #decide} , and answers how
   * many.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 400 if the body is not JSON, 422
   *     if it is not a decision
   */
  public JsonNode all(@Header(Caller.HEADER) Object user, @Body String body) {
    Caller operator = flow.caller(user);
    Actor actor = new Actor(operator.name(), operator.source());
    operator.requireOperator();
    Set<String> accounts = new TreeSet<>(flow.settings().accounts().names());
    accounts.addAll(ledger.accounts());
    BulkDecision decision = BulkDecision.read(json(body), accounts);
    int resolved = 0;
    Map<String, Integer> left = new TreeMap<>();
    List<Job> page = List.of();
    do {
      String after = page.isEmpty() ? null : page.get(page.size() - 1).id();
      page = ledger.page(decision.filter(), PAGE, after);
      for (Job job : page) {
        if (decision.account() != null && !decision.account().equals(job.account())) {
          continue;
        }
        try {
          // Whoever decides about many has not read each answer, and so confirms nothing.
          decide(job.id(), operator, new Decision(decision.as(), null, null), actor);
          resolved++;
        } catch (RequestRejected e) {
          left.merge(e.problem().name(), 1, Integer::sum);
        }
      }
    } while (!page.isEmpty());
    LOG.info("{} jobs in doubt were resolved by an operator as {}", resolved, decision.as());
    ObjectNode answer = JSON.createObjectNode().put("as", decision.as().toString());
    answer.put("resolved", resolved);
    ArrayNode reasons = answer.putArray("left");
    left.forEach((why, jobs) -> reasons.addObject().put("why", why).put("jobs", jobs));
    return answer;
  }

  private Job decide(Object id, Caller operator, Decision decision, Actor actor) {
    Job job = open(id, operator, decision);
    Job.Change change = change(job, decision).by(actor);
    while (!moved(job, change, decision)) {
      // It has been moved meanwhile: its new state decides.
      job = open(id, operator, decision);
      if (decision.as() == Decision.As.PAID) {
        mustBeFree(decision.generationId());
      }
      change = change(job, decision).by(actor);
    }
    JOBS.info(job, "{} was resolved by an operator as {}", decision.as());
    if (change.warning() != null) {
      JOBS.warn(job, "{}: {}", change.warning());
    }
    return change.job();
  }

  /** In doubt; or late, for which the provider's own pages may say that nothing will come. */
  private Job open(Object id, Caller operator, Decision decision) {
    Job job = flow.job(id, operator);
    boolean late = job.state() == RUNNING && JobProblems.isLate(job);
    if (job.state() != IN_DOUBT && !(late && decision.as() == Decision.As.FAILED)) {
      throw new RequestRejected(
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
      mustBeOver(job);
      mustBeConfirmed(job, decision);
    }
    return job;
  }

  /**
   * Fails while the paid call may still be under way: an instance that looks dead may yet complete
   * it.
   */
  private void mustBeOver(Job job) {
    Instant over =
        JobProblems.callOverAt(job).orElse(job.submittedAt().plus(flow.settings().longestCall()));
    if (over.isAfter(flow.clock().instant())) {
      throw new RequestRejected(
          409,
          "not-over-yet",
          "The paid call may not be over yet",
          "the paid call for job " + job.id() + " may last until " + over + ": decide then");
    }
  }

  /** Fails for a job that was probably made, unless the operator says that this is known. */
  private static void mustBeConfirmed(Job job, Decision decision) {
    if (JobProblems.wasMade(job) && !Decision.WAS_MADE.equals(decision.confirm())) {
      throw new RequestRejected(
          409,
          "was-made",
          "The provider's answer names a generation",
          ("the answer to the create of job %s names %s, so it was probably made and billed: look"
                  + " for it on the provider's pages and resolve the job as paid. To submit it"
                  + " again all the same, and perhaps pay twice, send"
                  + " {\"as\":\"unpaid\",\"confirm\":\"%s\"}")
              .formatted(job.id(), generation(job), Decision.WAS_MADE));
    }
  }

  private static String generation(Job job) {
    List<String> named = JobProblems.named(job);
    return "a generation" + (named.isEmpty() ? "" : " (%s)".formatted(String.join(", ", named)));
  }

  private void mustBeFree(String generationId) {
    if (!ledger.owners(List.of(generationId)).isEmpty()) {
      throw new RequestRejected(
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
      throw RequestRejected.of(e).orElseThrow();
    }
  }

  private Job.Change change(Job job, Decision decision) {
    Instant now = flow.clock().instant();
    return switch (decision.as()) {
      case PAID -> ReconcileStep.adopted(job, decision.generationId());
      case UNPAID ->
          ReconcileStep.released(job, now)
              .warning(
                  warning(
                      job,
                      "submitted again by an operator, although the answer to an earlier create"
                          + " names %s: it may be paid twice"));
      case FAILED ->
          job.to(FAILED)
              .problem(JobProblems.givenUp(job))
              .finishedAt(now)
              .done()
              .warning(
                  warning(
                      job,
                      "given up by an operator, although the answer to its create names %s: it may"
                          + " be paid"));
    };
  }

  private static String warning(Job job, String text) {
    return JobProblems.wasMade(job) ? text.formatted(generation(job)) : null;
  }

  private boolean moved(Job job, Job.Change change, Decision decision) {
    return switch (decision.as()) {
      case PAID -> ledger.adopt(job, change, flow.events().of(EventType.SUBMITTED, change.job()));
      case UNPAID -> ledger.move(job, change);
      case FAILED -> ledger.move(job, change, flow.events().of(EventType.FAILED, change.job()));
    };
  }
}
