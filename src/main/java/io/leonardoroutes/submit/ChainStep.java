package io.leonardoroutes.submit;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.COMPLETE;
import static io.leonardoroutes.job.JobState.FAILED;

import io.leonardoroutes.event.EventType;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobLog;
import io.leonardoroutes.job.VideoOfJob;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.ledger.WaitingJobs;
import io.leonardoroutes.ledger.WaitingJobs.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What {@code chain.camel.yaml} does: a job that waits for the video of another one gets it, or
 * fails before anything is paid.
 */
public final class ChainStep {
  private static final JobLog JOBS = JobLog.of(ChainStep.class);
  private static final int BATCH = 100;

  private final FlowContext flow;
  private final WaitingJobs jobs;

  public ChainStep(FlowContext flow) {
    this.flow = flow;
    this.jobs = flow.ledger().waiting();
  }

  /** Ends the wait of jobs whose awaited job has ended. */
  public void settle() {
    flow.outages().attempt(() -> jobs.due(WaitsFor.JOB, BATCH).forEach(this::settle));
  }

  private void settle(Job waiting) {
    Optional<Outcome> outcome = jobs.settle(waiting, other -> outcome(waiting, other));
    outcome.map(one -> one.change().job()).ifPresent(this::log);
  }

  private void log(Job job) {
    if (job.state() == FAILED) {
      JOBS.warn(
          job, "{} failed before it was submitted: {}", job.problem().path("detail").asText());
    } else {
      JOBS.info(job, "{} has the video that it waited for");
    }
  }

  private Outcome outcome(Job waiting, Optional<Job> other) {
    Instant now = flow.clock().instant();
    Optional<String> video = other.map(Job::video).map(Job.Video::id);
    if (video.isPresent()) {
      return new Outcome(
          waiting.to(ACCEPTED).waitsFor(null).dueAt(now),
          VideoOfJob.there(waiting.request(), video.get()),
          List.of());
    }
    String why =
        other.map(ChainStep::noVideo).orElse("the job whose video it takes is not there any more");
    Job.Change failed =
        waiting.to(FAILED).problem(JobProblems.noAwaitedVideo(why)).finishedAt(now).done();
    return new Outcome(
        failed, waiting.request(), List.of(flow.events().of(EventType.FAILED, failed.job())));
  }

  private static String noVideo(Job ended) {
    return ended.state() == COMPLETE
        ? "the provider did not say the id of the video of job " + ended.id()
        : "job %s, whose video it takes, is %s".formatted(ended.id(), ended.state());
  }
}
