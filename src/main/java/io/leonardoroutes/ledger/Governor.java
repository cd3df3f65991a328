package io.leonardoroutes.ledger;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.RUNNING;
import static io.leonardoroutes.job.JobState.SUBMITTING;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.database.LedgerDatabase;
import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.limits.BudgetFitter;
import io.leonardoroutes.limits.CallCounter;
import io.leonardoroutes.limits.CircuitBreaker;
import io.leonardoroutes.limits.CostGroup;
import io.leonardoroutes.limits.CostQueries;
import io.leonardoroutes.limits.DailyCosts;
import io.leonardoroutes.limits.LiveLimits;
import io.leonardoroutes.limits.PauseTable;
import io.leonardoroutes.limits.PayerBudget;
import io.leonardoroutes.limits.PayerBudgets;
import io.leonardoroutes.limits.SlotUsage;
import io.leonardoroutes.limits.ThrottleState;
import io.leonardoroutes.picture.UploadTable;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/**
 * Decides how much each account may do at the provider: jobs at once, calls per minute, money per
 * day. Everything is counted in the ledger, so the limits hold over all instances that share it;
 * what callers pass are those of the settings, which {@link LiveLimits} may override.
 *
 * <p>One file, because its limits are weighed together, in one transaction.
 */
public final class Governor {
  private final JobMoves moves;
  private final Leases leases;
  private final UploadTable uploads;
  private final LedgerDatabase database;
  private final LedgerSql sql;
  private final Clock clock;
  private volatile PayerBudgets payers = PayerBudgets.NONE;

  Governor(
      JobMoves moves,
      Leases leases,
      UploadTable uploads,
      LedgerDatabase database,
      LedgerSql sql,
      Clock clock) {
    this.uploads = uploads;
    this.moves = moves;
    this.leases = leases;
    this.database = database;
    this.sql = sql;
    this.clock = clock;
  }

  /**
   * Jobs that may be submitted.
   *
   * @param jobs leased to the caller
   * @param waits the warning that was just written to jobs that wait for the budget, or null
   */
  public record Due(List<Job> jobs, String waits, BudgetFitter.Fit fit) {}

  /**
   * Leases jobs of one account to be submitted, as many as there is room for, the one whose turn it
   * is first; of a blocked account the one that was not tried for the longest time, lest one that
   * is declined by itself holds up all others.
   */
  public Due due(int most, AccountLimits set, Duration lease) {
    wakeBudgets(set.account());
    if (!leases.any(ACCEPTED, set.account())) {
      return new Due(List.of(), null, BudgetFitter.Fit.ALL);
    }
    return sql.inTransaction(
        handle -> {
          AccountLimits limits = LiveLimits.of(handle, set);
          int room = Math.min(most, free(handle, limits));
          boolean blocked = BlockedAccount.read(handle, limits.account()).stands();
          Leases.Wanted waiting = Leases.Wanted.of(ACCEPTED, limits.account());
          Leases.Wanted wanted = blocked ? waiting.byDueTime() : waiting;
          if (room == 0 || limits.budget() == null) {
            return new Due(
                leases.claim(handle, wanted, room, lease), null, BudgetFitter.Fit.UNSURE);
          }
          BudgetFitter.Fitting fitting = BudgetFitter.sort(handle, limits, clock.instant());
          return new Due(
              fitting.kinds().isEmpty()
                  ? List.of()
                  : leases.claim(handle, wanted.kinds(fitting.kinds()), room, lease),
              fitting.waits(),
              fitting.fit());
        });
  }

  /** Lets jobs queue again whose budget has room by now; of each kind the first is looked at. */
  private void wakeBudgets(String account) {
    Instant now = clock.instant();
    Optional<PayerBudgets.Head> next = head(account, null);
    while (next.isPresent()) {
      PayerBudgets.Head head = next.get();
      if (head.isDue(now)) {
        sql.useTransaction(
            handle -> LiveLimits.of(handle, payers).wake(handle, head, database.shared(), now));
      }
      next = head(account, head);
    }
  }

  private Optional<PayerBudgets.Head> head(String account, PayerBudgets.Head after) {
    return sql.withHandle(handle -> PayerBudgets.head(handle, account, after));
  }

