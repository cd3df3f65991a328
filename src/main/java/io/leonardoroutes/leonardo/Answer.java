package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * The body of one answer of the provider, read once and leniently.
 *
 * @param json without secrets; null if the body is not JSON, is deeper than 64 levels or longer
 *     than a million characters
 */
record Answer(JsonNode json) {
  private static final int LONGEST = 1_000_000;
  private static final int LONGEST_ID = 200;

  /** It may quote the prompt, and that may say anything. */
  private static final Pattern ABOUT_THE_PROMPT = Pattern.compile("(?i)prompt|moderation");

  private static final Pattern TOO_MANY =
      Pattern.compile(
          "(?i)too many (requests|(pending|concurrent|queued|active|running) \\w+|jobs|generations)"
              + "|rate limit|queue (is |size )?(full|exceeded)|queue limit|concurrency limit"
              + "|(pending|concurrent|queued) (jobs?|generations?|requests?) (limit|exceeded)"
              + "|maximum (number of )?(pending|concurrent|queued)");

  /** What the provider says with a 5xx: it is no refusal where it comes without a status either. */
  private static final Pattern GENERAL =
      Pattern.compile(
          "(?i)internal (server )?error|service error|timed out|http exception"
              + "|invalid response from authorization hook");

  /** The words of the documentation. */
  private static final Pattern BAD_KEY =
      Pattern.compile(
          "(?i)(authentication hook unauthorized this request"
              + "|invalid response from authorization hook)\\b");

  /** As it was seen, with the user's id behind it. */
  private static final Pattern NO_BALANCE = Pattern.compile("(?i)not enough api tokens\\b");

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(64).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static Answer of(String body) {
    if (body == null || body.length() > LONGEST) {
      return new Answer(null);
    }
    try {
      JsonNode json = JSON.readTree(body.startsWith("\uFEFF") ? body.substring(1) : body);
      return new Answer(json.isMissingNode() ? null : Wording.withoutSecrets(json));
    } catch (JsonProcessingException notJson) {
      return new Answer(null);
    }
  }

  /** What the body says, or a node that has nothing in it. */
  JsonNode root() {
    return json == null ? MissingNode.getInstance() : json;
  }

  /** The id in the wrapped shape or in the flat one; null if there is none that could be used. */
  String generationId() {
    return usableId(generation().path("generationId"));
  }

  /** Whether a generation is named, wherever: then nothing that the answer says is a sure no. */
  boolean namesAGeneration() {
    return root().findValues("generationId").stream().anyMatch(id -> usableId(id) != null);
  }

  Cost cost() {
    return Cost.read(generation());
  }

  private JsonNode generation() {
    JsonNode wrapped = root().path("generate");
    return usableId(wrapped.path("generationId")) == null ? root() : wrapped;
  }

  static String usableId(JsonNode id) {
    if (!id.isTextual() && !id.isIntegralNumber()) {
      return null;
    }
    String text = id.asText();
    boolean usable =
        !text.isBlank()
            && text.length() <= LONGEST_ID
            && !text.matches("\\.{1,2}")
            && text.codePoints().noneMatch(Wording::isUnprintable);
    return usable ? text : null;
  }

  /** Whether this is one of the error lists that the provider sends with status 200. */
  boolean isErrorList() {
    JsonNode errors = errors();
    return errors.isArray()
        && !errors.isEmpty()
        && StreamSupport.stream(errors.spliterator(), false)
            .allMatch(e -> e.path("message").isTextual() || e.path("extensions").isObject());
  }

  /** The status that an answer means: that of the error list which comes with a success. */
  int meaning(int status) {
    return isSuccess(status) && isErrorList() ? listedStatus() : status;
  }

  static boolean isSuccess(int status) {
    return status >= 200 && status < 300;
  }

  /**
   * The status that an error list means: the one inside; 400 if there is none, unless its words are
   * those of a failure. If several do not agree on a refusal it is 500, for then nothing is
   * certain.
   */
  int listedStatus() {
    return StreamSupport.stream(errors().spliterator(), false)
        .map(Answer::listedStatus)
        .reduce((a, b) -> a.equals(b) || bothRefuse(a, b) ? a : 500)
        .orElse(500);
  }

  private static int listedStatus(JsonNode error) {
    JsonNode code = error.at("/extensions/statusCode");
    if (code.isMissingNode() || code.isNull()) {
      return GENERAL.matcher(error.path("message").asText("")).find() ? 500 : 400;
    }
    return code.isNumber() && !code.canConvertToInt() ? 500 : code.asInt(500);
  }

  private static boolean bothRefuse(int a, int b) {
    return refuses(a) && refuses(b);
  }

  /** Whether a status is a definite no: 408 and 429 answer the question when, not whether. */
  static boolean refuses(int status) {
    return status >= 400 && status < 500 && status != 408 && status != 429;
  }

  /**
   * Whether a refusal is about how much is asked at once and not about what is asked. Its words are
   * not documented: a guess, narrow because what it takes in is sent again.
   */
  boolean saysTooMany() {
    String said = reason();
    return said != null && !ABOUT_THE_PROMPT.matcher(said).find() && TOO_MANY.matcher(said).find();
  }

  /** Whether it begins with the words for a key that is wrong, malformed or revoked. */
  boolean saysTheKeyIsBad() {
    return begins(BAD_KEY);
  }

  /** Whether it begins with the words for a balance that is used up. */
  boolean saysTheBalanceIsUsedUp() {
    return begins(NO_BALANCE);
  }

  private boolean begins(Pattern words) {
    String said = reason();
    return said != null
        && !ABOUT_THE_PROMPT.matcher(said).find()
        && words.matcher(said).lookingAt();
  }

  private JsonNode errors() {
    return root().isArray() ? root() : root().path("errors");
  }

  /** The provider's own words, the most exact first; null if it gave none. */
  String reason() {
    Set<String> reasons = new LinkedHashSet<>();
    errors().forEach(error -> reasons.addAll(reasonsOf(error)));
    if (reasons.isEmpty()) {
      add(reasons, root().path("error"));
    }
    if (reasons.isEmpty()) {
      add(reasons, root().path("message"));
    }
    return reasons.isEmpty() ? null : Wording.line(String.join("; ", reasons));
  }

  /** {@code the provider answered 500 (Service Error)}, or what the answer came without. */
  String told(int status, String wanted) {
    String said = reason();
    String unsaid = json == null ? " with nothing that can be read" : " without " + wanted;
    return "the provider answered " + status + (said == null ? unsaid : " (" + said + ")");
  }

  private static Set<String> reasonsOf(JsonNode error) {
    Set<String> reasons = new LinkedHashSet<>();
    JsonNode details = error.at("/extensions/details");
    details.path("errors").forEach(e -> add(reasons, e.path("message")));
    if (reasons.isEmpty()) {
      add(reasons, details.path("message"));
    }
    if (reasons.isEmpty()) {
      add(reasons, error.path("message"));
    }
    return reasons;
  }

  private static void add(Set<String> reasons, JsonNode text) {
    if (text.isTextual() && !text.asText().isBlank()) {
      reasons.add(text.asText().strip());
    }
  }
}
