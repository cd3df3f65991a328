package io.leonardoroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * A create that was accepted, so one that would have been billed, whether or not its answer
 * arrived.
 *
 * @param generationId the id of the job that it became
 * @param at when it was accepted, by the sandbox's clock
 * @param body the request as it came, JSON text
 */
public record Create(String generationId, Instant at, String body) {

  /** The request as a tree, read anew at each call. */
  public JsonNode json() {
    return SandboxAnswer.parse(body);
  }
}