  int free(AccountLimits limits) {
    return sql.withHandle(handle -> free(handle, LiveLimits.of(handle, limits)));
  }

  private int free(Handle handle, AccountLimits limits) {
    long now = clock.millis();
    if (PauseTable.holdsSubmitting(handle, limits.account())
        || ThrottleState.read(handle, limits.account()).createsPause(now)) {
      return 0;
    }
    BlockedAccount blocked = BlockedAccount.read(handle, limits.account());
    if (blocked.pauses(now)
        || (blocked.stands() && SlotUsage.submitting(handle, limits, now) > 0)) {
      return 0;
    }
    CircuitBreaker circuit = CircuitBreaker.read(handle, limits.account());
    boolean probes = limits.hasProbes() && circuit.isOpen();
    if (probes
        && (circuit.pauses(limits.probe(), now)
            || circuit.wantsAnswer()
            || SlotUsage.submitting(handle, limits, now) > 0)) {
      return 0;
    }
    int slots = concurrent(handle, limits, circuit) - SlotUsage.slots(handle, limits, now);
    if (slots <= 0) {
      return 0;
    }
    CallCounter sent = CallCounter.lastMinute(handle, limits.account(), now);
    int calls =
        Math.min(
            limits.createsPerMinute() - sent.creates(),
            limits.requestsPerMinute() - sent.requests());
    return Math.max(0, Math.min(blocked.stands() || probes ? 1 : slots, calls));
  }

  /**
   * How many jobs may be at the provider at once. Doubts never hold the last slot once the
   * provider's list was read after they began: one more shows that the list is current, and so what
   * became of them.
   */
  private int concurrent(Handle handle, AccountLimits limits, CircuitBreaker circuit) {
    long now = clock.millis();
    int most = ThrottleState.read(handle, limits.account()).concurrent(limits.concurrent(), now);
    int inDoubt = SlotUsage.inDoubt(handle, limits, now);
    boolean stuck = inDoubt >= most;
    return stuck && circuit.listedAt() > SlotUsage.lastInDoubt(handle, limits) ? inDoubt + 1 : most;
  }

  /** How many calls the account has made in the last 60 seconds. */
  public CallCounter lastMinute(AccountLimits limits) {
    return sql.withHandle(
        handle -> CallCounter.lastMinute(handle, limits.account(), clock.millis()));
  }

  /** How many jobs hold a slot, and how many may. */
  LedgerStats.Slots slots(AccountLimits set) {
    long now = clock.millis();
    return sql.withHandle(
        handle -> {
          AccountLimits limits = LiveLimits.of(handle, set);
          return new LedgerStats.Slots(
              SlotUsage.slots(handle, limits, now),
              ThrottleState.read(handle, limits.account()).concurrent(limits.concurrent(), now));
        });
  }

  /**
   * Records a create with an unknown outcome: the creates of the account pause, and go on one by
   * one once the provider answers again.
   */
  public void createUnknown(AccountLimits limits) {
    circuit(limits.account(), circuit -> circuit.failed(clock.millis()));
  }

  /** Records that a create was answered: the next ones need not wait. */
  public void createAnswered(AccountLimits limits) {
    if (read(limits).isOpen()) {
      circuit(limits.account(), CircuitBreaker::closed);
    }
  }

  /** Records that the provider answered a free call. */
  public void answered(String account) {
    if (sql.withHandle(handle -> CircuitBreaker.read(handle, account)).wantsAnswer()) {
      circuit(account, circuit -> circuit.answered(clock.millis()));
    }
  }

  /** Records that the provider's list was read. */
  public void listed(String account) {
    circuit(account, circuit -> circuit.listed(clock.millis()));
  }

  /** Whether a free call has to work before the account's next create. */
  public boolean wantsAnswer(AccountLimits limits) {
    CircuitBreaker circuit = read(limits);
    return limits.hasProbes()
        && circuit.wantsAnswer()
        && !circuit.pauses(limits.probe(), clock.millis());
  }

  private CircuitBreaker read(AccountLimits limits) {
    return sql.withHandle(handle -> CircuitBreaker.read(handle, limits.account()));
  }

