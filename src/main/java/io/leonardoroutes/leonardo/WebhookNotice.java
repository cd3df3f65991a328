package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the provider's webhook says. Its body holds the API key and the callback key in clear, so
 * nothing of it is ever kept but the generation's id, and the words for why there is no video.
 */
public final class WebhookNotice {
  private static final int MOST = 20;

  /** A shorter value beside the keys could be a word that stands in reasons by itself. */
  private static final int SHORTEST_SECRET = 8;

  /** What is no word for a person: ids, keys, addresses, times. */
  private static final Pattern NO_WORDS =
      Pattern.compile(
          "(?i).*(id|ids|key|url|uri|token|secret|password|authorization|at|time|timestamp)");

  private static final Pattern WORD = Pattern.compile("(?s).*\\p{L}{2}.*");

  private WebhookNotice() {}

  /** The generation that it is about; empty for a body that makes no sense. */
  public static Optional<String> generationId(String body) {
    JsonNode id = ProviderAnswer.of(body).root().at("/data/object/id");
    return Optional.ofNullable(ProviderAnswer.usableId(id));
  }

  /**
   * Why there is no video, from {@code generation_notes} and {@code failureReason}: one bounded
   * line without secrets; empty if it does not say.
   */
  public static Optional<String> reason(String body) {
    JsonNode object = ProviderAnswer.of(body).root().at("/data/object");
    Set<String> secrets = new LinkedHashSet<>();
    texts(ProviderAnswer.withSecrets(body).at("/data/object/apiKey"), secrets);
    secrets.removeIf(secret -> secret.length() < SHORTEST_SECRET);
    Set<String> words = new LinkedHashSet<>();
    for (String name : new String[] {"generation_notes", "failureReason", "failure_reason"}) {
      collect(object.path(name), words);
    }
    words.removeIf(text -> secrets.stream().anyMatch(text::contains));
    return words.isEmpty()
        ? Optional.empty()
        : Optional.of(TextRedaction.line(String.join("; ", words)));
  }

  private static void texts(JsonNode node, Set<String> texts) {
    if (node.isValueNode() && !node.isNull()) {
      texts.add(node.asText());
    }
    node.forEach(one -> texts(one, texts));
  }

  private static void collect(JsonNode node, Set<String> words) {
    if (node.isTextual() && WORD.matcher(node.asText()).matches() && words.size() < MOST) {
      words.add(node.asText().strip());
    } else if (node.isArray()) {
      node.forEach(one -> collect(one, words));
    } else if (node.isObject()) {
      node.properties().stream()
          .filter(field -> !NO_WORDS.matcher(field.getKey()).matches())
          .forEach(field -> collect(field.getValue(), words));
    }
  }
}
