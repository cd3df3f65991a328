package io.leonardoroutes.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Set;

/**
 * The kind of a job, by which price and duration are learned: its model and all parameters except
 * those that say what the video shows.
 */
public final class PricingKey {
  private static final Set<String> WHAT_IT_SHOWS =
      Set.of("prompt", "id", "public", "file", "url", "sha256");

  private PricingKey() {}

  /** The kind of a request, as a text that is the same for all of one kind. */
  public static String of(JsonNode request) {
    JsonNode kind = request.deepCopy();
    strip(kind);
    return kind.toString();
  }

  private static void strip(JsonNode node) {
    if (node instanceof ObjectNode object) {
      if (object.has("file") || object.has("url")) {
        object.put("type", "UPLOADED"); // as what is sent has it
      }
      object.remove(WHAT_IT_SHOWS);
      if (object.remove(VideoOfJob.JOB) != null) {
        // It costs what it will cost with the video in its place.
        object.put("type", "GENERATED");
      }
    }
    for (Iterator<JsonNode> inside = node.elements(); inside.hasNext(); ) {
      strip(inside.next());
    }
  }
}
