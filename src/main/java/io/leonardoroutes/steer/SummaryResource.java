package io.leonardoroutes.steer;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.ProviderAccounts.Account;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.ledger.BlockedAccount;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.ledger.LedgerStats;
import io.leonardoroutes.limits.Pause;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Header;

/** What {@code summary.camel.yaml} does: says in one answer how everything stands. */
public final class SummaryResource {
  /**
   * How everything stands.
   *
   * @param states how many jobs are in each state, all states
   * @param waitsFor how many accepted jobs wait for what; {@code pause}: those in the queue of what
   *     is paused
   * @param oldestQueuedAt when the job was accepted that has been in the queue the longest; null if
   *     none is
   * @param slots of all accounts together
   * @param away what this instance finds unavailable
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Summary(
      Map<String, Long> states,
      Map<String, Long> waitsFor,
      String oldestQueuedAt,
      Slots slots,
      List<SinkState> sinks,
      List<PauseState> pauses,
      List<AccountState> accounts,
      List<String> away) {}

  /**
   * How many jobs are at the provider, and how many may be now.
   *
   * @param of as the settings, the operators and the provider allow it
   */
  public record Slots(int used, int of) {}

  /**
   * One account.
   *
   * @param paused whether an operator has paused it
   * @param blocked what the provider refuses it for; null if it does not
   * @param budget of today; null if it has none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record AccountState(
      String name, Slots slots, boolean paused, String blocked, DayBudget budget) {}

  /**
   * The budget of today (UTC).
   *
   * @param used spent and reserved
   */
  public record DayBudget(String amount, String used, String unit) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlowContext flow;
  private final Ledger ledger;

  public SummaryResource(FlowContext flow) {
    this.flow = flow;
    this.ledger = flow.ledger();
  }

  /**
   * The summary.
   *
   * @throws io.leonardoroutes.problem.RequestRejected 403 unless the caller is an operator
   */
  public JsonNode summary(@Header(Caller.HEADER) Object user) {
    flow.caller(user).requireOperator();
    return JSON.valueToTree(now());
  }

  /** The same for callers in this program. */
  public Summary now() {
    Collection<Account> accounts = flow.settings().accounts().all();
    LedgerStats stats = ledger.figures(accounts.stream().map(Account::limits).toList());
    Map<String, Long> states = new LinkedHashMap<>();
    for (JobState state : JobState.values()) {
      states.put(state.name(), stats.jobs().getOrDefault(state, 0L));
    }
    List<Pause> pauses = ledger.pauses().all();
    List<AccountState> all =
        accounts.stream()
            .map(one -> account(one, stats.accounts().get(one.name()), pauses))
            .toList();
    return new Summary(
        states,
        ledger.waitingFor(),
        stats.oldestAccepted() == null ? null : stats.oldestAccepted().toString(),
        new Slots(
            all.stream().mapToInt(one -> one.slots().used()).sum(),
            all.stream().mapToInt(one -> one.slots().of()).sum()),
        SinkState.of(flow, stats),
        pauses.stream().map(PauseState::of).toList(),
        all,
        flow.outages().away());
  }

  private AccountState account(Account account, LedgerStats.Account stats, List<Pause> pauses) {
    Optional<BlockedAccount> blocked = ledger.blockedAccounts().of(account.name());
    return new AccountState(
        account.name(),
        new Slots(stats.slots().used(), stats.slots().limit()),
        pauses.stream()
            .anyMatch(
                pause -> pause.what() == Pause.What.ACCOUNT && pause.name().equals(account.name())),
        blocked.map(one -> one.what() + ": " + one.reason()).orElse(null),
        stats.budget() == null
            ? null
            : new DayBudget(
                stats.budget().toPlainString(),
                stats.used().toPlainString(),
                account.limits().budget().unit()));
  }
}
