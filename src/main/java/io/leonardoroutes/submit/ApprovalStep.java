package io.leonardoroutes.submit;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.CANCELLED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.event.EventType;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.VideoOfJob;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.problem.RequestRejected;
import java.util.List;
import java.util.function.Predicate;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code approve.camel.yaml} and {@code expire.camel.yaml} do: an operator decides whether a
 * job that waits for approval may be submitted; if nobody does in time, it is cancelled.
 */
public final class ApprovalStep {
  /** About how many jobs of a batch an operator has just decided. */
  public record BatchDecision(String batch, int jobs) {}

  private static final Logger LOG = LoggerFactory.getLogger(ApprovalStep.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BATCH = 100;

  private final FlowContext flow;
  private final Ledger ledger;

  public ApprovalStep(FlowContext flow) {
    this.flow = flow;
    this.ledger = flow.ledger();
  }

  /**
   * Approves a job that waits for it, and answers the job; again, if it was approved before.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 404; 409 if it does not wait
   */
  public JsonNode approve(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    return decide(id, user, "approved", job -> job.approvedAt() != null, this::approved);
  }

  /**
   * Cancels a job that waits for approval, and answers the job; again, if it was rejected before.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 404; 409 if it does not wait
   */
  public JsonNode reject(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    return decide(id, user, "rejected", JobProblems::isNotApproved, this::rejected);
  }

  /**
   * Approves the jobs of a batch that wait for it, and answers how many they are.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 404
   */
  public JsonNode approveBatch(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    return decideAll(id, user, "approved", this::approved);
  }

  /**
   * Cancels the jobs of a batch that wait for approval, and answers how many they are.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 404
   */
  public JsonNode rejectBatch(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    return decideAll(id, user, "rejected", this::rejected);
  }

  private JsonNode decideAll(Object header, Object user, String word, Decision decision) {
    Caller operator = flow.caller(user);
    operator.requireOperator();
    Actor by = new Actor(operator.name(), operator.source());
    String batch = FlowContext.inPath(header);
    if (ledger.batches().find(batch).isEmpty()) {
      throw new RequestRejected(
          404, "no-such-batch", "No such batch", "there is no batch " + batch);
    }
    int decided = 0;
    List<Job> page = ledger.waiting().ofBatch(batch, null, BATCH);
    while (!page.isEmpty()) {
      for (Job job : page) {
        // Who was faster has decided about it.
        decided += decision.move(job, by) ? 1 : 0;
      }
      page = ledger.waiting().ofBatch(batch, page.get(page.size() - 1), BATCH);
    }
    LOG.info("{} jobs of batch {} were {} by an operator", decided, batch, word);
    return JSON.valueToTree(new BatchDecision(batch, decided));
  }

  private interface Decision {
    boolean move(Job job, Actor by);
  }

  private JsonNode decide(
      Object id, Object user, String word, Predicate<Job> before, Decision decision) {
    Caller operator = flow.caller(user);
    operator.requireOperator();
    Actor by = new Actor(operator.name(), operator.source());
    Job job = flow.job(id, operator);
    while (waits(job)) {
      if (decision.move(job, by)) {
        LOG.info("{} was {} by an operator", job.name(), word);
      }
      // If it was moved meanwhile, its new state decides.
      job = flow.job(id, operator);
    }
    if (!before.test(job)) {
      throw new RequestRejected(
          409,
          "not-waiting",
          "The job does not wait for approval",
          "job %s is %s: only one that waits for approval can be %s"
              .formatted(job.id(), job.state(), word));
    }
    return EventFactory.json(job);
  }

  private static boolean waits(Job job) {
    return job.state() == ACCEPTED && job.waitsFor() == WaitsFor.APPROVAL;
  }

  private boolean approved(Job job, Actor by) {
    WaitsFor next = VideoOfJob.isAwaited(job.request()) ? WaitsFor.JOB : null;
    Job.Change change = job.to(ACCEPTED).waitsFor(next);
    return ledger.move(
        job, change.approvedAt(flow.clock().instant()).dueAt(flow.clock().instant()).by(by));
  }

  private boolean rejected(Job job, Actor by) {
    return cancel(job, job.to(CANCELLED).problem(JobProblems.notApproved()).by(by));
  }

  private boolean cancel(Job job, Job.Change change) {
    change.finishedAt(flow.clock().instant()).done();
    return ledger.move(job, change, flow.events().of(EventType.CANCELLED, change.job()));
  }

  /** Cancels jobs that nobody approved in time. */
  public void expire() {
    flow.outages()
        .attempt(() -> ledger.waiting().due(WaitsFor.APPROVAL, BATCH).forEach(this::expire));
  }

  private void expire(Job job) {
    JsonNode why = JobProblems.approvalExpired(flow.settings().approval().expires());
    if (cancel(job, job.to(CANCELLED).problem(why))) {
      LOG.warn("{} was cancelled, as nobody approved it in time", job.name());
    }
  }
}
