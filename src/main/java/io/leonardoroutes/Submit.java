package io.leonardoroutes;

import static io.leonardoroutes.ledger.JobState.ACCEPTED;
import static io.leonardoroutes.ledger.JobState.FAILED;
import static io.leonardoroutes.ledger.JobState.IN_DOUBT;
import static io.leonardoroutes.ledger.JobState.RUNNING;
import static io.leonardoroutes.ledger.JobState.SUBMITTING;

import io.leonardoroutes.delivery.EventType;
import io.leonardoroutes.ledger.Governor;
import io.leonardoroutes.ledger.Job;
import io.leonardoroutes.ledger.JobState;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.leonardo.Submission;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of {@code submit.camel.yaml}, the one place where money is spent. */
public final class Submit {
  static final String JOB = "leonardoJob";

  /** Set on an exchange that ended a job: its slot can be filled at once. */
  static final String FREED = "leonardoFreed";

  private static final Logger LOG = LoggerFactory.getLogger(Submit.class);
  private static final String PROVIDER = "the provider";
  private static final Backoff NOT_SENT = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5));
  private static final int BATCH = 100;

  private final Settings settings;
  private final Ledger ledger;
  private final Parts parts;
  private final ProviderClient client;
  private final Looks looks;
  private final AtomicReference<LocalDate> overBudget = new AtomicReference<>();
  private Instant renewAt = Instant.MIN;
  private boolean stuck;

  Submit(Parts parts, ProviderClient client, Looks looks) {
    this.settings = parts.settings();
    this.ledger = parts.ledger();
    this.parts = parts;
    this.client = client;
    this.looks = looks;
  }

  /**
   * Jobs that may be submitted now, as many as there are free slots. What stands as {@code
   * SUBMITTING} and is no longer renewed is put in doubt first: whoever began it is gone.
   */
  public List<Job> due(Exchange exchange) {
    if (exchange.getContext().isStopping()) {
      // A drain ends what is under way and begins nothing that costs.
      return List.of();
    }
    return parts
        .outages()
        .due(
            () -> {
              renew();
              ledger.claim(SUBMITTING, BATCH, settings.lease()).stream()
                  .filter(job -> !client.isUnderWay(job))
                  .forEach(this::orphaned);
              Governor.Due due = ledger.governor().due(BATCH, settings.limits(), settings.lease());
              overBudget(due.waits());
              stuck(due.jobs().isEmpty());
              return due.jobs();
            });
  }

  /** A call and its record can take longer than a lease, which a dead instance's must not. */
  private void renew() {
    Instant now = parts.clock().instant();
    if (!now.isBefore(renewAt)) {
      ledger.renew(SUBMITTING, client.underWay(), settings.lease());
      renewAt = now.plus(settings.lease().dividedBy(3));
    }
  }

  /** Said once a day; every job that waits says it too. */
  private void overBudget(String waits) {
    LocalDate today = LocalDate.ofInstant(parts.clock().instant(), ZoneOffset.UTC);
    if (waits != null && !today.equals(overBudget.getAndSet(today))) {
      LOG.warn("leonardo.budget.per-day is used up for some jobs; the first {}", waits);
    }
  }

  private void stuck(boolean nothingToDo) {
    boolean now = nothingToDo && ledger.governor().stuckInDoubt(settings.limits());
    if (now && !stuck) {
      LOG.warn(
          "nothing is submitted: jobs in doubt hold every slot; resolve them with POST"
              + " /generations/{id}/resolve, or see them with GET /generations?state=IN_DOUBT");
    }
    stuck = now;
  }

  private void orphaned(Job job) {
    Instant now = parts.clock().instant();
    Instant longest = job.submittedAt().plus(settings.longestCall());
    // Another instance that cannot reach the ledger looks like a dead one, and its call goes on.
    boolean over = !ledger.isShared() || longest.isBefore(now);
    inDoubt(
        job,
        "the program ended between the paid call and the record of its answer",
        over ? now : longest);
  }

  /**
   * Begins the paid call of the job in the body, if the ledger lets it. If not, somebody else has
   * it, it was cancelled or the limits are reached, and {@code leonardoBegun} says so.
   */
  public void begin(Exchange exchange) {
    Job seen = exchange.getMessage().getBody(Job.class);
    Optional<Job> begun = ledger.submitting(seen, settings.limits(), settings.lease());
    exchange.setProperty("leonardoBegun", begun.isPresent());
    if (begun.isEmpty()) {
      ledger.release(seen);
      return;
    }
    Job job = begun.get();
    exchange.setProperty(JOB, job);
    String permit = client.permit(job, job.submittedAt().plus(settings.lease()));
    exchange
        .getExchangeExtension()
        .addOnCompletion(
            new SynchronizationAdapter() {
              @Override
              public void onDone(Exchange done) {
                client.over(job);
              }
            });
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    message.setHeader("Accept", "application/json");
    message.setHeader(ProviderClient.PERMIT, permit);
    message.setBody(job.request().toString());
  }

  /** Reads the provider's answer; never fails, because not knowing is an answer too. */
  public Submission read(Exchange exchange) {
    HttpAnswer answer = HttpAnswer.of(exchange, settings.provider().responseTimeout());
    return answer.failure() == null
        ? Submission.read(
            answer.status(), answer.retryAfter(), answer.body(), parts.clock().instant())
        : new Submission.Unknown(
            "the answer was cut off: " + answer.failure().getMessage(), answer.status(), "");
  }

  /** What an exception of the call itself says about whether the request left. */
  public Submission unanswered(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    return Submission.failed(failure);
  }

  /** Writes down what became of the paid call. */
  public void record(Exchange exchange) {
    Job job = exchange.getProperty(JOB, Job.class);
    Submission submission = exchange.getMessage().getBody(Submission.class);
    if (submission instanceof Submission.Created created) {
      parts.outages().back(PROVIDER);
      created(job, created);
    } else if (submission instanceof Submission.Refused refused) {
      parts.outages().back(PROVIDER);
      refused(job, refused);
      exchange.setProperty(FREED, true);
    } else if (submission instanceof Submission.TurnedAway turnedAway) {
      parts.outages().back(PROVIDER);
      turnedAway(job, turnedAway);
      exchange.setProperty("leonardoTurnedAway", true);
    } else if (submission instanceof Submission.NotSent notSent) {
      parts.outages().away(PROVIDER, notSent.reason());
      notSent(job, notSent);
    } else {
      inDoubt(job, ((Submission.Unknown) submission).reason(), parts.clock().instant());
    }
  }

  private void created(Job job, Submission.Created created) {
    Job.Cost cost =
        created.cost() == null
            ? null
            : new Job.Cost(created.cost().amount(), created.cost().unit());
    Instant look = looks.first(job);
    // Said before it is written: if the ledger is away now, this line is what is left of it.
    LOG.info("{} submitted, generation {}", job.name(), created.generationId());
    boolean known =
        settle(
            job,
            EventType.SUBMITTED,
            Set.of(IN_DOUBT, ACCEPTED),
            seen ->
                seen.to(RUNNING)
                    .created(created.generationId(), cost)
                    .response(created.response())
                    .submittedAt(job.submittedAt())
                    .problem(null)
                    .dueAt(look));
    if (!known && !isOf(job, created)) {
      LOG.error(
          "{} was given up before generation {} was answered: it is paid, and no job has it",
          job.name(),
          created.generationId());
    }
  }

  private boolean isOf(Job job, Submission.Created created) {
    return ledger
        .find(job.id())
        .filter(now -> created.generationId().equals(now.generationId()))
        .isPresent();
  }

  private void refused(Job job, Submission.Refused refused) {
    LOG.warn("{} refused by the provider: {}", job.name(), refused.reason());
    settle(
        job,
        EventType.FAILED,
        Set.of(IN_DOUBT),
        seen ->
            seen.to(FAILED)
                .response(refused.response())
                .problem(Problems.refused(refused.status(), refused.reason()))
                .finishedAt(parts.clock().instant())
                .done());
  }

  private void notSent(Job job, Submission.NotSent notSent) {
    sendAgain(job, NOT_SENT.after(job.schedule().tries()));
  }

  /** The provider has enough: the job waits, and the whole fleet goes slower. */
  private void turnedAway(Job job, Submission.TurnedAway turnedAway) {
    Duration asked = turnedAway.retryAfter();
    sendAgain(job, asked == null ? NOT_SENT.after(job.schedule().tries()) : asked);
    ledger.governor().createTurnedAway(job.submittedAt(), asked, settings.limits());
    LOG.info("{} waits, all creates pause: {}", job.name(), turnedAway.reason());
  }

  private void sendAgain(Job job, Duration wait) {
    settle(
        job,
        null,
        Set.of(IN_DOUBT),
        seen ->
            seen.to(ACCEPTED)
                .submittedAt(null)
                .problem(null)
                .triedAgainAt(parts.clock().instant().plus(wait)));
  }

  private void inDoubt(Job job, String why, Instant over) {
    LOG.warn("{} is in doubt and will not be submitted again by itself: {}", job.name(), why);
    settle(
        job,
        EventType.IN_DOUBT,
        Set.of(),
        seen ->
            seen.to(IN_DOUBT)
                .problem(Problems.inDoubt(why, over))
                .dueAt(over.plus(settings.reconcile().settle())));
  }

  /**
   * Moves the job on from {@code SUBMITTING}; or from where it stands after its lease had run out,
   * if what came so late is the answer of its last attempt.
   *
   * @return whether the ledger knows it now
   */
  private boolean settle(Job job, EventType told, Set<JobState> late, Move move) {
    if (moved(job, told, move)) {
      return true;
    }
    return ledger
        .find(job.id())
        .filter(now -> late.contains(now.state()))
        .filter(now -> now.schedule().attempt() == job.schedule().attempt())
        .filter(now -> moved(now, told, move))
        .isPresent();
  }

  private boolean moved(Job seen, EventType told, Move move) {
    Job.Change change = move.of(seen);
    return told == null
        ? ledger.move(seen, change)
        : ledger.move(seen, change, parts.telling().of(told, change.job()));
  }

  private interface Move {
    Job.Change of(Job seen);
  }
}
