package io.leonardoroutes.submit;

import static io.leonardoroutes.job.JobState.SUBMITTING;

import io.leonardoroutes.flow.ExchangeEnd;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.flow.ProviderAccounts.Account;
import io.leonardoroutes.flow.RepeatInterval;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobLog;
import io.leonardoroutes.ledger.BlockedAccount;
import io.leonardoroutes.ledger.BlockedAccount.What;
import io.leonardoroutes.ledger.Governor;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.leonardo.Submission;
import io.leonardoroutes.limits.BudgetFitter.Fit;
import io.leonardoroutes.provider.ProviderClient;
import io.leonardoroutes.provider.ProviderResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.jdbi.v3.core.JdbiException;

/** The steps of {@code submit.camel.yaml}, the one place where money is spent. */
public final class SubmitStep {
  private static final JobLog JOBS = JobLog.of(SubmitStep.class);
  private static final int BATCH = 100;
  private static final String RECORD = "what the record of paid calls needs";

  private final LeonardoSettings settings;
  private final Ledger ledger;
  private final FlowContext flow;
  private final ProviderClient client;
  private final SubmissionRecorder recorder;
  private final RepeatInterval renewing;

  public SubmitStep(FlowContext flow, ProviderClient client, SubmissionRecorder recorder) {
    this.settings = flow.settings();
    this.ledger = flow.ledger();
    this.flow = flow;
    this.client = client;
    this.recorder = recorder;
    this.renewing = new RepeatInterval(settings.lease().dividedBy(3));
  }

  /**
   * Jobs that may be submitted now, as many as there are free slots in their accounts. Jobs in
   * SUBMITTING whose lease has run out are put in doubt first: the instance that began them is
   * gone.
   */
  public List<Job> due(Exchange exchange) {
    if (exchange.getContext().isStopping()) {
      // While draining, calls under way end and no new one begins.
      return List.of();
    }
    return flow.outages()
        .query(
            () -> {
              renew();
              ledger.claim(SUBMITTING, BATCH, settings.lease()).stream()
                  .filter(job -> !client.isUnderWay(job))
                  .forEach(this::orphaned);
              return settings.accounts().all().stream()
                  .map(this::due)
                  .flatMap(List::stream)
                  .toList();
            });
  }

  /** Whether creates wait until the provider answers a free call again. */
  public boolean wantsAnswer() {
    return !flow.outages()
        .query(
            () ->
                settings.accounts().all().stream()
                    .filter(account -> ledger.governor().wantsAnswer(account.limits()))
                    .toList())
        .isEmpty();
  }

  private List<Job> due(Account account) {
    logBlockedAccount(account);
    Governor.Due due = ledger.governor().due(BATCH, account.limits(), settings.lease());
    overBudget(account, due);
    stuck(account);
    return due.jobs();
  }

  /** Logs the blocked account as the ledger knows it, whichever instance found out. */
  private void logBlockedAccount(Account account) {
    Optional<BlockedAccount> blocked = ledger.blockedAccounts().of(account.name());
    for (What what : What.values()) {
      String name = "the %s of account %s".formatted(what, account.name());
      blocked
          .filter(now -> now.what() == what)
          .ifPresentOrElse(
              now -> flow.outages().reportRefused(name, now.reason()),
              () -> flow.outages().reportUp(name));
    }
  }

  /**
   * Renews the leases of calls under way: they can outlast a lease, which is short so that those of
   * a dead instance soon end.
   */
  private void renew() {
    Instant now = flow.clock().instant();
    if (renewing.isOver(now)) {
      ledger.renew(SUBMITTING, client.underWay(), settings.lease());
      renewing.begin(now);
    }
  }

  /** Gives each waiting job its reason. */
  private void overBudget(Account account, Governor.Due due) {
    String budget = ProviderAccounts.ofAccount("the day's budget", account.name());
    if (due.fit() == Fit.NOT_ALL) {
      String first = due.waits() == null ? "" : "; the first " + due.waits();
      flow.outages()
          .reportWaiting(
              budget, account.prefix() + "budget.per-day is used up for some jobs" + first);
    } else if (due.fit() == Fit.ALL) {
      flow.outages().reportUp(budget);
    }
  }