  private void circuit(String account, UnaryOperator<CircuitBreaker> change) {
    sql.useTransaction(
        handle -> {
          database.lockForAccounting(handle);
          change.apply(CircuitBreaker.read(handle, account)).write(handle, account);
        });
  }

  /** Whether no slot is left because jobs in doubt hold all of them. */
  public boolean stuckInDoubt(AccountLimits set) {
    long now = clock.millis();
    return sql.withHandle(
        handle -> {
          AccountLimits limits = LiveLimits.of(handle, set);
          return SlotUsage.inDoubt(handle, limits, now)
              >= ThrottleState.read(handle, limits.account()).concurrent(limits.concurrent(), now);
        });
  }

  /** See {@link Ledger#submitting}. The money is reserved in the same commit. */
  Optional<Job> submitting(Job seen, AccountLimits set, Duration lease) {
    if (!seen.account().equals(set.account())) {
      throw new IllegalArgumentException(
          "job %s goes by account %s, and not by the limits of %s"
              .formatted(seen.id(), seen.account(), set.account()));
    }
    return sql.inTransaction(
        handle -> {
          database.lockForAccounting(handle);
          Instant now = clock.instant();
          AccountLimits limits = LiveLimits.of(handle, set);
          if (seen.waitsFor() != null || free(handle, limits) == 0) {
            return Optional.empty();
          }
          BigDecimal price = null;
          if (limits.budget() != null) {
            price = CostQueries.price(handle, limits, seen.kind());
            BigDecimal used = CostQueries.used(handle, limits, now).amount();
            if (!limits.budget().lets(price, used)) {
              return Optional.empty();
            }
          }
          PayerBudgets payers = LiveLimits.of(handle, this.payers.of(seen));
          if (!payers.isEmpty()) {
            String account = limits.account();
            Optional<BigDecimal> learned =
                CostQueries.learned(handle, account, seen.kind(), payers.unit());
            if (!payers.let(handle, seen, learned, database.shared(), now)) {
              return Optional.empty();
            }
            BigDecimal reserved = learned.orElse(payers.priceUnknown());
            price = price == null ? reserved : price.max(reserved);
          }
          Optional<JsonNode> sent = uploads.sent(handle, seen);
          if (sent.isEmpty()) {
            return Optional.empty();
          }
          Job.Cost reserved = null;
          if (price != null) {
            String unit = limits.budget() == null ? payers.unit() : limits.budget().unit();
            reserved = new Job.Cost(price.toPlainString(), unit);
          }
          Job.Change next =
              seen.to(SUBMITTING)
                  .nextAttempt()
                  .submittedAt(now)
                  .request(sent.get())
                  .reserve(reserved);
          if (!moves.move(handle, seen, next, now.plus(lease).toEpochMilli())) {
            return Optional.empty();
          }
          if (!sent.get().equals(seen.request())) {
            // In the same commit: a doubt is settled by what was sent.
            handle.execute(
                "UPDATE job SET request = ? WHERE id = ?", sent.get().toString(), seen.id());
          }
          CallCounter.add(handle, limits.account(), now.toEpochMilli(), 1, 1);
          return Optional.of(next.job());
        });
  }

  /** Sets the budgets of callers and tags, which hold for all accounts. */
  public void limit(PayerBudgets budgets) {
    this.payers = budgets;
  }

  /** What is spent and reserved of the day's budget of a payer, or of the month's. */
  public BigDecimal used(PayerBudget budget, boolean month) {
    return sql.withHandle(handle -> budget.used(handle, month, clock.instant()).amount());
  }

  /** Leases running jobs of one account that are due for a poll, and counts the polls. */
  public List<Job> polls(int most, AccountLimits set, Duration lease) {
    if (!leases.any(RUNNING, set.account())) {
      return List.of();
    }
    return sql.inTransaction(
        handle -> {
          database.lockForAccounting(handle);
          AccountLimits limits = LiveLimits.of(handle, set);
          int room = Math.min(most, calls(handle, limits) - limits.keptForLists());
          List<Job> jobs =
              leases.claim(handle, Leases.Wanted.of(RUNNING, limits.account()), room, lease);
          if (!jobs.isEmpty()) {
            CallCounter.add(handle, limits.account(), clock.millis(), jobs.size(), 0);
          }
          return jobs;
        });
  }

