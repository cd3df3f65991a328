package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.leonardo.Shown.Likeness;
import java.time.Duration;
import java.time.Instant;

/**
 * One create of ours that may be in the provider's list.
 *
 * @param job our own id
 * @param request what was sent
 * @param from when it was begun, by our clock
 * @param until when it was over, by our clock
 * @param settled false while it may still be answered, or be too fresh to be listed
 */
public record Attempt(
    String job, JsonNode request, Shown shown, Instant from, Instant until, boolean settled) {
  /** How far the provider's clock and ours may differ. */
  static final Duration SKEW = Duration.ofMinutes(5);

  /** How much too late our clock may have been without making a create pass for unpaid. */
  private static final Duration WRONG = Duration.ofDays(1);

  public Attempt(String job, JsonNode request, Instant from, Instant until, boolean settled) {
    this(job, request, Shown.ofRequest(request), from, until, settled);
  }

  /**
   * How likely the generation is what became of this create. A later one may be, however much: a
   * machine that slept wakes with the time of long ago.
   */
  Likeness to(Listed generation) {
    Instant at = generation.createdAt();
    if (at != null && at.isBefore(from.minus(WRONG))) {
      return Likeness.NO;
    }
    Likeness likeness = shown.to(generation.shown());
    if (at == null || isOfItsTime(at)) {
      boolean known = at != null && generation.id() != null;
      return likeness == Likeness.YES && !known ? Likeness.PERHAPS : likeness;
    }
    return likeness == Likeness.YES ? Likeness.PERHAPS : Likeness.NO;
  }

  private boolean isOfItsTime(Instant at) {
    return !at.isBefore(from.minus(SKEW)) && !at.isAfter(until.plus(SKEW));
  }
}
