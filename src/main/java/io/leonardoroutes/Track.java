package io.leonardoroutes;

import static io.leonardoroutes.ledger.JobState.COMPLETE;
import static io.leonardoroutes.ledger.JobState.FAILED;
import static io.leonardoroutes.ledger.JobState.RUNNING;

import io.leonardoroutes.Accounts.Account;
import io.leonardoroutes.delivery.EventType;
import io.leonardoroutes.ledger.Job;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.leonardo.Look;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of {@code track.camel.yaml}: looks at jobs that the provider has. */
public final class Track {
  private static final Logger LOG = LoggerFactory.getLogger(Track.class);
  private static final String PROVIDER = "the provider (looks)";
  private static final int BATCH = 100;

  /** What the queue of looks holds. */
  private static final int MOST = 200;

  private static final Duration LOST = Duration.ofHours(1);
  private static final Duration NO_END = Duration.ofMinutes(2);
  private static final Duration LONGEST_STEP = Duration.ofSeconds(5);
  private static final String END = "the end of a look";
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  private final Parts parts;
  private final Ledger ledger;
  private final Settings settings;
  private final Looks looks;
  private final Interval hastening;
  private final UnderWay<Job> underWay;
  private volatile Duration withoutEnd = Duration.ZERO;
  private Instant asked;

  Track(Parts parts, Looks looks) {
    this.parts = parts;
    this.ledger = parts.ledger();
    this.settings = parts.settings();
    this.looks = looks;
    this.hastening = new Interval(looks.wanted().dividedBy(4));
    this.underWay = new UnderWay<>(Job::id, parts.clock(), settings.lease(), LOST);
    this.asked = parts.clock().instant();
  }

  /**
   * Jobs that are due for a look, as many as the calls of a minute allow by their accounts, and
   * that are not {@linkplain UnderWay under way}.
   */
  public List<Job> due() {
    tellIfNoneEnds();
    // Only what is handed on begins: a claim that fails half way has nothing under way.
    return underWay.begins(parts.outages().due(this::claim));
  }

  /** A slot that is wanted is worth more looks: a job that is done holds it until it is seen. */
  private void hasten() {
    Instant now = parts.clock().instant();
    if (hastening.isOver(now)) {
      settings
          .accounts()
          .all()
          .forEach(by -> ledger.governor().hastenLooks(looks.wanted(), by.limits()));
      hastening.begin(now);
    }
  }

  private List<Job> claim() {
    hasten();
    underWay.forget(LOST);
    underWay.renew(
        jobs -> ledger.renew(RUNNING, jobs.stream().map(Job::id).toList(), settings.lease()));
    return settings.accounts().all().stream().map(this::claim).flatMap(List::stream).toList();
  }

  private List<Job> claim(Account account) {
    int room = Math.min(BATCH, MOST - underWay.size());
    return ledger.governor().looks(room, account.limits(), settings.lease());
  }

  /** Each is cut off in the end, but if all consumers wait for that, no other job is looked at. */
  private void tellIfNoneEnds() {
    Instant now = parts.clock().instant();
    Duration step = Duration.between(asked, now);
    asked = now;
    int waiting = underWay.size();
    if (waiting == 0) {
      withoutEnd = Duration.ZERO;
      return;
    }
    // A clock that was set, or a machine that slept, is no provider that hangs.
    withoutEnd = withoutEnd.plus(step.compareTo(LONGEST_STEP) > 0 ? LONGEST_STEP : step);
    if (withoutEnd.compareTo(NO_END) > 0) {
      parts
          .outages()
          .awaited(
              END,
              ("no look ended for %s minutes, under way: %s; the provider does not answer, or does"
                      + " not finish its answers")
                  .formatted(NO_END.toMinutes(), waiting));
    }
  }

  /** Makes the look at the job in the body ready to be sent. */
  public void begin(Exchange exchange) {
    Job job = exchange.getMessage().getBody(Job.class);
    exchange.setProperty(Submit.JOB, job);
    underWay.endsWith(exchange, job, again -> parts.outages().tried(() -> ledger.release(again)));
    ask(exchange, job);
  }

  static void ask(Exchange exchange, Job job) {
    HttpAnswer.asItComes(exchange);
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader("Accept", "application/json");
    message.setHeader(ProviderClient.ACCOUNT, job.account());
    message.setHeader(Exchange.HTTP_PATH, Look.pathSegment(job.generationId()));
    message.setBody(null);
  }

  /** Reads what the provider shows. */
  public Look read(Exchange exchange) {
    HttpAnswer answer = HttpAnswer.of(exchange, settings);
    ended(answer.failure());
    return answer.failure() == null
        ? Look.read(answer.status(), answer.retryAfter(), answer.body(), parts.clock().instant())
        : Look.failed(answer.failure());
  }

  /** What an exception of the call says: nothing about the job. */
  public Look unanswered(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    ended(failure);
    return Look.failed(failure);
  }

