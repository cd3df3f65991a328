package io.leonardoroutes.submit;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.IN_DOUBT;
import static io.leonardoroutes.job.JobState.RUNNING;

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
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.leonardo.AccountStatus;
import io.leonardoroutes.leonardo.CreateAttempt;
import io.leonardoroutes.leonardo.CreateMatcher;
import io.leonardoroutes.leonardo.GenerationPage;
import io.leonardoroutes.leonardo.GenerationStatus;
import io.leonardoroutes.leonardo.ReconcileVerdict;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.provider.ProviderClient;
import io.leonardoroutes.provider.ProviderClock;
import io.leonardoroutes.provider.ProviderResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;

/**
 * The steps of {@code reconcile.camel.yaml}: settles jobs in doubt by the provider's own list, read
 * once for all jobs of an account. Those of another account stand in another list, and are neither
 * sought nor witnesses here.
 *
 * <p>What is found is adopted. What is not found is submitted again only after {@link
 * CreateMatcher#READINGS several} rounds in a row in which the list proved that it would show it
 * (see {@link ReconcileCandidates}). All else stays in doubt and is looked into again later.
 *
 * <p>One file, because it is read beside its route file.
 */
public final class ReconcileStep {
  static final String NOT_LISTED =
      "the provider's list does not show it: read again before it is submitted again";

  static final String WAS_MADE =
      "the answer to its create spoke of a generation, which the provider's list does not show";

  static final String OTHER_USER =
      "the provider's list is of another user: the account %s may have had another user's key then";

