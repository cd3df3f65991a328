package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;

/** What one {@code GET /v1/me} shows of the account behind the key. It is free. */
public sealed interface AccountStatus {

  /**
   * The account is known.
   *
   * @param userId opaque; its list of generations is asked for under it
   * @param concurrencySlots how many generations may run at once; null if not shown
   */
  record Known(String userId, Integer concurrencySlots) implements AccountStatus {}

  /**
   * The answer said nothing about the account: ask again.
   *
   * @param retryAfter what the provider asked for, at most an hour; null if it did not ask
   */
  record Unclear(String reason, Duration retryAfter) implements AccountStatus {
    public Unclear {
      reason = TextRedaction.line(reason);
    }
  }

  /**
   * Reads an answer that arrived whole.
   *
   * @param retryAfter the header's value, seconds or an HTTP date; null if absent
   * @param body null reads as empty
   * @param now what an HTTP date in {@code retryAfter} is measured from
   */
  static AccountStatus read(int status, String retryAfter, String body, Instant now) {
    ProviderAnswer answer = ProviderAnswer.of(body);
    JsonNode details = answer.root().at("/user_details/0");
    String userId = ProviderAnswer.usableId(details.at("/user/id"));
    if (status < 200 || status > 299 || userId == null) {
      return new Unclear(answer.told(status, "a user id"), RetryAfter.read(retryAfter, now));
    }
    JsonNode slots = details.path("apiConcurrencySlots");
    boolean shown = slots.canConvertToInt() && slots.intValue() > 0;
    return new Known(userId, shown ? slots.intValue() : null);
  }

  /** Reads the exception of a call that brought no answer. */
  static AccountStatus failed(Throwable failure) {
    return new Unclear(TextRedaction.failure(failure), null);
  }
}