  private void stuck(Account account) {
    String slot = ProviderAccounts.ofAccount("a free slot", account.name());
    if (ledger.governor().stuckInDoubt(account.limits())) {
      String until =
          settings.reconcile().list()
              ? "one job at a time is submitted, once the provider's list can be read"
              : "none is submitted until one is resolved or older than leonardo.track.give-up";
      flow.outages()
          .reportWaiting(
              slot,
              ("jobs in doubt hold every slot of account %s: %s; end them with POST"
                      + " /generations/{id}/resolve or POST /resolve, or see them with GET"
                      + " /generations?state=IN_DOUBT")
                  .formatted(account.name(), until));
    } else {
      flow.outages().reportUp(slot);
    }
  }

  private void orphaned(Job job) {
    recorder.inDoubt(
        job,
        Submission.unanswered(
            "the program ended between the paid call and the record of its answer"),
        orphanedUntil(job));
  }

  /** When the provider must have finished a call whose caller did not see its end. */
  private Instant orphanedUntil(Job job) {
    Instant now = flow.clock().instant();
    Instant begun = job.submittedAt();
    if (ledger.isShared()) {
      // An instance that only lost the ledger looks dead, and its call goes on.
      Instant longest = begun.plus(settings.longestCall());
      return longest.isBefore(now) ? now : longest;
    }
    // It left before the program died and its permit ended, but may have arrived only now.
    Instant left = begun.plus(settings.lease()).isBefore(now) ? begun.plus(settings.lease()) : now;
    return left.plus(settings.paidCall());
  }

  /**
   * Begins the paid call of the job in the body, if the ledger lets it. If not, another instance
   * has it, it was cancelled or a limit is reached, and {@code leonardoBegun} says so.
   */
  public void begin(Exchange exchange) {
    Job seen = exchange.getMessage().getBody(Job.class);
    List<Job> begun = flow.outages().query(() -> begin(seen));
    exchange.setProperty(FlowProperties.BEGUN, !begun.isEmpty());
    if (begun.isEmpty()) {
      return;
    }
    Job job = begun.get(0);
    exchange.setProperty(FlowProperties.JOB, job);
    String permit = client.permit(job, job.submittedAt().plus(settings.lease()));
    ExchangeEnd.whenDone(exchange, () -> client.finish(job));
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    message.setHeader("Accept", "application/json");
    message.setHeader(ProviderClient.PERMIT, permit);
    ProviderResponse.keepCompressed(exchange);
    message.setBody(job.request().toString());
  }

  private List<Job> begin(Job seen) {
    Optional<Job> begun =
        settings
            .accounts()
            .find(seen.account())
            .flatMap(account -> ledger.submitting(seen, account.limits(), settings.lease()));
    if (begun.isEmpty()) {
      ledger.endLease(seen);
    }
    return begun.stream().toList();
  }

  /** Reads the provider's answer; never fails, because not knowing is an answer too. */
  public Submission read(Exchange exchange) {
    try {
      return recorder.read(exchange);
    } catch (RuntimeException e) {
      // Not `unanswered`: an answer came, whatever the failure looks like.
      return Submission.unanswered("the answer could not be read: " + e.getClass());
    }
  }

  /** Tells by the exception of a failed call whether the request can have left. */
  public Submission unanswered(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    return Submission.failed(failure);
  }

  /** Writes down what became of the paid call; while the ledger is away, the route tries again. */
  public void record(Exchange exchange) {
    try {
      recorder.record(exchange);
      flow.outages().reportUp(RECORD);
    } catch (JdbiException e) {
      flow.outages().reportFailure(RECORD, e);
      Message message = exchange.getMessage();
      int tries = message.getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class);
      if (tries < message.getHeader(Exchange.REDELIVERY_MAX_COUNTER, 1, Integer.class)) {
        throw e;
      }
      JOBS.warn(
          exchange.getProperty(FlowProperties.JOB, Job.class),
          "{}: the outcome of its paid call could not be recorded, as the ledger is away: it will"
              + " be in doubt");
    }
  }
}
