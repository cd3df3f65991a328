package io.leonardoroutes.json;

import com.fasterxml.jackson.databind.JsonNode;

/** Makes text from outside safe to show in a message: shortened, and without control characters. */
public final class SafeText {
  /** The most code points of a request that a message repeats. */
  private static final int LONGEST = 60;

  private SafeText() {}

  /** A JSON value as messages show it: strings in quotes, all else as it is. */
  public static String value(JsonNode node) {
    if (node.isTextual()) {
      return '"' + plain(node.textValue()) + '"';
    }
    return node.isObject() ? "an object" : node.isArray() ? "an array" : plain(node.asText());
  }

  public static String plain(String text) {
    return plain(text, LONGEST);
  }

  public static String plain(String text, int longest) {
    StringBuilder shown = new StringBuilder();
    text.codePoints().limit(longest).forEach(point -> append(shown, point));
    boolean cut = text.length() > longest && text.codePointCount(0, text.length()) > longest;
    return cut ? shown.append('…').toString() : shown.toString();
  }

  private static void append(StringBuilder shown, int point) {
    switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          shown.append(String.format("\\u%04x", point));
      default -> shown.appendCodePoint(point);
    }
  }
}
