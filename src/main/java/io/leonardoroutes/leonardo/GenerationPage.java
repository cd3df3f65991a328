package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What one {@code GET /v1/generations/user/{userId}?offset=&limit=} shows: a page of the account's
 * generations, in an order that nobody documents. It is free.
 */
public sealed interface GenerationPage {

  /** A page; without generations it is behind the end of the list. */
  record Page(List<ListedGeneration> generations) implements GenerationPage {
    public Page {
      generations = List.copyOf(generations);
    }
  }

  /**
   * The answer shows no list: ask again.
   *
   * @param retryAfter what the provider asked for, at most an hour; null if it did not ask
   */
  record Unclear(String reason, Duration retryAfter) implements GenerationPage {
    public Unclear {
      reason = TextRedaction.line(reason);
    }
  }

  /**
   * Reads an answer that arrived whole. One entry that makes no sense spoils the page: it may stand
   * for a generation that was paid.
   *
   * @param retryAfter the header's value, seconds or an HTTP date; null if absent
   * @param body null reads as empty
   * @param now what an HTTP date in {@code retryAfter} is measured from
   */
  static GenerationPage read(int status, String retryAfter, String body, Instant now) {
    ProviderAnswer answer = ProviderAnswer.of(body);
    JsonNode generations = answer.root().path("generations");
    List<ListedGeneration> page = new ArrayList<>();
    boolean sensible = status >= 200 && status < 300 && generations.isArray();
    for (JsonNode generation : generations) {
      sensible &= generation.isObject();
      page.add(ListedGeneration.read(generation));
    }
    return sensible
        ? new Page(page)
        : new Unclear(answer.told(status, "a list"), RetryAfter.read(retryAfter, now));
  }

  /** Reads the exception of a call that brought no answer. */
  static GenerationPage failed(Throwable failure) {
    return new Unclear(TextRedaction.failure(failure), null);
  }
}
