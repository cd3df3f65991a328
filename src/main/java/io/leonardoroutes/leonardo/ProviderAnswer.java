package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.impl.EnglishReasonPhraseCatalog;

/**
 * The body of one answer of the provider, read once and leniently.
 *
 * @param json without secrets; null if the body is not JSON, is deeper than 64 levels or longer
 *     than a million characters
 */
record ProviderAnswer(JsonNode json) {
  private static final int LONGEST = 1_000_000;
  private static final int LONGEST_ID = 200;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(64).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static ProviderAnswer of(String body) {
    JsonNode json = withSecrets(body);
    return new ProviderAnswer(json.isMissingNode() ? null : TextRedaction.withoutSecrets(json));
  }

  /** The same as it came, for who looks for the secrets; nothing of it may be kept. */
  static JsonNode withSecrets(String body) {
    if (body == null || body.length() > LONGEST) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(body.startsWith("\uFEFF") ? body.substring(1) : body);
    } catch (JsonProcessingException notJson) {
      return MissingNode.getInstance();
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

  VideoCost cost() {
    return VideoCost.read(generation());
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
            && text.codePoints().noneMatch(TextRedaction::isUnprintable);
    return usable ? text : null;
  }

  /**
   * The status that an answer means. A success that lists errors means what they do, and a 4xx does
   * not decline the request if an error in it says otherwise. If several do not agree it is 500, as
   * then nothing is certain.
   */
  int meaning(int status) {
    boolean success = isSuccess(status);
    if (!success
        && !ProviderError.declines(status)
        && !ProviderError.IN_CONFLICT_WITH_ANOTHER.contains(status)) {
      return status;
    }
    if (success && promises()) {
      return status;
    }
    return errors().stream()
        .map(error -> error.meaning(success ? null : Integer.valueOf(status)))
        .reduce(
            (a, b) ->
                a.equals(b) || (ProviderError.declines(a) && ProviderError.declines(b)) ? a : 500)
        .orElse(status);
  }

  static boolean isSuccess(int status) {
    return status >= 200 && status < 300;
  }

  /** Whether a part of what was asked for came beside the errors. */
  private boolean promises() {
    return hasAValue(root().path("data"));
  }

  private static boolean hasAValue(JsonNode node) {
    return node.isValueNode()
        ? !node.isNull()
        : StreamSupport.stream(node.spliterator(), false).anyMatch(ProviderAnswer::hasAValue);
  }

  /**
   * Whether a 4xx is the provider's own word, and not that of a proxy, gateway or firewall in its
   * place: it has the provider's shape, and says more than the status does. Nobody but the provider
   * finds fault with what is asked, and to nobody else is a key or a balance of concern.
   */
  boolean isTheProviders(int status, String body) {
    if (status == HttpStatus.SC_PROXY_AUTHENTICATION_REQUIRED) {
      return false;
    }
    if (status == 401 || status == 402) {
      return json != null || body == null || body.isBlank();
    }
    String said = reason();
    if (said == null) {
      return false;
    }
    String phrase = EnglishReasonPhraseCatalog.INSTANCE.getReason(status, null);
    boolean shaped = !root().path("message").isTextual() && !said.equalsIgnoreCase(phrase);
    return shaped || status == 400 || status == 422 || ErrorWords.nameAFault(said);
  }

  /** Whether it was declined for how much is asked at once, not for what is asked. */
  boolean saysTooMany() {
    return says(ErrorWords::tooMany);
  }

  /** Whether it begins with the words for a key that is wrong, malformed or revoked. */
  boolean saysTheKeyIsBad() {
    return says(ErrorWords::badKey);
  }

  /** Whether it begins with the words for a balance that is used up. */
  boolean saysTheBalanceIsUsedUp() {
    return says(ErrorWords::noBalance);
  }

  /** Whether it begins with the words for an account that may do nothing. */
  boolean saysTheAccountIsSuspended() {
    return says(ErrorWords::suspended);
  }

  /** Whether it begins with the words for the id of a picture that cannot be used. */
  boolean saysThePictureIsUnknown() {
    return says(ErrorWords::unknownPicture);
  }

  private boolean says(Predicate<String> what) {
    String said = reason();
    return said != null && what.test(said);
  }

  private List<ProviderError> errors() {
    return ProviderError.of(root());
  }

  /** The provider's own words, the most exact first; null if it gave none. */
  String reason() {
    Set<String> reasons = new LinkedHashSet<>();
    errors().forEach(error -> reasons.addAll(error.reasons()));
    return reasons.isEmpty() ? null : TextRedaction.line(String.join("; ", reasons));
  }

  /** {@code the provider answered 500 (Service Error)}, or what the answer came without. */
  String told(int status, String wanted) {
    String said = reason();
    String unsaid = json == null ? " with nothing that can be read" : " without " + wanted;
    return "the provider answered " + status + (said == null ? unsaid : " (" + said + ")");
  }
}
