package io.leonardoroutes;

import io.leonardoroutes.ledger.Governor;
import io.leonardoroutes.leonardo.Account;
import java.time.Duration;
import java.time.Instant;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of {@code slots.camel.yaml}: what the provider's account allows at once. */
public final class Slots {
  private static final Logger LOG = LoggerFactory.getLogger(Slots.class);
  private static final Duration AGAIN = Duration.ofMinutes(1);

  private final Parts parts;
  private final Governor governor;
  private Instant asked = Instant.MIN;

  Slots(Parts parts) {
    this.parts = parts;
    this.governor = parts.ledger().governor();
  }

  /** Makes the question ready, and says whether to ask: not twice in a minute. */
  public void begin(Exchange exchange) {
    Instant now = parts.clock().instant();
    boolean due = asked.isBefore(now.minus(AGAIN)) && governor.call(parts.settings().limits());
    asked = due ? now : asked;
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader("Accept", "application/json");
    message.setBody(null);
    exchange.setProperty("leonardoAsk", due);
  }

  /** Notes what the account says. */
  public void read(Exchange exchange) {
    Duration longest = parts.settings().provider().responseTimeout();
    HttpAnswer answer = HttpAnswer.of(exchange, longest);
    Account account =
        answer.failure() == null
            ? Account.read(
                answer.status(), answer.retryAfter(), answer.body(), parts.clock().instant())
            : Account.failed(answer.failure());
    if (account instanceof Account.Known known && known.concurrencySlots() != null) {
      governor.slots("default", known.concurrencySlots());
      LOG.debug("the account allows {} at once", known.concurrencySlots());
    } else {
      LOG.debug("what the account allows at once is not known: {}", account);
    }
  }

  /** It is asked again in an hour; nothing depends on it. */
  public void unanswered(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    LOG.debug("what the account allows at once is not known: {}", failure.getMessage());
  }
}
