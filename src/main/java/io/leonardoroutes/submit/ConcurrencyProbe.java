package io.leonardoroutes.submit;

import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.ledger.Governor;
import io.leonardoroutes.leonardo.AccountStatus;
import io.leonardoroutes.provider.ProviderClient;
import io.leonardoroutes.provider.ProviderResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of {@code slots.camel.yaml}: they ask the provider how many jobs each account may run
 * at once.
 */
public final class ConcurrencyProbe {
  private static final Logger LOG = LoggerFactory.getLogger(ConcurrencyProbe.class);
  private static final Duration AGAIN = Duration.ofMinutes(1);
  private static final Duration SOON = Duration.ofSeconds(3);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private final FlowContext flow;
  private final Governor governor;
  private final Map<String, Instant> asked = new HashMap<>();
  private final Map<String, Instant> notBefore = new HashMap<>();
  private final Map<String, String> users = new HashMap<>();

  public ConcurrencyProbe(FlowContext flow) {
    this.flow = flow;
    this.governor = flow.ledger().governor();
  }

  /**
   * The accounts to ask now: each at most once a minute, or every few seconds while creates wait
   * for the provider to answer again.
   */
  public List<String> due() {
    return flow.outages()
        .query(
            () ->
                flow.settings().accounts().all().stream()
                    .filter(this::isDue)
                    .map(ProviderAccounts.Account::name)
                    .toList());
  }

  private boolean isDue(ProviderAccounts.Account account) {
    Duration again = governor.wantsAnswer(account.limits()) ? SOON : AGAIN;
    Instant now = flow.clock().instant();
    Instant last = asked.getOrDefault(account.name(), Instant.MIN);
    return last.isBefore(now.minus(again)) && !pauses(account.name(), now);
  }

  /** As long as the provider asked to wait; later than that, the clock was set back since. */
  private boolean pauses(String account, Instant now) {
    Instant until = notBefore.getOrDefault(account, Instant.MIN);
    return now.isBefore(until) && !until.isAfter(now.plus(LONGEST_PAUSE));
  }

  /** Prepares the call for the account in the body, and says whether to make it. */
  public void begin(Exchange exchange) {
    Message message = exchange.getMessage();
    String account = message.getBody(String.class);
    boolean may = !flow.outages().query(() -> callable(account)).isEmpty();
    if (may) {
      asked.put(account, flow.clock().instant());
    }
    message.removeHeaders("*");
    message.setHeader("Accept", "application/json");
    message.setHeader(ProviderClient.ACCOUNT, account);
    message.setBody(null);
    exchange.setProperty(FlowProperties.PROBED_ACCOUNT, account);
    exchange.setProperty(FlowProperties.ASK, may);
    ProviderResponse.keepCompressed(exchange);
  }

  private List<ProviderAccounts.Account> callable(String name) {
    return flow.settings().accounts().find(name).stream()
        .filter(account -> governor.call(account.limits()))
        .toList();
  }

  /** Records the answer. */
  public void read(Exchange exchange) {
    String name = exchange.getProperty(FlowProperties.PROBED_ACCOUNT, String.class);
    ProviderResponse answer = ProviderResponse.of(exchange, flow.settings());
    AccountStatus account =
        answer.failure() == null
            ? AccountStatus.read(
                answer.status(), answer.retryAfter(), answer.body(), flow.clock().instant())
            : AccountStatus.failed(answer.failure());
    if (account instanceof AccountStatus.Unclear unclear && unclear.retryAfter() != null) {
      notBefore.put(name, flow.clock().instant().plus(unclear.retryAfter()));
    }
    if (account instanceof AccountStatus.Known known) {
      governor.answered(name);
      flow.ledger().userSince(name, known.userId());
      warnOfSharedUser(name, known.userId());
    }
    if (account instanceof AccountStatus.Known known && known.concurrencySlots() != null) {
      governor.slots(name, known.concurrencySlots());
      LOG.debug("account {} allows {} at once", name, known.concurrencySlots());
    } else {
      LOG.debug("the concurrency of account {} is not known: {}", name, account);
    }
  }

  /** Warns of two keys of one user: they share one set of limits and one list at the provider. */
  private void warnOfSharedUser(String name, String user) {
    if (!user.equals(users.put(name, user))) {
      users.entrySet().stream()
          .filter(other -> !other.getKey().equals(name) && other.getValue().equals(user))
          .findFirst()
          .ifPresent(
              other ->
                  LOG.warn(
                      "accounts {} and {} belong to the same user at the provider and share its"
                          + " limits: one account with one key is enough",
                      other.getKey(),
                      name));
    }
  }

  /** It is asked again in an hour; nothing depends on it. */
  public void unanswered(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    LOG.debug("the concurrency of the account is not known: {}", failure.getMessage());
  }
}
