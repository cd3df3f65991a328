package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * The outcome of one {@code POST /v2/generations}, the call that costs money.
 *
 * <p>The create has no idempotency key, so only {@link NotSent} and {@link Throttled} may ever be
 * sent again. {@link Unknown} may have been billed: if you repeat it, you may pay twice.
 */
public sealed interface Submission {
  int UNAUTHORIZED = 401;
  int PAYMENT_REQUIRED = 402;

  /** What is answered by whoever stands before the provider: timeouts, and no or a bad answer. */
  Set<Integer> OF_GATEWAYS = Set.of(408, 499, 502, 503, 504);

  /** The provider makes the video; {@code cost} is null if the answer does not say. */
  record Created(String generationId, VideoCost cost, JsonNode response) implements Submission {}

  /**
   * The provider read the request and will not make it; nothing was billed.
   *
   * @param status of the HTTP answer: 4xx, or 200 for the error list that comes with it
   * @param reason the provider's own words, on one line, without secrets
   * @param response null if the body was not JSON
   */
  record Declined(int status, String reason, JsonNode response) implements Submission {
    public Declined {
      reason = TextRedaction.line(reason);
    }

    /** Whether the key was declined, and with it every request that it brings. */
    public boolean isOfTheKey() {
      return answer().meaning(status) == UNAUTHORIZED || answer().saysTheKeyIsBad();
    }

    /**
     * Whether the account cannot pay, whatever is asked. {@code not enough api tokens} was seen;
     * that a 402 says the same is a guess.
     */
    public boolean isOfTheBalance() {
      return answer().meaning(status) == PAYMENT_REQUIRED || answer().saysTheBalanceIsUsedUp();
    }

    /** Whether the account may do nothing, whatever is asked and paid. */
    public boolean isOfTheAccess() {
      return answer().saysTheAccountIsSuspended();
    }

    /** Whether a picture was declined, by its id. */
    public boolean isOfThePicture() {
      return answer().saysThePictureIsUnknown();
    }

    private ProviderAnswer answer() {
      return new ProviderAnswer(response);
    }
  }

  /**
   * The request never reached the provider: nothing was billed, and sending it again is safe.
   *
   * @param status of what a proxy, gateway or firewall answered in the provider's place; 0 if
   *     nothing answered
   * @param retryAfter what that asked for, at most an hour; null if it did not ask
   */
  record NotSent(String reason, int status, Duration retryAfter) implements Submission {
    public NotSent {
      reason = TextRedaction.line(reason);
    }
  }

  /**
   * The provider throttles us, whatever the request: nothing was billed, and sending it again later
   * is safe. At once, it would be throttled again.
   *
   * @param retryAfter what the provider asked for, at most an hour; null if it did not ask
   */
  record Throttled(String reason, Duration retryAfter) implements Submission {
    public Throttled {
      reason = TextRedaction.line(reason);
    }
  }

  /**
   * The video may or may not have been made and billed. Never repeat it without asking the
   * provider's own list.
   *
   * @param status of the HTTP answer, 0 if there was none
   * @param body the beginning of the answer, on one line, without secrets; empty if there was none
   * @param named ids in the answer that may be the generation's own, to be asked for
   */
  record Unknown(String reason, int status, String body, List<String> named) implements Submission {
    public Unknown {
      reason = TextRedaction.line(reason);
      body = TextRedaction.excerpt(body);
      named = List.copyOf(named);
    }

    public Unknown(String reason, int status, String body) {
      this(reason, status, body, NamedGenerations.in(body));
    }

    /**
     * Whether the provider itself ended the call. What a gateway says when it waits no longer, or a
     * connection that breaks, leaves the provider at work.
     */
    public boolean isTheProvidersOwn() {
      return status != 0 && !OF_GATEWAYS.contains(status) && status < 520;
    }

    /** Whether a malformed or revoked key is answered so too; a passing fault is as well. */
    public boolean isOfTheKey() {
      return ProviderAnswer.of(body).saysTheKeyIsBad();
    }
  }

  /**
   * Reads an answer that arrived whole.
   *
   * @param retryAfter the header's value, seconds or an HTTP date; null if absent
   * @param body null reads as empty
   * @param now what an HTTP date in {@code retryAfter} is measured from
   */
  static Submission read(int status, String retryAfter, String body, Instant now) {
    ProviderAnswer answer = ProviderAnswer.of(body);
    if (ProviderAnswer.isSuccess(status) && answer.generationId() != null) {
      return new Created(answer.generationId(), answer.cost(), answer.json());
    }
    int meaning = answer.meaning(status);
    if (answer.namesAGeneration()) {
      return unknown(status, body, answer);
    }
    if (meaning == 429 || (ProviderError.declines(meaning) && answer.saysTooMany())) {
      return new Throttled(
          answer.told(status, "a generation id") + ": it took nothing, send it again later",
          RetryAfter.read(retryAfter, now));
    }
    if (!ProviderError.declines(meaning)) {
      return unknown(status, body, answer);
    }
    if (ProviderAnswer.isSuccess(status) || answer.isTheProviders(status, body)) {
      String said = answer.reason();
      return new Declined(
          status, said == null ? "HTTP " + status + ", no reason given" : said, answer.json());
    }
    return answer.json() == null && body != null && ErrorWords.pageLeavesItOpen(body)
        ? unknown(status, body, answer)
        : new NotSent(
            inBetween(status, body) + ": nothing reached the provider, it is safe to send again",
            status,
            RetryAfter.read(retryAfter, now));
  }

  private static String inBetween(int status, String body) {
    String page = body == null ? "" : TextRedaction.line(ErrorWords.visible(body));
    return "something in between answered %s%s"
        .formatted(
            status,
            page.isEmpty() ? "" : " (" + page.substring(0, Math.min(100, page.length())) + ")");
  }

  /** There is no answer, for a reason on our side. */
  static Unknown unanswered(String reason) {
    return new Unknown(reason, 0, "");
  }

  private static Unknown unknown(int status, String body, ProviderAnswer answer) {
    return new Unknown(
        answer.told(status, "a generation id")
            + ": whether it made and billed a video is not known",
        status,
        body);
  }

  /**
   * Reads the exception of a call that brought no answer.
   *
   * <p>Holds only for a client that follows no redirect and repeats nothing by itself: otherwise
   * the exception may belong to a second attempt, and the first one may have been billed.
   */
  static Submission failed(Throwable failure) {
    return NotSentCheck.isCertain(failure)
        ? new NotSent(
            TextRedaction.failure(failure) + ": nothing left, it is safe to send again", 0, null)
        : new Unknown(
            TextRedaction.failure(failure)
                + ": whether the provider made and billed a video is not known",
            0,
            "");
  }
}