  private static final JobLog JOBS = JobLog.of(ReconcileStep.class);
  private static final String LIST = "the provider's list";
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);
  private static final int BATCH = 1000;
  private static final int PAGE = 25;

  private final FlowContext flow;
  private final Ledger ledger;
  private final LeonardoSettings settings;
  private final ProviderClock providerClock;

  /** In turn, so that no account waits forever. */
  private final Deque<ProviderAccounts.Account> accountQueue;

  private boolean begun;

  public ReconcileStep(FlowContext flow, ProviderClock providerClock) {
    this.flow = flow;
    this.providerClock = providerClock;
    this.ledger = flow.ledger();
    this.settings = flow.settings();
    this.accountQueue = new ArrayDeque<>(settings.accounts().all());
  }

  /**
   * A round for the jobs in doubt of one account that are due; none if only an operator may decide.
   */
  public List<ReconcileRound> due() {
    return settings.reconcile().list() ? flow.outages().query(this::claim) : List.of();
  }

  private List<ReconcileRound> claim() {
    if (!begun) {
      // What was missing may be listed now; a second reading comes no sooner than usual.
      ledger.hasten(IN_DOUBT, settings.reconcile().settle());
      begun = true;
    }
    for (int i = 0; i < accountQueue.size(); i++) {
      ProviderAccounts.Account account = accountQueue.poll();
      accountQueue.add(account);
      List<Job> due = ledger.claim(IN_DOUBT, account.name(), BATCH, settings.lease());
      if (!due.isEmpty() && ledger.governor().call(account.limits())) {
        return List.of(round(due, account.limits()));
      }
      due.forEach(ledger::endLease);
    }
    return List.of();
  }

  private ReconcileRound round(List<Job> due, AccountLimits limits) {
    List<String> ids = due.stream().map(Job::id).toList();
    ReconcileRound round =
        new ReconcileRound(due, ledger.listEvidence().orders(ids), limits, flow.clock().instant());
    due.forEach(
        job ->
            JobProblems.named(job)
                .forEach(id -> round.named.add(new ReconcileRound.Named(job, id))));
    return round;
  }

  /** Begins the round in the body. */
  public void begin(Exchange exchange) {
    exchange.setProperty(FlowProperties.ROUND, exchange.getMessage().getBody(List.class).get(0));
  }

  /** Whether there is another generation to ask for, which the answer to a create named. */
  public boolean moreNamed(Exchange exchange) {
    ReconcileRound round = round(exchange);
    if (!round.named.isEmpty() && !ledger.governor().call(round.limits)) {
      round.named.clear();
    }
    return !round.named.isEmpty();
  }

  /** Prepares the call that asks for the next such generation. */
  public void nextNamed(Exchange exchange) {
    Message message = ask(exchange);
    message.setHeader(
        Exchange.HTTP_PATH,
        GenerationStatus.pathSegment(round(exchange).named.peek().generationId()));
  }

  /** Adopts it if it is what became of the create; the list decides all else. */
  public void named(Exchange exchange) {
    ReconcileRound round = round(exchange);
    ReconcileRound.Named named = round.named.poll();
    ProviderResponse answer = ProviderResponse.of(exchange, settings);
    round.skew = providerClock.skew();
    CreateAttempt attempt =
        new ReconcileCandidates(flow, round)
            .attempt(named.job(), round.begun, CreateAttempt.Stage.FRESH);
    if (answer.failure() == null
        && attempt.shows(named.generationId(), answer.status(), answer.body())) {
      adopt(named.job(), named.generationId());
    }
  }

  /** Prepares the call that asks whose account it is. */
  public void askAccount(Exchange exchange) {
    ask(exchange);
  }

  /** Reads the user of the account. */
  public void account(Exchange exchange) {
    ReconcileRound round = round(exchange);
    ProviderResponse answer = ProviderResponse.of(exchange, settings);
    AccountStatus account =
        answer.failure() == null
            ? AccountStatus.read(answer.status(), answer.retryAfter(), answer.body(), now())
            : AccountStatus.failed(answer.failure());
    if (account instanceof AccountStatus.Known known) {
      round.userId = known.userId();
      round.userSince = ledger.userSince(round.account(), known.userId());
      round.skew = providerClock.skew();
      round.earlier =
          ledger.listEvidence().before(round.account(), round.begunFirst(), round.userSince);
      round.madeSince =
          ledger
              .listEvidence()
              .madeSince(round.account(), round.begunFirst(), ReconcileRound.MOST_MADE);
    } else if (account instanceof AccountStatus.Unclear unclear) {
      round.unclear(unclear.reason(), unclear.retryAfter());
    }
  }

  /** Whether another page has to be read. */
  public boolean more(Exchange exchange) {
    ReconcileRound round = round(exchange);
    if (round.wantsMore() && !mayCall(round.limits)) {
      round.unclear("the calls of this minute are used up", null);
    }
    return round.wantsMore();
  }

  private boolean mayCall(AccountLimits limits) {
    return !flow.outages()
        .query(() -> ledger.governor().call(limits) ? List.of(limits) : List.<AccountLimits>of())
        .isEmpty();
  }

  /** Prepares the call for the next page. */
  public void turn(Exchange exchange) {
    ReconcileRound round = round(exchange);
    Message message = ask(exchange);
    message.setHeader(Exchange.HTTP_PATH, GenerationStatus.pathSegment(round.userId));
    message.setHeader(Exchange.HTTP_QUERY, "offset=%s&limit=%s".formatted(round.nextPage(), PAGE));
  }

  private static Message ask(Exchange exchange) {
    ProviderResponse.keepCompressed(exchange);
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader("Accept", "application/json");
    message.setHeader(ProviderClient.ACCOUNT, round(exchange).account());
    message.setBody(null);
    return message;
  }

  /** Reads a page of the list. */
  public void page(Exchange exchange) {
    ReconcileRound round = round(exchange);
    ProviderResponse answer = ProviderResponse.of(exchange, settings);
    GenerationPage listing =
        answer.failure() == null
            ? GenerationPage.read(answer.status(), answer.retryAfter(), answer.body(), now())
            : GenerationPage.failed(answer.failure());
    if (listing instanceof GenerationPage.Page page) {
      round.history.add(page);
    } else if (listing instanceof GenerationPage.Unclear unclear) {
      round.unclear(unclear.reason(), unclear.retryAfter());
    }
  }

  /** Handles a failed call, which says nothing about any job. */
  public void unanswered(
      Exchange exchange, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    GenerationPage.Unclear unclear = (GenerationPage.Unclear) GenerationPage.failed(failure);
    round(exchange).unclear(unclear.reason(), unclear.retryAfter());
  }

  /** Records the verdict of the list on each job; nothing while the ledger is unavailable. */
  public void record(Exchange exchange) {
    flow.outages().attempt(() -> record(round(exchange)));
  }

  private void record(ReconcileRound round) {
    if (round.unclear == null) {
      flow.outages().reportUp(ProviderAccounts.ofAccount(LIST, round.account()));
      decide(round);
    } else {
      flow.outages()
          .reportExpiring(ProviderAccounts.ofAccount(LIST, round.account()), round.unclear);
      String why = "the provider's list could not be read: " + round.unclear;
      round.due.forEach(job -> hold(job, why, waitForNextReading(job, round.retryAfter)));
    }
  }

  private void decide(ReconcileRound round) {
    ReconcileCandidates candidates = new ReconcileCandidates(flow, round);
    Map<String, ReconcileVerdict> verdicts = candidates.verdicts();
    if (candidates.areListable()) {
      // The next job that is submitted shows what became of all of them.
      ledger.governor().listed(round.account());
    }
    boolean adopted = true;
    for (Map.Entry<String, ReconcileVerdict> decided : verdicts.entrySet()) {
      if (decided.getValue() instanceof ReconcileVerdict.Paid paid) {
        adopted &= adopt(candidates.doubtful(decided.getKey()), paid.generationId());
      }
    }
    // Moved from the state that this round claimed, so as not to overwrite another round.
    for (Job job : round.due) {
      ReconcileVerdict verdict = verdicts.get(job.id());
      boolean listed = verdict == null || verdict instanceof ReconcileVerdict.Paid;
      if (!listed && !job.submittedAt().isAfter(round.userSince)) {
        open(job, OTHER_USER.formatted(round.account()), null);
      } else if (verdict instanceof ReconcileVerdict.Open open) {
        open(job, open.why(), untilListable(job));
      } else if (verdict instanceof ReconcileVerdict.Unpaid && JobProblems.wasMade(job)) {
        open(job, WAS_MADE, null);
      } else if (verdict instanceof ReconcileVerdict.Unpaid) {
        // A matched job was moved by somebody else, so the rest of the matching is void too.
        unpaid(job, adopted);
      }
    }
  }

  /** Until its absence from the list counts, and then at once; null if it does already. */
  private Duration untilListable(Job job) {
    Duration settle = settings.reconcile().settle();
    Duration left =
        JobProblems.callOverAt(job)
            .map(over -> Duration.between(now(), over.plus(settle)))
            .orElse(Duration.ZERO);
    boolean over = left.isNegative() || left.isZero();
    return over || left.compareTo(waitForNextReading(job, null)) > 0 ? null : left;
  }

  /**
   * How long to wait until the next reading.
   *
   * @param asked how long the provider asked us to wait, or null; it only ever makes the wait
   *     longer
   */
  private Duration waitForNextReading(Job job, Duration asked) {
    return new RetryBackoff(settings.reconcile().settle(), LONGEST_WAIT)
        .after(job.schedule().tries(), asked);
  }

  private boolean adopt(Job job, String generationId) {
    Job.Change adopted = adopted(job, generationId);
    boolean moved =
        ledger.adopt(job, adopted, flow.events().of(EventType.SUBMITTED, adopted.job()));
    if (moved) {
      JOBS.info(job, "{} adopts generation {} of the provider's list", generationId);
    }
    return moved;
  }

  /** The job runs, and is due for a poll: it may have ended while nobody looked. */
  static Job.Change adopted(Job job, String generationId) {
    return job.to(RUNNING).created(generationId, job.cost()).problem(null).dueAt(job.submittedAt());
  }

  private void unpaid(Job job, boolean certain) {
    if (!certain) {
      open(job, "other jobs in doubt were moved meanwhile", null);
    } else if (JobProblems.readings(job) + 1 < CreateMatcher.READINGS) {
      // However long it was in doubt, all that it lacks is more readings.
      notListed(job);
    } else if (ledger.move(job, released(job, now()))) {
      JOBS.info(job, "{} was not billed, and is submitted again");
    }
  }

  private void notListed(Job job) {
    JsonNode problem =
        JobProblems.notListed(job.problem(), NOT_LISTED, JobProblems.readings(job) + 1);
    Instant next = now().plus(settings.reconcile().settle());
    if (ledger.move(job, job.to(IN_DOUBT).problem(problem).triedAgainAt(next))
        && JobProblems.readings(job) == 0) {
      JOBS.warn(job, "{} stays in doubt: {}", NOT_LISTED);
    }
  }

  /** The job waits to be submitted again. */
  static Job.Change released(Job job, Instant now) {
    return job.to(ACCEPTED).submittedAt(null).problem(null).dueAt(now);
  }

  /**
   * @param wait our wait until the next reading; null for the usual one
   */
  private void open(Job job, String why, Duration wait) {
    boolean toldBefore = JobProblems.heldBecause(job).equals(why);
    // A new reason: the list, or what we know of it, has moved on, and may soon settle it.
    Duration usual = toldBefore ? waitForNextReading(job, null) : settings.reconcile().settle();
    if (hold(job, why, wait == null ? usual : wait) && !toldBefore) {
      JOBS.warn(job, "{} stays in doubt: {}", why);
    }
  }

  private boolean hold(Job job, String why, Duration wait) {
    return ledger.move(
        job,
        job.to(IN_DOUBT)
            .problem(JobProblems.held(job.problem(), why))
            .triedAgainAt(now().plus(wait)));
  }

  private Instant now() {
    return flow.clock().instant();
  }

  private static ReconcileRound round(Exchange exchange) {
    return exchange.getProperty(FlowProperties.ROUND, ReconcileRound.class);
  }
}
