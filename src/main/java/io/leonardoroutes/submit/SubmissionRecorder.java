package io.leonardoroutes.submit;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.FAILED;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;
import static io.leonardoroutes.job.JobState.SUBMITTING;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.event.EventType;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.flow.RetryBackoff;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobLog;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.ledger.BlockedAccount.What;
import io.leonardoroutes.ledger.BlockedAccounts;
import io.leonardoroutes.ledger.Governor;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.leonardo.Submission;
import io.leonardoroutes.limits.Budget;
import io.leonardoroutes.picture.PictureFolder;
import io.leonardoroutes.provider.ProviderResponse;
import io.leonardoroutes.track.PollSchedule;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Reads the outcome of a paid call and records it: the second half of {@link SubmitStep}.
 *
 * <p>One file, because the outcomes of a paid call are told apart here and nowhere else.
 */
public final class SubmissionRecorder {
  private static final Logger LOG = LoggerFactory.getLogger(SubmissionRecorder.class);
  private static final JobLog JOBS = JobLog.of(SubmissionRecorder.class);
  private static final String PROVIDER = "the provider";
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final RetryBackoff NOT_SENT = new RetryBackoff(Duration.ofSeconds(1), LONGEST);

  /** For as long as the creates of the account pause. */
  private static final RetryBackoff REFUSED = new RetryBackoff(Duration.ofSeconds(10), LONGEST);

  /** After so many tries the wait is half a minute. */
  private static final int OFTEN = 5;

  private final LeonardoSettings settings;
  private final Ledger ledger;
  private final FlowContext flow;
  private final PollSchedule schedule;
  private final PictureFolder pictures;
  private final Set<String> otherUnit = ConcurrentHashMap.newKeySet();

  public SubmissionRecorder(FlowContext flow, PollSchedule schedule, PictureFolder pictures) {
    this.pictures = pictures;
    this.settings = flow.settings();
    this.ledger = flow.ledger();
    this.flow = flow;
    this.schedule = schedule;
  }

  /** See {@link SubmitStep#read}. */
  Submission read(Exchange exchange) {
    ProviderResponse answer = ProviderResponse.of(exchange, settings);
    return answer.failure() == null
        ? Submission.read(
            answer.status(), answer.retryAfter(), answer.body(), flow.clock().instant())
        : new Submission.Unknown(
            "the answer was cut off: " + answer.failure().getMessage(),
            answer.status(),
            answer.body());
  }

  /** See {@link SubmitStep#record}. */
  void record(Exchange exchange) {
    Job job = exchange.getProperty(FlowProperties.JOB, Job.class);
    Submission submission = exchange.getMessage().getBody(Submission.class);
    if (job == null) {
      // Without its permit no call was made, so nothing is lost.
      LOG.error(
          "the outcome of a paid call is not recorded, as no job was begun: the route {} has to"
              + " call begin before the paid call, and to skip both if leonardoBegun is false",
          exchange.getFromRouteId());
      return;
    }
    updateCircuitBreaker(job, submission);
    if (submission instanceof Submission.Created created) {
      flow.outages().reportUp(PROVIDER);
      created(job, created);
      noteCreateWorked(job, EnumSet.allOf(What.class));
    } else if (submission instanceof Submission.Declined declined) {
      flow.outages().reportUp(PROVIDER);
      What what = blockedPart(declined);
      if (what == null && declined.isOfThePicture() && uploadsAnew(job)) {
        noteCreateWorked(job, EnumSet.of(What.KEY, What.ACCESS));
        uploadedAnew(job, declined);
        exchange.setProperty(FlowProperties.FREED, true);
      } else if (what == null) {
        noteCreateWorked(job, EnumSet.of(What.KEY, What.ACCESS));
        declined(job, declined);
        exchange.setProperty(FlowProperties.FREED, true);
      } else {
        noteBlocked(job, what, declined.reason());
        waits(
            job,
            REFUSED.after(job.schedule().tries()),
            JobProblems.accountBlocked(declined.reason()));
      }
    } else if (submission instanceof Submission.Throttled throttled) {
      flow.outages().reportUp(PROVIDER);
      throttled(job, throttled);
      exchange.setProperty(FlowProperties.THROTTLED, true);
    } else if (submission instanceof Submission.NotSent notSent) {
      notSent(job, notSent);
    } else {
      Submission.Unknown unknown = (Submission.Unknown) submission;
      if (unknown.isOfTheKey()) {
        // Otherwise doubts would soon hold every slot.
        noteBlocked(job, What.KEY, unknown.reason());
      }
      inDoubt(job, unknown, surelyOver(job, unknown));
    }
  }

