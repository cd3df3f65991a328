package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.regex.Pattern;

/**
 * Makes foreign text fit for a log, a ledger and an event: one line, bounded, without secrets.
 *
 * <p>The provider's API key and its user ids are UUIDs, so every UUID in a text is masked, but for
 * the generation's id in the body of a doubtful answer: a person needs it to end the doubt.
 */
final class TextRedaction {
  private static final int LINE = 500;
  private static final int EXCERPT = 2_000;
  private static final int READ = 20_000;
  private static final String MASK = "***";

  private static final Pattern BEARER = Pattern.compile("(?i)\\b(bearer)\\s+[^\\s\"',;]+");
  private static final Pattern LABELLED =
      Pattern.compile(
          "(?i)\\b(\\w*api[-_ ]?key|key|token|secret|password|authorization|user[-_ ]?id)"
              + "(\"?\\s{0,9}[:=]\\s{0,9}\"?)(?!bearer|\\*)[^\\s\"',;&{}\\[\\]]+");
  private static final Pattern UUID =
      Pattern.compile(
          "(?i)(?<!generationId\"?\\s{0,3}:\\s{0,3}\"?)"
              + "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final Pattern SECRET_NAME =
      Pattern.compile("(?i)(.*api_?key|key|.*secret|.*password|token|authorization)");

  private static final Pattern MESSAGE_NAME =
      Pattern.compile("(?i)message|errors?|reason|details?");

  /** One line of at most 500 characters; null reads as empty. */
  static String line(String text) {
    return clean(text, LINE);
  }

  /** One line of at most 2000 characters; null reads as empty. */
  static String excerpt(String text) {
    return clean(text, EXCERPT);
  }

  /** {@code the call failed (ConnectException: Connection refused)}. */
  static String failure(Throwable failure) {
    Throwable told = NotSentCheck.decisive(failure);
    String message = told.getMessage() == null ? "" : ": " + told.getMessage();
    return "the call failed (" + line(told.getClass().getSimpleName() + message) + ")";
  }

  /** The same document, changed in place: what is named a secret, and secrets inside messages. */
  static JsonNode withoutSecrets(JsonNode json) {
    return withoutSecrets("", json);
  }

  private static JsonNode withoutSecrets(String name, JsonNode json) {
    if (json instanceof ObjectNode object) {
      object.properties().forEach(f -> f.setValue(withoutSecrets(f.getKey(), f.getValue())));
    } else if (json instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, withoutSecrets(name, array.get(i)));
      }
    } else if (json.isTextual() && SECRET_NAME.matcher(name).matches()) {
      return TextNode.valueOf(MASK);
    } else if (json.isTextual() && MESSAGE_NAME.matcher(name).matches()) {
      return TextNode.valueOf(masked(json.textValue()));
    }
    return json;
  }

  /** Control, format and line separating characters, and halves of a surrogate pair. */
  static boolean isUnprintable(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static String clean(String text, int longest) {
    if (text == null) {
      return "";
    }
    String read = masked(text.length() > READ ? text.substring(0, READ) : text);
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < read.length(); i += Character.charCount(read.codePointAt(i))) {
      if (line.length() > longest - 10) {
        return line.append("...").toString();
      }
      append(line, read.codePointAt(i));
    }
    return line.toString();
  }

  private static void append(StringBuilder line, int character) {
    if (isUnprintable(character)) {
      line.append(String.format("\\u%04x", character));
    } else {
      line.appendCodePoint(character);
    }
  }

  private static String masked(String text) {
    String masked = BEARER.matcher(text).replaceAll("$1 " + MASK);
    masked = LABELLED.matcher(masked).replaceAll("$1$2" + MASK);
    return UUID.matcher(masked).replaceAll(MASK);
  }

  private TextRedaction() {}
}
