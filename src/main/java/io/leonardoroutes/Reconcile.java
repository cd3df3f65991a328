package io.leonardoroutes;

import static io.leonardoroutes.ledger.JobState.ACCEPTED;
import static io.leonardoroutes.ledger.JobState.IN_DOUBT;
import static io.leonardoroutes.ledger.JobState.RUNNING;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.delivery.EventType;
import io.leonardoroutes.ledger.Job;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.ledger.Limits;
import io.leonardoroutes.leonardo.Account;
import io.leonardoroutes.leonardo.Attempt;
import io.leonardoroutes.leonardo.Listing;
import io.leonardoroutes.leonardo.Look;
import io.leonardoroutes.leonardo.Reconciliation;
import io.leonardoroutes.leonardo.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of {@code reconcile.camel.yaml}: settles jobs in doubt by the provider's own list, read
 * once for all jobs of an account. Those of another account stand in another list, and are neither
 * sought nor witnesses here.
 *
 * <p>What is found is adopted. What is not found is submitted again only after {@link
 * Reconciliation#READINGS several} rounds in a row in which the list proved that it would show it
 * (see {@link Sought}). All else stays in doubt and is looked into again later.
 */
public final class Reconcile {
  static final String NOT_LISTED =
      "the provider's list does not show it: read again before it is submitted again";

  static final String WAS_MADE =
      "the answer to its create spoke of a generation, which the provider's list does not show";

  static final String OTHER_USER =
      "the provider's list is of another user: the account %s may have had another user's key then";

  private static final Logger LOG = LoggerFactory.getLogger(Reconcile.class);
  private static final String ROUND = "leonardoRound";
  private static final String LIST = "the provider's list";
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);
  private static final int BATCH = 1000;
  private static final int PAGE = 25;

  private final Parts parts;
  private final Ledger ledger;
  private final Settings settings;
  private final ProviderClock providerClock;

  /** The next one's turn comes first, so that none waits for ever. */
  private final Deque<Accounts.Account> turns;

  private boolean begun;

  Reconcile(Parts parts, ProviderClock providerClock) {
    this.parts = parts;
    this.providerClock = providerClock;
    this.ledger = parts.ledger();
    this.settings = parts.settings();
    this.turns = new ArrayDeque<>(settings.accounts().all());
  }

  /** Jobs in doubt of one account that are settled; none if only an operator may decide. */
  public List<Job> due() {
    return settings.reconcile().list() ? parts.outages().due(this::claim) : List.of();
  }

  private List<Job> claim() {
    if (!begun) {
      // What was missing may be there now; and a second look comes no sooner than else.
      ledger.hasten(IN_DOUBT, settings.reconcile().settle());
      begun = true;
    }
    for (int i = 0; i < turns.size(); i++) {
      Accounts.Account account = turns.poll();
      turns.add(account);
      List<Job> due = ledger.claim(IN_DOUBT, account.name(), BATCH, settings.lease());
      if (!due.isEmpty() && ledger.governor().call(account.limits())) {
        return due;
      }
      due.forEach(ledger::release);
    }
    return List.of();
  }

  /** Begins a round for the jobs in the body. */
  @SuppressWarnings("unchecked")
  public void begin(Exchange exchange) {
    List<Job> due = exchange.getMessage().getBody(List.class);
    String account = due.get(0).account();
    Limits limits = settings.accounts().find(account).orElseThrow().limits();
    List<String> ids = due.stream().map(Job::id).toList();
    Round round =
        new Round(due, ledger.listEvidence().orders(ids), limits, parts.clock().instant());
    due.forEach(
        job -> Problems.named(job).forEach(id -> round.named.add(new Round.Named(job, id))));
    exchange.setProperty(ROUND, round);
  }

  /** Whether a generation has to be asked for that the answer to a create named. */
  public boolean moreNamed(Exchange exchange) {
    Round round = round(exchange);
    if (!round.named.isEmpty() && !ledger.governor().call(round.limits)) {
      round.named.clear();
    }
    return !round.named.isEmpty();
  }

  /** Makes the question for the next of these ready. */
  public void nextNamed(Exchange exchange) {
    Message message = ask(exchange);
    message.setHeader(
        Exchange.HTTP_PATH, Look.pathSegment(round(exchange).named.peek().generationId()));
  }

  /** Adopts it if it is what became of the create; the list decides all else. */
  public void named(Exchange exchange) {
    Round round = round(exchange);
    Round.Named named = round.named.poll();
    HttpAnswer answer = HttpAnswer.of(exchange, settings);
    round.skew = providerClock.skew();
    Attempt attempt =
        new Sought(parts, round).attempt(named.job(), round.begun, Attempt.Stage.FRESH);
    if (answer.failure() == null
        && attempt.shows(named.generationId(), answer.status(), answer.body())) {
      adopt(named.job(), named.generationId());
    }
  }

  /** Makes the question for the account ready. */
  public void askAccount(Exchange exchange) {
    ask(exchange);
  }

  /** Reads whose list it is. */
  public void account(Exchange exchange) {
    Round round = round(exchange);
    HttpAnswer answer = HttpAnswer.of(exchange, settings);
    Account account =
        answer.failure() == null
            ? Account.read(answer.status(), answer.retryAfter(), answer.body(), now())
            : Account.failed(answer.failure());
    if (account instanceof Account.Known known) {
      round.userId = known.userId();
      round.userSince = ledger.userSince(round.account(), known.userId());
      round.skew = providerClock.skew();
      round.earlier =
          ledger.listEvidence().before(round.account(), round.begunFirst(), round.userSince);
    } else if (account instanceof Account.Unclear unclear) {
      round.unclear(unclear.reason(), unclear.retryAfter());
    }
  }

  /** Whether another page has to be read. */
  public boolean more(Exchange exchange) {
    Round round = round(exchange);
    if (round.wantsMore() && !mayCall(round.limits)) {
      round.unclear("the calls of this minute are used up", null);
    }
    return round.wantsMore();
  }

  private boolean mayCall(Limits limits) {
    return !parts
        .outages()
        .due(() -> ledger.governor().call(limits) ? List.of(limits) : List.<Limits>of())
        .isEmpty();
  }

  /** Makes the question for the next page ready. */
  public void turn(Exchange exchange) {
    Round round = round(exchange);
    Message message = ask(exchange);
    message.setHeader(Exchange.HTTP_PATH, Look.pathSegment(round.userId));
    message.setHeader(Exchange.HTTP_QUERY, "offset=%s&limit=%s".formatted(round.turn(), PAGE));
  }

  private static Message ask(Exchange exchange) {
    HttpAnswer.asItComes(exchange);
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader("Accept", "application/json");
    message.setHeader(ProviderClient.ACCOUNT, round(exchange).account());
    message.setBody(null);
    return message;
  }

  /** Reads a page of the list. */
  public void page(Exchange exchange) {
    Round round = round(exchange);
    HttpAnswer answer = HttpAnswer.of(exchange, settings);
    Listing listing =
        answer.failure() == null
            ? Listing.read(answer.status(), answer.retryAfter(), answer.body(), now())
            : Listing.failed(answer.failure());
    if (listing instanceof Listing.Page page) {
      round.history.add(page);
    } else if (listing instanceof Listing.Unclear unclear) {
      round.unclear(unclear.reason(), unclear.retryAfter());
    }
  }

  /** What an exception of a call says: nothing about any job. */
  public void unanswered(
      Exchange exchange, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    Listing.Unclear unclear = (Listing.Unclear) Listing.failed(failure);
    round(exchange).unclear(unclear.reason(), unclear.retryAfter());
  }

  /** Writes down what the list says of each job, or nothing while the ledger is away. */
  public void record(Exchange exchange) {
    parts.outages().tried(() -> record(round(exchange)));
  }

  private void record(Round round) {
    if (round.unclear == null) {
      parts.outages().back(Accounts.named(LIST, round.account()));
      decide(round);
    } else {
      parts.outages().met(Accounts.named(LIST, round.account()), round.unclear);
      String why = "the provider's list could not be read: " + round.unclear;
      round.due.forEach(job -> hold(job, why, usual(job, round.retryAfter)));
    }
  }

  private void decide(Round round) {
    Sought sought = new Sought(parts, round);
    Map<String, Verdict> verdicts = sought.verdicts();
    if (sought.isSettled()) {
      // One that is submitted from now on shows what became of all of them.
      ledger.governor().listed(round.account());
    }
    boolean adopted = true;
    for (Map.Entry<String, Verdict> decided : verdicts.entrySet()) {
      if (decided.getValue() instanceof Verdict.Paid paid) {
        adopted &= adopt(sought.doubtful(decided.getKey()), paid.generationId());
      }
    }
    // Moved as this round claimed them: what another one wrote meanwhile is not this one's reading.
    for (Job job : round.due) {
      Verdict verdict = verdicts.get(job.id());
      boolean listed = verdict == null || verdict instanceof Verdict.Paid;
      if (!listed && !job.submittedAt().isAfter(round.userSince)) {
        open(job, OTHER_USER.formatted(round.account()), null);
      } else if (verdict instanceof Verdict.Open open) {
        open(job, open.why(), untilSettled(job));
      } else if (verdict instanceof Verdict.Unpaid && Problems.wasMade(job)) {
        open(job, WAS_MADE, null);
      } else if (verdict instanceof Verdict.Unpaid) {
        // Somebody else moved what was matched: then what is left over is not known either.
        unpaid(job, adopted);
      }
    }
  }

  /** Not before it is settled can its absence be believed, and then at once; null if it is. */
  private Duration untilSettled(Job job) {
    Duration settle = settings.reconcile().settle();
    Duration left =
        Problems.inDoubtSince(job)
            .map(over -> Duration.between(now(), over.plus(settle)))
            .orElse(Duration.ZERO);
    boolean over = left.isNegative() || left.isZero();
    return over || left.compareTo(usual(job, null)) > 0 ? null : left;
  }

  /**
   * Until its next reading.
   *
   * @param asked how long the provider asked to wait, or null; it makes the wait longer, never
   *     shorter
   */
  private Duration usual(Job job, Duration asked) {
    return new Backoff(settings.reconcile().settle(), LONGEST_WAIT)
        .after(job.schedule().tries(), asked);
  }

  private boolean adopt(Job job, String generationId) {
    Job.Change adopted = adopted(job, generationId);
    boolean moved =
        ledger.adopt(job, adopted, parts.telling().of(EventType.SUBMITTED, adopted.job()));
    if (moved) {
      LOG.info("{} was made by the provider, generation {}", job.name(), generationId);
    }
    return moved;
  }

  /** Runs, and is due since its call was begun: when it ended, nobody looked. */
  static Job.Change adopted(Job job, String generationId) {
    return job.to(RUNNING).created(generationId, job.cost()).problem(null).dueAt(job.submittedAt());
  }

  private void unpaid(Job job, boolean certain) {
    if (!certain) {
      open(job, "other jobs in doubt were moved meanwhile", null);
    } else if (Problems.readings(job) + 1 < Reconciliation.READINGS) {
      // More readings are all that it lacks, however long it was doubtful.
      notListed(job);
    } else if (ledger.move(job, released(job, now()))) {
      LOG.info("{} was not made by the provider, and is submitted again", job.name());
    }
  }

  private void notListed(Job job) {
    JsonNode problem = Problems.notListed(job.problem(), NOT_LISTED, Problems.readings(job) + 1);
    Instant next = now().plus(settings.reconcile().settle());
    if (ledger.move(job, job.to(IN_DOUBT).problem(problem).triedAgainAt(next))
        && Problems.readings(job) == 0) {
      LOG.warn("{} stays in doubt: {}", job.name(), NOT_LISTED);
    }
  }

  /** Back to where it has not been submitted. */
  static Job.Change released(Job job, Instant now) {
    return job.to(ACCEPTED).submittedAt(null).problem(null).dueAt(now);
  }

  /**
   * @param wait of ours until its next reading; the usual one if null
   */
  private void open(Job job, String why, Duration wait) {
    Duration until = wait == null ? usual(job, null) : wait;
    if (hold(job, why, until) && !Problems.heldBecause(job).equals(why)) {
      LOG.warn("{} stays in doubt: {}", job.name(), why);
    }
  }

  private boolean hold(Job job, String why, Duration wait) {
    return ledger.move(
        job,
        job.to(IN_DOUBT).problem(Problems.held(job.problem(), why)).triedAgainAt(now().plus(wait)));
  }

  private Instant now() {
    return parts.clock().instant();
  }

  private static Round round(Exchange exchange) {
    return exchange.getProperty(ROUND, Round.class);
  }
}