  /** One that was cut off has not ended. */
  private void ended(Exception failure) {
    if (!(failure instanceof InterruptedIOException)) {
      withoutEnd = Duration.ZERO;
      parts.outages().back(END);
    }
  }

  /** Writes down what was seen. While the ledger is away, it is looked at again after its lease. */
  public void record(Exchange exchange) {
    parts.outages().tried(() -> write(exchange));
  }

  private void write(Exchange exchange) {
    Job job = exchange.getProperty(Submit.JOB, Job.class);
    Look look = exchange.getMessage().getBody(Look.class);
    if (!(look instanceof Look.Unclear)) {
      parts.outages().back(Accounts.named(PROVIDER, job.account()));
      parts.outages().tried(() -> ledger.governor().answered(job.account()));
    }
    if (look instanceof Look.Complete complete) {
      exchange.setProperty(Submitted.FREED, true);
      complete(job, complete);
    } else if (look instanceof Look.Failed failed) {
      exchange.setProperty(Submitted.FREED, true);
      failed(job, failed);
    } else if (look instanceof Look.Unshown unshown) {
      unshown(exchange, job, unshown);
    } else if (look instanceof Look.TurnedAway turnedAway) {
      ledger.governor().lookTurnedAway(job.account(), turnedAway.retryAfter());
      LOG.info("all calls by account {} pause: {}", job.account(), turnedAway.reason());
      tryAgain(job, turnedAway.retryAfter());
    } else if (look instanceof Look.Unclear unclear) {
      String provider = Accounts.named(PROVIDER, job.account());
      parts.outages().failed(provider, job.id(), job.schedule().tries(), unclear.reason());
      tryAgain(job, unclear.retryAfter());
    } else {
      Job.Change again = job.to(RUNNING).dueAt(looks.next(job));
      if (look instanceof Look.Pending) {
        again.runningAt(parts.clock().instant());
        again.problem(Problems.isWithoutVideo(job) ? null : job.problem());
      }
      again(job, again);
    }
  }

  /** The look told nothing of the job. */
  private void tryAgain(Job job, Duration asked) {
    Backoff backoff = new Backoff(settings.track().every(), LONGEST_WAIT);
    Duration wait = backoff.after(job.schedule().tries(), asked);
    again(job, job.to(RUNNING).triedAgainAt(parts.clock().instant().plus(wait)));
  }

  private void complete(Job job, Look.Complete complete) {
    Job.Video video = video(complete);
    Instant now = parts.clock().instant();
    Job.Change done =
        job.to(COMPLETE)
            .response(complete.response())
            .video(video)
            .problem(null)
            .finishedAt(now)
            .took(looks.took(job))
            .dueAt(now);
    if (ledger.move(job, done)) {
      LOG.info("{} complete at the provider", job.name());
    }
  }

  static Job.Video video(Look.Complete complete) {
    return new Job.Video(
        complete.videoId(), complete.videoUrl(), complete.posterUrl(), null, null, null);
  }

  /** What is paid is not given up for an address that comes a little later. */
  private void unshown(Exchange exchange, Job job, Look.Unshown unshown) {
    Instant now = parts.clock().instant();
    Instant since = Problems.withoutVideoSince(job).orElse(now);
    Instant end = since.plus(settings.track().grace());
    if (now.isBefore(end)) {
      Instant next = now.plus(settings.track().every());
      ledger.move(
          job,
          job.to(RUNNING)
              .problem(Problems.noVideoYet(unshown.reason(), since))
              .dueAt(next.isBefore(end) ? next : end));
      return;
    }
    exchange.setProperty(Submitted.FREED, true);
    String reason =
        "%s, and none came in %s s: its moderation probably removed it"
            .formatted(unshown.reason(), settings.track().grace().toSeconds());
    failed(job, new Look.Failed(reason, unshown.response()));
  }

  private void failed(Job job, Look.Failed failed) {
    String reason =
        ledger
            .notices()
            .of(job)
            .map(words -> Problems.said(failed.reason(), words))
            .orElse(failed.reason());
    Job.Change done =
        job.to(FAILED)
            .response(failed.response())
            .problem(Problems.failed(reason))
            .finishedAt(parts.clock().instant())
            .done();
    if (ledger.move(job, done, parts.telling().of(EventType.FAILED, done.job()))) {
      LOG.warn("{} failed at the provider: {}", job.name(), reason);
    }
  }

  /** Still running, or not shown. A timeout of ours is not a failure of theirs. */
  private void again(Job job, Job.Change again) {
    boolean tell = looks.isLate(job) && job.problem() == null;
    if (tell) {
      again.problem(Problems.late(settings.track().giveUp()));
    }
    if (ledger.move(job, again) && tell) {
      LOG.warn(
          "{} is not done after {}: ask the provider; it is still looked at",
          job.name(),
          settings.track().giveUp());
    }
  }
}
