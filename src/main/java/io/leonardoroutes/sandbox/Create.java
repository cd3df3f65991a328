package io.leonardoroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * A create that the sandbox accepted: the real provider would have billed it, whether or not the
 * answer arrived.
 *
 * @param generationId the id of its job
 * @param at when it was accepted, by the sandbox's clock
 * @param body the request as received, JSON text
 */
public record Create(String generationId, Instant at, String body) {

  /** The request as a tree, parsed again at each call. */
  public JsonNode json() {
    return SandboxAnswer.parse(body);
  }
}
