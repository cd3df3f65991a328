package io.leonardoroutes.submit;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.CANCELLED;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.function.Predicate;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code approve.camel.yaml} and {@code expire.camel.yaml} do: an operator decides whether a
 * job that waits for approval may be submitted; if nobody does in time, it is cancelled.
 */
public final class ApprovalStep {
  private static final Logger LOG = LoggerFactory.getLogger(ApprovalStep.class);
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
