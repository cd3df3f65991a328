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
public sealed interface Listing {

  /** A page; without generations it is behind the end of the list. */
  record Page(List<Listed> generations) implements Listing {
    public Page {
      generations = List.copyOf(generations);
    }
  }

  /**
   * The answer shows no list: ask again.
   *
   * @param retryAfter what the provider asked for, at most an hour; null if it did not ask
   */
  record Unclear(String reason, Duration retryAfter) implements Listing {
    public Unclear {
      reason = Wording.line(reason);
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
  static Listing read(int status, String retryAfter, String body, Instant now) {
    Answer answer = Answer.of(body);
    JsonNode generations = answer.root().path("generations");
    List<Listed> page = new ArrayList<>();
    boolean sensible = status >= 200 && status < 300 && generations.isArray();
    for (JsonNode generation : generations) {
      sensible &= generation.isObject();
      page.add(Listed.read(generation));
    }
    return sensible
        ? new Page(page)
        : new Unclear(answer.told(status, "a list"), RetryAfter.read(retryAfter, now));
  }

  /** Reads the exception of a call that brought no answer. */
  static Listing failed(Throwable failure) {
    return new Unclear(Wording.failure(failure), null);
  }
}
