package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;

/**
 * What some requests have and others have not. A list might leave out all generations that have
 * such a trait, so it is believed of one only after it has shown another that has it as well.
 */
final class ListTraits {
  /** That of a generation which is neither finished nor failed. */
  static final String BEING_MADE = "being made";

  /** The bounds that databases and forms are known to set to a text. */
  private static final int[] LENGTHS = {255, 1000};

  private ListTraits() {}

  /** Those of a request, each as it stands behind the word "with". */
  static Set<String> of(JsonNode request) {
    Set<String> traits = new TreeSet<>();
    JsonNode parameters = request.path("parameters");
    addText(traits, parameters.path("prompt").asText(""));
    if (parameters.has("width") && parameters.has("height")) {
      traits.add(
          "size %s x %s"
              .formatted(parameters.path("width").asText(), parameters.path("height").asText()));
    }
    parameters.fieldNames().forEachRemaining(name -> traits.add("`" + name + "`"));
    parameters
        .path("guidances")
        .fieldNames()
        .forEachRemaining(name -> traits.add("`" + name + "`"));
    return traits;
  }

  private static void addText(Set<String> traits, String prompt) {
    if (prompt.chars().anyMatch(c -> c > 0x7f)) {
      traits.add("a prompt beyond ASCII");
    }
    if (prompt.codePoints().anyMatch(c -> c > 0xffff)) {
      traits.add("emoji in its prompt");
    }
    if (prompt.chars().anyMatch(c -> "<>&".indexOf(c) >= 0)) {
      traits.add("markup in its prompt");
    }
    if (prompt.chars().anyMatch(Character::isISOControl)) {
      traits.add("line breaks in its prompt");
    }
    for (int length : LENGTHS) {
      if (prompt.length() > length) {
        traits.add("a prompt of more than %s characters".formatted(length));
      }
    }
  }
}
