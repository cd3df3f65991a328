package io.leonardoroutes.steer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.problem.RequestRejected;
import java.util.Iterator;
import java.util.Set;

/** The body of an operator's call: a JSON object with a reason, if any, and sometimes a value. */
record SteerBody(JsonNode json) {
  static final int LONGEST_REASON = 200;
  private static final ObjectMapper JSON = StrictJson.mapper();

  /**
   * Reads a body strictly.
   *
   * @param keys that it may have
   * @throws RequestRejected 400 if it is not JSON, 422 if it has other keys, or a reason that is no
   *     short text
   */
  static SteerBody read(String text, Set<String> keys) {
    JsonNode json = json(text);
    boolean known = json.isObject();
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      known &= keys.contains(names.next());
    }
    if (!known) {
      throw unusable("it is a JSON object, and has no other keys than " + String.join(", ", keys));
    }
    JsonNode reason = json.path("reason");
    if (!reason.isMissingNode() && !isShortText(reason)) {
      throw unusable(
          "reason is a text of 1 to " + LONGEST_REASON + " characters without line breaks");
    }
    return new SteerBody(json);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw RequestRejected.of(e).orElseThrow(() -> new IllegalStateException(e));
    }
  }

  private static boolean isShortText(JsonNode reason) {
    return reason.isTextual()
        && !reason.textValue().isBlank()
        && reason.textValue().length() <= LONGEST_REASON
        && reason.textValue().codePoints().noneMatch(Character::isISOControl);
  }

  static RequestRejected unusable(String detail) {
    return new RequestRejected(422, "bad-body", "The body cannot be used", detail);
  }

  /** Why the operator does it, or null. */
  String reason() {
    return json.path("reason").textValue();
  }
}
