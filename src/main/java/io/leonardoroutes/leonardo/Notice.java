package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * What the provider's webhook says. Its body holds the API key and the callback key in clear, so
 * nothing of it but the generation's id is ever kept.
 */
public final class Notice {
  private Notice() {}

  /** The generation that it is about; empty for a body that makes no sense. */
  public static Optional<String> generationId(String body) {
    JsonNode id = Answer.of(body).root().at("/data/object/id");
    return Optional.ofNullable(Answer.usableId(id));
  }
}