  /**
   * While jobs of an account wait for a slot and none is free, makes its running jobs due for a
   * poll sooner: the one that is done frees its slot.
   *
   * @param gap between two polls of one job, if half of the calls that are left for polls allow it
   */
  public void hastenPolls(Duration gap, AccountLimits set) {
    if (!leases.any(ACCEPTED, set.account())) {
      return;
    }
    sql.useTransaction(
        handle -> {
          AccountLimits limits = LiveLimits.of(handle, set);
          long now = clock.millis();
          ThrottleState throttle = ThrottleState.read(handle, limits.account());
          int used = SlotUsage.slots(handle, limits, now);
          boolean full = used >= throttle.concurrent(limits.concurrent(), now);
          int calls = (limits.otherRequestsPerMinute() - limits.keptForLists()) / 2;
          if (full && calls > 0 && !throttle.pollsPause(now)) {
            long each = Duration.ofMinutes(1).toMillis() * used / calls;
            Duration bounded = Duration.ofMillis(Math.max(gap.toMillis(), each));
            long since = now - limits.holds().toMillis();
            leases.hastenPolls(handle, limits.account(), bounded, since);
          }
        });
  }

  /**
   * Asks to make one call that is not a create, and counts it.
   *
   * @return whether it may be made now
   */
  public boolean call(AccountLimits limits) {
    return sql.inTransaction(
        handle -> {
          database.lockForAccounting(handle);
          boolean room = calls(handle, LiveLimits.of(handle, limits)) > 0;
          if (room) {
            CallCounter.add(handle, limits.account(), clock.millis(), 1, 0);
          }
          return room;
        });
  }

  private int calls(Handle handle, AccountLimits limits) {
    long now = clock.millis();
    return ThrottleState.read(handle, limits.account()).pollsPause(now)
        ? 0
        : limits.otherRequestsPerMinute()
            - CallCounter.lastMinute(handle, limits.account(), now).requests();
  }

  /**
   * Records that the provider throttled a create of this account: all instances slow down. Call it
   * after the job was moved back.
   *
   * @param begun when the create was begun
   * @param wait what the provider asked for, or null
   */
  public void createThrottled(Instant begun, Duration wait, AccountLimits limits) {
    long now = clock.millis();
    change(
        limits.account(),
        (handle, throttle) ->
            throttle.createThrottled(
                begun.toEpochMilli(), SlotUsage.slots(handle, limits, now), wait, now));
  }

  /**
   * Records that the provider throttled another call: all calls of this account pause on all
   * instances.
   */
  public void pollThrottled(String account, Duration wait) {
    change(account, (handle, throttle) -> throttle.pollThrottled(wait, clock.millis()));
  }

  /**
   * Records how many jobs the provider allows the account at once. This lowers {@link
   * AccountLimits#concurrent}.
   *
   * @param slots 0 if it does not say
   */
  public void slots(String account, int slots) {
    change(account, (handle, throttle) -> throttle.withSlots(Math.max(0, slots)));
  }

  private void change(String account, BiFunction<Handle, ThrottleState, ThrottleState> change) {
    sql.useTransaction(
        handle -> {
          database.lockForAccounting(handle);
          change.apply(handle, ThrottleState.read(handle, account)).write(handle, account);
        });
  }

  /** The cost of jobs by day, account, model and unit, the newest day first. */
  public List<DailyCosts> costs(LocalDate from) {
    return costs(from, null, Integer.MAX_VALUE - 1).orElseThrow();
  }

  /** The same, summed by what {@code by} says too; see {@link CostQueries#sums}. */
  public Optional<List<DailyCosts>> costs(LocalDate from, CostGroup by, int most) {
    return sql.withHandle(handle -> CostQueries.sums(handle, from, by, most));
  }

  /** What is spent and reserved of the account's budget today. */
  public BigDecimal used(AccountLimits limits) {
    return sql.withHandle(handle -> CostQueries.used(handle, limits, clock.instant()).amount());
  }
}
