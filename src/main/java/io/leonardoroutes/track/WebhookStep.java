package io.leonardoroutes.track;

import io.leonardoroutes.auth.AuthHandler;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.leonardo.WebhookNotice;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step of {@code webhook.camel.yaml}. A notice of the provider only makes us poll now. Its
 * reason for a missing video, which no poll shows, is kept. Its body holds the API key in clear
 * text and is never passed on.
 */
public final class WebhookStep implements AuthHandler.Notices {
  private static final Logger LOG = LoggerFactory.getLogger(WebhookStep.class);
  private static final int LONGEST = 64 * 1024;

  private final FlowContext flow;

  public WebhookStep(FlowContext flow) {
    this.flow = flow;
  }

  @Override
  public boolean areEnabled() {
    return flow.settings().accounts().all().stream()
        .anyMatch(account -> account.webhookKey() != null);
  }

  @Override
  public boolean isGenuine(String authorization) {
    return !accounts(authorization.getBytes(StandardCharsets.UTF_8)).isEmpty();
  }

  /**
   * Answers 202 to a caller with the key of an account and 401 to all others (404 if no account has
   * a key), with no body. A notice counts only for generations of that account. Our own server
   * checks the same before it reads the body; a server of the application's does not.
   */
  public void noticed(Exchange exchange) throws IOException {
    Message message = exchange.getMessage();
    String authorization = message.getHeader("Authorization", "", String.class);
    Object body = message.getBody();
    message.removeHeaders("*");
    message.setBody("");
    List<String> accounts = accounts(authorization.getBytes(StandardCharsets.UTF_8));
    int status = areEnabled() ? 401 : 404;
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, accounts.isEmpty() ? status : 202);
    if (!accounts.isEmpty()) {
      String text = text(exchange, body);
      Optional<String> generation = WebhookNotice.generationId(text);
      Optional<String> reason = WebhookNotice.reason(text).map(this::withoutKeys);
      // Stored before the poll, which uses it; added later if a poll had already failed the job.
      both(generation, reason, (id, why) -> flow.ledger().notices().add(id, accounts, why));
      boolean due = generation.isPresent() && flow.ledger().pollNow(generation.get(), accounts);
      both(generation, reason, (id, why) -> tell(id, accounts, why));
      LOG.debug("a notice of the provider, {}", due ? "polling now" : "of no job that runs");
    }
  }

  private static void both(
      Optional<String> generation, Optional<String> reason, BiConsumer<String, String> then) {
    generation.ifPresent(id -> reason.ifPresent(why -> then.accept(id, why)));
  }

  private void tell(String generation, List<String> accounts, String why) {
    flow.ledger()
        .notices()
        .tell(generation, accounts, failed -> JobProblems.saidByNotice(failed, why));
  }

  private String withoutKeys(String words) {
    String without = flow.settings().accounts().withoutKeys(words);
    for (ProviderAccounts.Account account : flow.settings().accounts().all()) {
      if (account.webhookKey() != null) {
        for (String key : account.webhookKey().values()) {
          without = without.replace(key, "***");
        }
      }
    }
    return without;
  }

  /** Those whose notices bring this; each is compared, so that the time tells nothing. */
  private List<String> accounts(byte[] authorization) {
    return flow.settings().accounts().all().stream()
        .filter(account -> account.webhookKey() != null)
        .filter(
            account ->
                account.webhookKey().values().stream()
                        .map(key -> ("Bearer " + key).getBytes(StandardCharsets.UTF_8))
                        .filter(expected -> MessageDigest.isEqual(expected, authorization))
                        .count()
                    > 0)
        .map(ProviderAccounts.Account::name)
        .toList();
  }

  /** The body's text; empty if it is longer than a notice can be. */
  private static String text(Exchange exchange, Object body) throws IOException {
    InputStream in = exchange.getContext().getTypeConverter().convertTo(InputStream.class, body);
    if (in == null) {
      return "";
    }
    try (in) {
      byte[] read = in.readNBytes(LONGEST + 1);
      return read.length > LONGEST ? "" : new String(read, StandardCharsets.UTF_8);
    }
  }
}
