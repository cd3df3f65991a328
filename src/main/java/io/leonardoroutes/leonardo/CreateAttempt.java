package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.leonardo.VideoFingerprint.Likeness;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * One create of ours that may be in the provider's list.
 *
 * @param job our own id
 * @param request what was sent
 */
public record CreateAttempt(
    String job, JsonNode request, VideoFingerprint shown, CallTime call, Stage stage) {
  /** How far the provider's clock and ours may differ. */
  static final Duration SKEW = Duration.ofMinutes(5);

  /** How late our clock may have been before a create could pass for unpaid. */
  private static final Duration WRONG = Duration.ofDays(1);

  /** What may still happen to it. */
  public enum Stage {
    /** It may be answered, and is another step's. */
    UNDER_WAY,
    /** In doubt, but the provider may still take it, or not list it yet. */
    FRESH,
    /** If it was made, it is listed. */
    LISTABLE
  }

  public CreateAttempt(String job, JsonNode request, CallTime call, Stage stage) {
    this(job, request, VideoFingerprint.ofRequest(request), call, stage);
  }

  /** Whether the list would show it, had it been made. */
  public boolean isListable() {
    return stage == Stage.LISTABLE;
  }

  String model() {
    return request.path("model").asText("");
  }

  /** Whether a list that hides one for its kind may hide the other too. */
  boolean isOfKindOf(CreateAttempt other) {
    return model().equals(other.model())
        && request.path("public").asBoolean() == other.request.path("public").asBoolean();
  }

  /** The traits for which a list might leave it out. */
  Set<String> traits() {
    return ListTraits.of(request);
  }

  /**
   * How likely the generation is what became of this create. A later one may be, however much: a
   * machine that slept wakes with the time of long ago.
   */
  Likeness to(ListedGeneration generation) {
    Instant at = generation.createdAt();
    if (at != null && at.isBefore(call.from().minus(WRONG))) {
      return Likeness.NO;
    }
    Likeness likeness = shown.to(generation.shown());
    if (at == null || isOfItsTime(at)) {
      boolean known = at != null && generation.id() != null;
      return likeness == Likeness.YES && !known ? Likeness.PERHAPS : likeness;
    }
    return likeness == Likeness.YES ? Likeness.PERHAPS : Likeness.NO;
  }

  /** Whether it is what was asked for; its time tells nothing if our clock was wrong then. */
  boolean mayOwn(ListedGeneration generation) {
    return to(generation) != Likeness.NO && shown.to(generation.shown()) == Likeness.YES;
  }

  /**
   * Whether the answer to {@code GET /v1/generations/{id}} shows the generation of this create.
   *
   * @param generationId the id that was asked for
   */
  public boolean shows(String generationId, int status, String body) {
    JsonNode shown = ProviderAnswer.of(body).root().path("generations_by_pk");
    ListedGeneration listed = ListedGeneration.read(shown);
    return ProviderAnswer.isSuccess(status)
        && generationId.equalsIgnoreCase(listed.id())
        && to(listed) == Likeness.YES;
  }

  private boolean isOfItsTime(Instant at) {
    return !at.isBefore(call.from().minus(SKEW)) && !at.isAfter(call.until().plus(SKEW));
  }
}
