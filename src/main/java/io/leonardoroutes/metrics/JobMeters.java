package io.leonardoroutes.metrics;

import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.job.CommittedMove;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Counts and times what becomes of jobs, by the moves that the ledger has committed: so each is
 * counted once, whichever step made it, and by the instance that made it.
 */
final class JobMeters implements Consumer<CommittedMove> {
  /** The step that is tried again where a job in this state fails a try. */
  private static final Map<JobState, String> STEPS =
      new EnumMap<>(
          Map.of(
              JobState.SUBMITTING,
              "submit",
              JobState.RUNNING,
              "poll",
              JobState.COMPLETE,
              "download"));

  private final MeterSet meters;
  private final Clock clock;

  JobMeters(MeterSet meters, ProviderAccounts accounts, Clock clock) {
    this.meters = meters;
    this.clock = clock;
    for (JobState state : JobState.values()) {
      moves(state, 0);
    }
    accounts.names().forEach(account -> doubts(account, 0));
    STEPS.values().forEach(step -> retries(meters, step, 0));
  }

  @Override
  public void accept(CommittedMove move) {
    Job job = move.after();
    Job before = move.before();
    if (move.changesState()) {
      moves(job.state(), 1);
      entered(job, before == null ? null : before.state());
    }
    if (move.ends()) {
      meters
          .timer(StepDuration.JOB, "model", job.model(), "outcome", outcome(job))
          .record(since(job.createdAt(), clock.instant()));
    }
    String step = before == null ? null : STEPS.get(before.state());
    if (step != null && job.schedule().tries() > before.schedule().tries()) {
      retries(meters, step, 1);
    }
  }

  private void entered(Job job, JobState from) {
    if (job.state() == JobState.IN_DOUBT) {
      doubts(job.account(), 1);
    } else if (job.state() == JobState.SUBMITTING && job.schedule().attempt() == 1) {
      Instant free = job.approvedAt() == null ? job.createdAt() : job.approvedAt();
      meters.timer(StepDuration.QUEUE_WAIT).record(since(free, job.submittedAt()));
    } else if (from == JobState.RUNNING && JobState.LAST.contains(job.state())) {
      Duration took = job.schedule().took();
      meters
          .timer(StepDuration.GENERATION, "model", job.model(), "outcome", outcome(job))
          .record(took == null ? since(job.submittedAt(), job.finishedAt()) : took);
    }
  }

  private void moves(JobState to, int more) {
    meters
        .counter("leonardo.job.moves", "Jobs that entered a state", "to", to.name())
        .increment(more);
  }

  private void doubts(String account, int more) {
    meters
        .counter("leonardo.doubts", "Paid calls with an unknown outcome", "account", account)
        .increment(more);
  }

  static void retries(MeterSet meters, String step, int more) {
    meters
        .counter("leonardo.retries", "Tries that failed and are repeated later", "step", step)
        .increment(more);
  }

  private static String outcome(Job job) {
    return job.state().name().toLowerCase(Locale.ROOT);
  }

  /** Clocks of several machines may differ. */
  private static Duration since(Instant begin, Instant end) {
    Duration time = begin == null || end == null ? Duration.ZERO : Duration.between(begin, end);
    return time.isNegative() ? Duration.ZERO : time;
  }
}