  /** See {@link Governor#createUnknown}. */
  private void updateCircuitBreaker(Job job, Submission submission) {
    Governor governor = ledger.governor();
    settings
        .accounts()
        .find(job.account())
        .map(ProviderAccounts.Account::limits)
        .ifPresent(
            limits -> {
              if (submission instanceof Submission.Unknown) {
                flow.outages().attempt(() -> governor.createUnknown(limits));
              } else if (!(submission instanceof Submission.NotSent)) {
                flow.outages().attempt(() -> governor.createAnswered(limits));
              }
            });
  }

  /** When the provider must have finished the call; our hanging up does not end it. */
  private Instant surelyOver(Job job, Submission.Unknown unknown) {
    Instant now = flow.clock().instant();
    Instant longest = job.submittedAt().plus(settings.paidCall());
    return unknown.isTheProvidersOwn() || longest.isBefore(now) ? now : longest;
  }

  private void created(Job job, Submission.Created created) {
    Job.Cost cost =
        created.cost() == null
            ? null
            : new Job.Cost(created.cost().amount(), created.cost().unit());
    // Logged before the ledger is asked: if it is unavailable, this line is all that remains.
    JOBS.info(job, "{} submitted, generation {}", created.generationId());
    Instant poll = schedule.first(job);
    boolean known =
        moveOn(
            job,
            EventType.SUBMITTED,
            // If an equal request has adopted it meanwhile, the doubt finds that one's generation.
            found ->
                Set.of(IN_DOUBT, ACCEPTED).contains(found.state())
                    && ledger.owners(List.of(created.generationId())).isEmpty(),
            seen ->
                seen.to(RUNNING)
                    .created(created.generationId(), cost)
                    .response(created.response())
                    .submittedAt(job.submittedAt())
                    .problem(null)
                    .dueAt(poll));
    warnOfOtherUnit(job, cost);
    if (!known) {
      Optional<Job> now = ledger.find(job.id());
      if (now.filter(its -> created.generationId().equals(its.generationId())).isEmpty()) {
        JOBS.error(
            job,
            "{} {} before generation {} was answered: it is paid, and {}",
            now.map(its -> movedOn(job, its)).orElse("was removed from the ledger"),
            created.generationId(),
            owner(created.generationId()));
      }
    }
  }

  /** What became of a job before the answer to its create came. */
  private static String movedOn(Job job, Job now) {
    if (now.schedule().attempt() != job.schedule().attempt()) {
      return "was already " + now.state() + " in a later attempt";
    }
    if (now.generationId() != null) {
      return "got generation " + now.generationId();
    }
    return now.state() == FAILED ? "was given up" : "was already " + now.state();
  }

  private String owner(String generationId) {
    return ledger.owners(List.of(generationId)).values().stream()
        .findFirst()
        .map(other -> other.name() + " has it")
        .orElse("no job has it");
  }

  /** A cost that the account's budget cannot count; said once for each account. */
  private void warnOfOtherUnit(Job job, Job.Cost cost) {
    Budget budget =
        settings.accounts().find(job.account()).map(of -> of.limits().budget()).orElse(null);
    if (budget == null
        || cost == null
        || budget.unit().equals(cost.unit())
        || new BigDecimal(cost.amount()).signum() == 0) {
      return;
    }
    if (otherUnit.add(job.account())) {
      LOG.warn(
          "account {} was charged in {}, but its budget is in {}: it submits nothing more until"
              + " tomorrow (UTC), or until a start with budget.currency={}",
          job.account(),
          cost.unit(),
          budget.unit(),
          cost.unit());
    }
  }

  /** What the account is blocked for; null if the request itself was declined. */
  private static What blockedPart(Submission.Declined declined) {
    if (declined.isOfTheKey()) {
      return What.KEY;
    }
    if (declined.isOfTheBalance()) {
      return What.BALANCE;
    }
    return declined.isOfTheAccess() ? What.ACCESS : null;
  }

  /**
   * See {@link BlockedAccounts#met}. Where the ledger fails only here, the outcome is recorded all
   * the same: the next declined create shows again that the account is blocked.
   */
  private void noteBlocked(Job job, What what, String reason) {
    if (what == What.KEY) {
      settings.accounts().find(job.account()).ifPresent(account -> account.key().markRefused());
    }
    boolean before = JobProblems.isOfTheAccount(job);
    flow.outages().attempt(() -> ledger.blockedAccounts().met(job, what, reason, before));
  }

  private void noteCreateWorked(Job job, Set<What> shown) {
    flow.outages().attempt(() -> ledger.blockedAccounts().createWorked(job, shown));
  }

