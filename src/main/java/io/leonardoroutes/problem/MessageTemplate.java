package io.leonardoroutes.problem;

import io.leonardoroutes.json.RuleContext;
import java.lang.reflect.Array;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Fills in the templates {@code message} and {@code allowed} of a constraint annotation. Their
 * placeholders are {@code {model}}, {@code {name}} (of the field), {@code {value}} (as received),
 * every attribute of the annotation and every word of the {@link RuleContext}. The annotation's own
 * attribute {@code value} is {@code {choices}}.
 */
public final class MessageTemplate {
  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

  private MessageTemplate() {}

  /**
   * What a rule with these attributes allows; null if it has no {@code allowed}. Placeholders that
   * only a request can fill in stay in braces.
   */
  public static String allowed(Map<String, Object> attributes) {
    return allowed(attributes, words(attributes));
  }

  static String allowed(Map<String, Object> attributes, Map<String, String> words) {
    return attributes.get("allowed") instanceof String template && !template.isEmpty()
        ? fill(template, words)
        : null;
  }

  /** The values of the placeholders that come from the attributes of an annotation. */
  static Map<String, String> words(Map<String, Object> attributes) {
    Map<String, String> words = texts(attributes);
    words.put("choices", words.get("value"));
    return words;
  }

  static Map<String, String> texts(Map<String, ?> values) {
    Map<String, String> texts = new HashMap<>();
    values.forEach((name, value) -> texts.put(name, text(value)));
    return texts;
  }

  static String fill(String template, Map<String, String> words) {
    return PLACE
        .matcher(template)
        .replaceAll(
            place -> Matcher.quoteReplacement(words.getOrDefault(place.group(1), place.group())))
        .strip();
  }

  private static String text(Object value) {
    if (value instanceof Collection<?> several) {
      return several.stream().map(MessageTemplate::text).collect(Collectors.joining(", "));
    }
    if (value != null && value.getClass().isArray()) {
      // reflection, because a user's annotation may have an int[]
      return IntStream.range(0, Array.getLength(value))
          .mapToObj(i -> text(Array.get(value, i)))
          .collect(Collectors.joining(", "));
    }
    return String.valueOf(value);
  }
}
