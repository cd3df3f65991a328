package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What one {@code GET /v1/generations/{id}} shows. It is free and may be repeated at will.
 *
 * <p>Only {@link Complete} and {@link Failed} end a job. {@link Missing} does not: a paid
 * generation may be shown late, or something between here and the provider may have answered.
 */
public sealed interface GenerationStatus {

  /** The video is still being made; {@code status} is the provider's word, new words included. */
  record Pending(String status) implements GenerationStatus {
    public Pending {
      status = TextRedaction.line(status);
    }
  }

  /**
   * The video is there.
   *
   * @param videoId by which a request may use it; null if it is not shown
   * @param posterUrl null if there is no picture of it
   */
  record Complete(String videoUrl, String videoId, String posterUrl, JsonNode response)
      implements GenerationStatus {}

  /** The provider is done, but shows no video yet: it may do so a little later. */
  record Unshown(String reason, JsonNode response) implements GenerationStatus {
    public Unshown {
      reason = TextRedaction.line(reason);
    }
  }

  /** There will be no video, and what it cost stays paid. */
  record Failed(String reason, JsonNode response) implements GenerationStatus {
    public Failed {
      reason = TextRedaction.line(reason);
    }
  }

  /** The provider does not know the id. */
  record Missing(String reason) implements GenerationStatus {
    public Missing {
      reason = TextRedaction.line(reason);
    }
  }

  /**
   * The answer said nothing about the video: poll again.
   *
   * @param retryAfter what the provider asked for, at most an hour; null if it did not ask
   */
  record Unclear(String reason, Duration retryAfter) implements GenerationStatus {
    public Unclear {
      reason = TextRedaction.line(reason);
    }
  }

  /**
   * The provider had too many calls: poll again later, and slower, whichever job it is.
   *
   * @param retryAfter what the provider asked for, at most an hour; null if it did not ask
   */
  record Throttled(String reason, Duration retryAfter) implements GenerationStatus {
    public Throttled {
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
  static GenerationStatus read(int status, String retryAfter, String body, Instant now) {
    if (status == 404) {
      return new Missing("the provider answered 404: it does not know this generation");
    }
    ProviderAnswer answer = ProviderAnswer.of(body);
    if (status == 429) {
      return new Throttled(answer.told(status, "a generation"), RetryAfter.read(retryAfter, now));
    }
    JsonNode generation = answer.root().path("generations_by_pk");
    if (status < 200 || status > 299 || !(generation.isObject() || generation.isNull())) {
      return new Unclear(
          answer.told(status, "a generation") + ": what became of the video is not known",
          RetryAfter.read(retryAfter, now));
    }
    return generation.isNull()
        ? new Missing("the provider answered " + status + " with no generation of this id")
        : read(generation, answer.json());
  }

  /** Reads the exception of a poll without an answer. */
  static GenerationStatus failed(Throwable failure) {
    return new Unclear(
        TextRedaction.failure(failure) + ": what became of the video is not known", null);
  }

  /** A video that is shown is there, whatever the status says: its words grow. */
  private static GenerationStatus read(JsonNode generation, JsonNode response) {
    Complete shown = shown(generation, response);
    if (shown != null) {
      return shown;
    }
    String status = generation.path("status").asText("").strip().toUpperCase(Locale.ROOT);
    return switch (status) {
      case "COMPLETE" -> unshown(generation, response);
      case "FAILED" ->
          new Failed(
              "the provider answered FAILED for this generation, without a reason", response);
      default -> new Pending(status);
    };
  }

  private static Complete shown(JsonNode generation, JsonNode response) {
    JsonNode images = generation.path("generated_images");
    for (JsonNode image : images) {
      if (text(image, "motionMP4URL") != null) {
        return complete(text(image, "motionMP4URL"), image, response);
      }
    }
    return text(generation, "motionMP4URL") == null
        ? null
        : complete(text(generation, "motionMP4URL"), images.path(0), response);
  }

  private static Complete complete(String videoUrl, JsonNode image, JsonNode response) {
    return new Complete(
        videoUrl, ProviderAnswer.usableId(image.path("id")), text(image, "url"), response);
  }

  /** Without a verdict of its moderation beside it, an empty list may still be filled. */
  private static GenerationStatus unshown(JsonNode generation, JsonNode response) {
    Set<String> moderated = new LinkedHashSet<>();
    generation
        .path("prompt_moderations")
        .forEach(
            entry -> {
              JsonNode classes = entry.path("moderationClassification");
              (classes.isArray() ? classes : List.of(classes))
                  .forEach(one -> moderated.add(one.asText("")));
            });
    moderated.removeIf(String::isBlank);
    return generation.path("generated_images").isEmpty() && !moderated.isEmpty()
        ? new Failed(
            "the provider answered COMPLETE without a video: its moderation removed it ("
                + String.join(", ", moderated)
                + ")",
            response)
        : new Unshown("the provider answered COMPLETE without a video", response);
  }

  private static String text(JsonNode node, String field) {
    JsonNode text = node.path(field);
    return text.isTextual() && !text.asText().isBlank() ? text.asText().strip() : null;
  }

  /**
   * A generation's id as one segment of a path, whatever is in it.
   *
   * @throws IllegalArgumentException for what no encoding makes a segment of its own: nothing, `.`
   *     and `..`, which servers resolve even when they are encoded
   */
  static String pathSegment(String generationId) {
    if (generationId.isEmpty() || generationId.equals(".") || generationId.equals("..")) {
      throw new IllegalArgumentException(
          "the generation id '" + generationId + "' cannot stand in a path");
    }
    return URLEncoder.encode(generationId, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A");
  }
}
