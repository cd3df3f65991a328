package io.leonardoroutes.track;

import static io.leonardoroutes.job.JobState.COMPLETE;
import static io.leonardoroutes.job.JobState.FAILED;
import static io.leonardoroutes.job.JobState.RUNNING;

import io.leonardoroutes.event.EventType;
import io.leonardoroutes.flow.ClaimedWork;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.flow.ProviderAccounts.Account;
import io.leonardoroutes.flow.RepeatInterval;
import io.leonardoroutes.flow.RetryBackoff;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobLog;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.leonardo.GenerationStatus;
import io.leonardoroutes.provider.ProviderClient;
import io.leonardoroutes.provider.ProviderResponse;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of {@code track.camel.yaml}: polls the jobs that run at the provider.
 *
 * <p>One file, because it is read beside its route file.
 */
public final class TrackStep {
  private static final Logger LOG = LoggerFactory.getLogger(TrackStep.class);
  private static final JobLog JOBS = JobLog.of(TrackStep.class);
  private static final String PROVIDER = "the provider (polls)";
  private static final int BATCH = 100;

  /** How many polls the queue holds. */
  private static final int MOST = 200;

  private static final Duration LOST = Duration.ofHours(1);
  private static final Duration NO_END = Duration.ofMinutes(2);
  private static final Duration LONGEST_STEP = Duration.ofSeconds(5);
  private static final String END = "the end of a poll";
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  private final FlowContext flow;
  private final Ledger ledger;
  private final LeonardoSettings settings;
  private final PollSchedule schedule;
  private final RepeatInterval hastening;
  private final ClaimedWork<Job> claimed;
  private volatile Duration withoutEnd = Duration.ZERO;
  private Instant asked;

  public TrackStep(FlowContext flow, PollSchedule schedule) {
    this.flow = flow;
    this.ledger = flow.ledger();
    this.settings = flow.settings();
    this.schedule = schedule;
    this.hastening = new RepeatInterval(schedule.wanted().dividedBy(4));
    this.claimed = new ClaimedWork<>(Job::id, flow.clock(), settings.lease(), LOST);
    this.asked = flow.clock().instant();
  }

  /**
   * Jobs that are due for a poll, as many as their accounts may call per minute, without
   * {@linkplain ClaimedWork under way}.
   */
  public List<Job> due() {
    reportIfAllHang();
    // Only what is handed on counts as under way: a claim may fail halfway.
    return claimed.begins(flow.outages().query(this::claim));
  }

  /** Polls sooner while jobs wait for a slot: a finished job holds its slot until we see it. */
  private void pollSoonerIfSlotIsWanted() {
    Instant now = flow.clock().instant();
    if (hastening.isOver(now)) {
      settings
          .accounts()
          .all()
          .forEach(by -> ledger.governor().hastenPolls(schedule.wanted(), by.limits()));
      hastening.begin(now);
    }
  }

  private List<Job> claim() {
    pollSoonerIfSlotIsWanted();
    claimed.forget(LOST);
    claimed.renew(
        jobs -> ledger.renew(RUNNING, jobs.stream().map(Job::id).toList(), settings.lease()));
    return settings.accounts().all().stream().map(this::claim).flatMap(List::stream).toList();
  }

  private List<Job> claim(Account account) {
    int room = Math.min(BATCH, MOST - claimed.size());
    return ledger.governor().polls(room, account.limits(), settings.lease());
  }

  /**
   * Reports when all consumers hang: each call is cut off in the end, but until then no job is
   * polled.
   */
  private void reportIfAllHang() {
    Instant now = flow.clock().instant();
    Duration step = Duration.between(asked, now);
    asked = now;
    int waiting = claimed.size();
    if (waiting == 0) {
      withoutEnd = Duration.ZERO;
      return;
    }
    // A changed clock or a sleeping machine is not a hanging provider.
    withoutEnd = withoutEnd.plus(step.compareTo(LONGEST_STEP) > 0 ? LONGEST_STEP : step);
    if (withoutEnd.compareTo(NO_END) > 0) {
      flow.outages()
          .reportWaiting(
              END,
              ("no poll has ended for %s minutes, under way: %s; the provider does not answer, or"
                      + " does not finish its answers")
                  .formatted(NO_END.toMinutes(), waiting));
    }
  }

  /** Prepares the poll of the job in the body. */
  public void begin(Exchange exchange) {
    Job job = exchange.getMessage().getBody(Job.class);
    exchange.setProperty(FlowProperties.JOB, job);
    claimed.endsWith(exchange, job, again -> flow.outages().attempt(() -> ledger.endLease(again)));
    ask(exchange, job);
  }

  public static void ask(Exchange exchange, Job job) {
    ProviderResponse.keepCompressed(exchange);
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader("Accept", "application/json");
    message.setHeader(ProviderClient.ACCOUNT, job.account());
    message.setHeader(Exchange.HTTP_PATH, GenerationStatus.pathSegment(job.generationId()));
    message.setBody(null);
  }

  /** Reads what the provider shows. */
  public GenerationStatus read(Exchange exchange) {
    ProviderResponse answer = ProviderResponse.of(exchange, settings);
    ended(answer.failure());
    return answer.failure() == null
        ? GenerationStatus.read(
            answer.status(), answer.retryAfter(), answer.body(), flow.clock().instant())
        : GenerationStatus.failed(answer.failure());
  }

  /** Handles a failed call, which says nothing about the job. */
  public GenerationStatus unanswered(
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    ended(failure);
    return GenerationStatus.failed(failure);
  }