  private void declined(Job job, Submission.Declined declined) {
    boolean recorded =
        moveOn(
            job,
            EventType.FAILED,
            found -> found.state() == IN_DOUBT,
            seen ->
                seen.to(FAILED)
                    .response(declined.response())
                    .problem(JobProblems.declined(declined.status(), declined.reason()))
                    .finishedAt(flow.clock().instant())
                    .done());
    if (recorded) {
      JOBS.warn(job, "{} declined by the provider: {}", declined.reason());
    }
  }

  private boolean uploadsAnew(Job job) {
    return ledger.uploads().uploadAnew(job, picture -> pictures.find(picture).isPresent());
  }

  /** Nothing was billed: the job is submitted again once it has new ids for its pictures. */
  private void uploadedAnew(Job job, Submission.Declined declined) {
    JOBS.info(job, "{} has its pictures uploaded anew: {}", declined.reason());
    sendAgain(job, Duration.ZERO, JobProblems.pictureWaits(declined.reason()));
  }

  /**
   * The provider was not reached. If something in between blocks just one request, that one waits
   * longer and longer, and it is no outage.
   */
  private void notSent(Job job, Submission.NotSent notSent) {
    int tries = job.schedule().tries();
    if (notSent.status() == 0) {
      flow.outages().reportExpiring(PROVIDER, notSent.reason());
    } else {
      flow.outages().reportItemFailure(PROVIDER, job.id(), tries, notSent.reason());
      if (tries == OFTEN && !flow.outages().away().contains(PROVIDER)) {
        JOBS.warn(job, "{} did not reach the provider: {}", notSent.reason());
      }
    }
    sendAgain(
        job, NOT_SENT.after(tries, notSent.retryAfter()), JobProblems.waiting(notSent.reason()));
  }

  /** The provider throttles us: the job waits, and all instances slow down. */
  private void throttled(Job job, Submission.Throttled throttled) {
    Duration asked = throttled.retryAfter();
    Duration wait = NOT_SENT.after(job.schedule().tries(), asked);
    sendAgain(job, wait, null);
    JOBS.info(
        job, "{} waits, all creates by account {} pause: {}", job.account(), throttled.reason());
    settings
        .accounts()
        .find(job.account())
        .ifPresent(
            account ->
                ledger.governor().createThrottled(job.submittedAt(), asked, account.limits()));
  }

  /** Why the account is blocked is said where it is; see {@link SubmitStep#due}. */
  private void waits(Job job, Duration wait, JsonNode problem) {
    sendAgain(job, wait, problem);
    JOBS.log(Level.DEBUG, job, "{} waits, all creates by account {} pause", job.account());
  }

  /**
   * @param problem why it was not submitted; null if that is not the problem of this job
   */
  private void sendAgain(Job job, Duration wait, JsonNode problem) {
    moveOn(
        job,
        null,
        found -> found.state() == IN_DOUBT,
        seen ->
            seen.to(ACCEPTED)
                .submittedAt(null)
                .problem(problem)
                .triedAgainAt(flow.clock().instant().plus(wait)));
  }

  /**
   * Puts a job in doubt.
   *
   * @param over when its paid call is surely over
   */
  void inDoubt(Job job, Submission.Unknown unknown, Instant over) {
    String why = unknown.reason();
    boolean recorded =
        moveOn(
            job,
            EventType.IN_DOUBT,
            found -> false,
            seen ->
                seen.to(IN_DOUBT)
                    .problem(JobProblems.inDoubt(why, unknown.body(), unknown.named(), over))
                    // The video may be listed long before the call is over.
                    .dueAt(flow.clock().instant().plus(settings.reconcile().settle())));
    if (recorded) {
      JOBS.warn(
          job,
          "{} is in doubt, and is submitted again only once it is known to be unpaid: {}",
          why);
    }
  }

  /**
   * Moves the job on from SUBMITTING; or, if its lease has run out meanwhile and this is the late
   * answer to its last attempt, from the state that it has now.
   *
   * @param late whether a late answer still ends the state that it has now
   * @return whether the ledger has recorded it
   */
  private boolean moveOn(Job job, EventType told, Predicate<Job> late, Move move) {
    Optional<Job> now = Optional.of(job);
    while (now.isPresent() && !moved(now.get(), told, move)) {
      now =
          ledger
              .find(job.id())
              .filter(late)
              .filter(found -> found.schedule().attempt() == job.schedule().attempt());
    }
    return now.isPresent();
  }

  private boolean moved(Job seen, EventType told, Move move) {
    Job.Change change = move.of(seen);
    OutboxEvent[] events =
        told == null
            ? new OutboxEvent[0]
            : new OutboxEvent[] {flow.events().of(told, change.job())};
    boolean late = seen.state() != SUBMITTING;
    return late && change.job().generationId() != null
        ? ledger.adopt(seen, change, events)
        : ledger.move(seen, change, events);
  }

  private interface Move {
    Job.Change of(Job seen);
  }
}
