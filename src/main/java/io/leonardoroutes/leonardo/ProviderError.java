package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One error of an answer: {@code {"message", "extensions": {"statusCode", "code", "details"}}}, or
 * a plain text.
 */
record ProviderError(JsonNode json) {
  /** A request that the server's side gave up on may be at work all the same. */
  private static final Set<Integer> LEAVE_IT_OPEN = Set.of(408, 460, 499);

  /** The other request may be the same one, if something in between sent it twice. */
  static final Set<Integer> IN_CONFLICT_WITH_ANOTHER = Set.of(409, 423, 424);

  private static final int UNSURE = 500;

  /** Those of an answer, whichever of their shapes it has. */
  static List<ProviderError> of(JsonNode root) {
    JsonNode listed = root.isArray() ? root : root.path("errors");
    List<ProviderError> errors = new ArrayList<>();
    if (listed.isArray()) {
      listed.forEach(error -> errors.add(new ProviderError(error)));
    } else if (listed.isObject() || listed.isTextual()) {
      errors.add(new ProviderError(listed));
    } else if (root.path("error").isTextual() || root.path("error").isObject()) {
      errors.add(new ProviderError(root.get("error")));
    } else if (root.path("message").isTextual()) {
      errors.add(new ProviderError(root));
    }
    return errors;
  }

  /** Whether it is an error; anything may stand among them. */
  private boolean isOne() {
    return json.isTextual()
        || json.path("message").isTextual()
        || json.path("extensions").isObject();
  }

  /**
   * The status that it means: the one that it says, or 400 if its words name what is wrong. In all
   * else 500, for then nothing is certain.
   *
   * @param http what the answer that brought it says; null if that is a success
   */
  int meaning(Integer http) {
    if ((http == null && !isOne()) || texts().stream().anyMatch(ErrorWords::leaveItOpen)) {
      return UNSURE;
    }
    JsonNode code = json.at("/extensions/statusCode");
    if (!code.isMissingNode() && !code.isNull()) {
      int said = code.isNumber() && !code.canConvertToInt() ? UNSURE : code.asInt(UNSURE);
      return declines(said) && reasons().isEmpty() ? UNSURE : said;
    }
    if (http != null && declines(http)) {
      return http;
    }
    boolean named =
        ErrorWords.isOfValidation(json.at("/extensions/code").asText(""))
            || reasons().stream().anyMatch(ErrorWords::nameAFault);
    return named && !reasons().isEmpty() ? 400 : UNSURE;
  }

  /** Whether a status is a definite no: 408, 409 and 429 do not answer whether it is made. */
  static boolean declines(int status) {
    return status >= 400
        && status < 500
        && status != 429
        && !LEAVE_IT_OPEN.contains(status)
        && !IN_CONFLICT_WITH_ANOTHER.contains(status);
  }

  private Set<String> texts() {
    Set<String> texts = new LinkedHashSet<>(reasons());
    add(texts, json.path("message"));
    return texts;
  }

  /** Its own words, the most exact first. */
  Set<String> reasons() {
    Set<String> reasons = new LinkedHashSet<>();
    JsonNode details = json.at("/extensions/details");
    JsonNode exact = details.isArray() ? details : details.path("errors");
    exact.forEach(error -> add(reasons, error));
    for (JsonNode next : List.of(details, json)) {
      if (reasons.isEmpty()) {
        add(reasons, next);
      }
    }
    return reasons;
  }

  private static void add(Set<String> reasons, JsonNode error) {
    JsonNode text = error.isTextual() ? error : error.path("message");
    if (text.isTextual() && !text.asText().isBlank()) {
      reasons.add(text.asText().strip());
    }
  }
}