  /** Notes that a call has ended; one that was cut off has not. */
  private void ended(Exception failure) {
    if (!(failure instanceof InterruptedIOException)) {
      withoutEnd = Duration.ZERO;
      flow.outages().reportUp(END);
    }
  }

  /**
   * Records what was seen. While the ledger is unavailable, the job is polled again after its
   * lease.
   */
  public void record(Exchange exchange) {
    flow.outages().attempt(() -> write(exchange));
  }

  private void write(Exchange exchange) {
    Job job = exchange.getProperty(FlowProperties.JOB, Job.class);
    GenerationStatus status = exchange.getMessage().getBody(GenerationStatus.class);
    if (!(status instanceof GenerationStatus.Unclear)) {
      flow.outages().reportUp(ProviderAccounts.ofAccount(PROVIDER, job.account()));
      flow.outages().attempt(() -> ledger.governor().answered(job.account()));
    }
    if (status instanceof GenerationStatus.Complete complete) {
      exchange.setProperty(FlowProperties.FREED, true);
      complete(job, complete);
    } else if (status instanceof GenerationStatus.Failed failed) {
      exchange.setProperty(FlowProperties.FREED, true);
      failed(job, failed);
    } else if (status instanceof GenerationStatus.Unshown unshown) {
      unshown(exchange, job, unshown);
    } else if (status instanceof GenerationStatus.Throttled throttled) {
      ledger.governor().pollThrottled(job.account(), throttled.retryAfter());
      LOG.info("all calls by account {} pause: {}", job.account(), throttled.reason());
      tryAgain(job, throttled.retryAfter());
    } else if (status instanceof GenerationStatus.Unclear unclear) {
      String provider = ProviderAccounts.ofAccount(PROVIDER, job.account());
      flow.outages()
          .reportItemFailure(provider, job.id(), job.schedule().tries(), unclear.reason());
      tryAgain(job, unclear.retryAfter());
    } else {
      Job.Change again = job.to(RUNNING).dueAt(schedule.next(job));
      if (status instanceof GenerationStatus.Pending) {
        again.runningAt(flow.clock().instant());
        again.problem(JobProblems.isWithoutVideo(job) ? null : job.problem());
      }
      again(job, again);
    }
  }

  /** The poll said nothing about the job. */
  private void tryAgain(Job job, Duration asked) {
    RetryBackoff backoff = new RetryBackoff(settings.track().every(), LONGEST_WAIT);
    Duration wait = backoff.after(job.schedule().tries(), asked);
    again(job, job.to(RUNNING).triedAgainAt(flow.clock().instant().plus(wait)));
  }

  private void complete(Job job, GenerationStatus.Complete complete) {
    Job.Video video = video(complete);
    Instant now = flow.clock().instant();
    Job.Change done =
        job.to(COMPLETE)
            .response(complete.response())
            .video(video)
            .problem(null)
            .finishedAt(now)
            .took(schedule.took(job))
            .dueAt(now);
    if (ledger.move(job, done)) {
      JOBS.info(job, "{} complete at the provider");
    }
  }

  public static Job.Video video(GenerationStatus.Complete complete) {
    return new Job.Video(
        complete.videoId(), complete.videoUrl(), complete.posterUrl(), null, null, null);
  }

  /** Waits for the address of a finished video: it is paid, and not given up. */
  private void unshown(Exchange exchange, Job job, GenerationStatus.Unshown unshown) {
    Instant now = flow.clock().instant();
    Instant since = JobProblems.withoutVideoSince(job).orElse(now);
    Instant end = since.plus(settings.track().grace());
    if (now.isBefore(end)) {
      Instant next = now.plus(settings.track().every());
      ledger.move(
          job,
          job.to(RUNNING)
              .problem(JobProblems.noVideoYet(unshown.reason(), since))
              .dueAt(next.isBefore(end) ? next : end));
      return;
    }
    exchange.setProperty(FlowProperties.FREED, true);
    String reason =
        "%s, and none came in %s s: its moderation probably removed it"
            .formatted(unshown.reason(), settings.track().grace().toSeconds());
    failed(job, new GenerationStatus.Failed(reason, unshown.response()));
  }

  /** Whether the address of its video may still come, and was not waited for in vain. */
  private boolean isInGrace(Job job) {
    Instant now = flow.clock().instant();
    return JobProblems.withoutVideoSince(job)
        .filter(since -> now.isBefore(since.plus(settings.track().grace())))
        .isPresent();
  }

  private void failed(Job job, GenerationStatus.Failed failed) {
    String reason =
        ledger
            .notices()
            .of(job)
            .map(words -> JobProblems.said(failed.reason(), words))
            .orElse(failed.reason());
    Job.Change done =
        job.to(FAILED)
            .response(failed.response())
            .problem(JobProblems.failed(reason))
            .finishedAt(flow.clock().instant())
            .done();
    if (ledger.move(job, done, flow.events().of(EventType.FAILED, done.job()))) {
      JOBS.warn(job, "{} failed at the provider: {}", reason);
    }
  }

  /** The job still runs, or has no address yet. However long it takes, it has not failed. */
  private void again(Job job, Job.Change again) {
    boolean tell = schedule.isLate(job) && !JobProblems.isLate(job) && !isInGrace(job);
    if (tell) {
      again.problem(JobProblems.late(settings.track().giveUp()));
    }
    if (ledger.move(job, again) && tell) {
      JOBS.warn(
          job,
          "{} is not done after {}: ask the provider; polling continues",
          settings.track().giveUp());
    }
  }
}
