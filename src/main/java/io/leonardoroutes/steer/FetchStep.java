package io.leonardoroutes.steer;

import static io.leonardoroutes.job.JobState.COMPLETE;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobLog;
import io.leonardoroutes.problem.RequestRejected;
import org.apache.camel.Header;

/**
 * What {@code fetch-again.camel.yaml} does: an operator has the video of a job downloaded again, as
 * it was given up, or as our copy is gone. The route {@code fetch} does it, and nothing is paid.
 */
public final class FetchStep {
  private static final JobLog JOBS = JobLog.of(FetchStep.class);

  private final FlowContext flow;

  public FetchStep(FlowContext flow) {
    this.flow = flow;
  }

  /**
   * Makes the video of a job due to be fetched, and answers the job; one that is being fetched is
   * answered as it is.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 404; 409 if no video was made
   */
  public JsonNode again(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    Caller operator = flow.caller(user);
    operator.requireOperator();
    Actor by = new Actor(operator.name(), operator.source());
    Job job = flow.job(id, operator);
    mustHaveVideo(job);
    while (job.ended()) {
      Job.Change due = job.to(COMPLETE).dueAt(flow.clock().instant()).by(by);
      if (flow.ledger().move(job, due)) {
        JOBS.info(job, "{} has its video fetched again, by an operator");
        SteerAudit.write(flow.clock().instant(), by, "fetch", job.id(), null, null, null);
      }
      // If it was moved meanwhile, that one is answered.
      job = flow.job(id, operator);
    }
    return EventFactory.json(job);
  }

  private static void mustHaveVideo(Job job) {
    if (job.state() != COMPLETE || job.video() == null || job.video().url() == null) {
      throw new RequestRejected(
          409,
          "no-video",
          "There is no video",
          "job %s is %s, and the provider has shown no video of it"
              .formatted(job.id(), job.state()));
    }
  }
}
