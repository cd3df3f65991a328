package io.leonardoroutes.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads JSON into records, exactly typed: {@code "5"} is not 5, {@code true} is not 1, 5.0 is 5.
 * {@code null}, an empty array and an object that is empty without these count as absent. What
 * cannot be read is recorded in the {@link ParseTrace} and left out of the record.
 */
public final class RecordReader {
  /** The code of a number that no integer can hold; a rule of its own says more of it. */
  public static final String TOO_FAR = "range";

  private static final BigDecimal LEAST = BigDecimal.valueOf(Integer.MIN_VALUE);
  private static final BigDecimal MOST = BigDecimal.valueOf(Integer.MAX_VALUE);

  private final ParseTrace trace;
  private final Class<? extends ModelParameters> parameters;
  private final Set<RecordComponent> kept;

  /**
   * @param parameters what a component of type {@link ModelParameters} is read as; null leaves it
   *     unread
   * @param kept components that an object left empty does not make absent: what it has to hold is
   *     for its own rules to say
   */
  public RecordReader(
      ParseTrace trace, Class<? extends ModelParameters> parameters, Set<RecordComponent> kept) {
    this.trace = trace;
    this.parameters = parameters;
    this.kept = kept;
  }

  /**
   * The whole request as this record, of which a component may be the {@link ParseTrace} itself.
   */
  public <T extends Record> T read(Class<T> type) {
    JsonNode root = trace.received();
    RecordShape shape = RecordShape.of(type);
    Map<String, Object> values = new HashMap<>();
    if (root.isObject()) {
      values = fields(root, shape, "");
    } else {
      misread(root, "", "an object");
    }
    values.put("reading", trace);
    return type.cast(shape.make(values));
  }

  private Map<String, Object> fields(JsonNode node, RecordShape shape, String pointer) {
    Map<String, Object> values = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String key = field.getKey();
      String at = pointer + WireNames.step(key);
      trace.enter(at);
      if (!shape.keys().contains(key)) {
        trace.misread(unknown(key, shape.keys(), at));
      } else if (!isAbsent(field.getValue())) {
        RecordComponent component = shape.component(key);
        Object value =
            value(field.getValue(), component.getGenericType(), at, kept.contains(component));
        if (value != null) {
          values.put(key, value);
        } else if (field.getValue().isObject()) {
          trace.leftEmpty(component);
        }
      }
    }
    trace.leave(pointer);
    return values;
  }

  private static boolean isAbsent(JsonNode node) {
    return node.isNull() || (node.isArray() && node.isEmpty());
  }

  private Object value(JsonNode node, Type type, String pointer, boolean keep) {
    if (type == String.class) {
      return node.isTextual() ? node.textValue() : misread(node, pointer, "a string");
    }
    if (type == Boolean.class) {
      return node.isBoolean() ? node.booleanValue() : misread(node, pointer, "a boolean");
    }
    if (type == Integer.class) {
      return node.isNumber() ? whole(node, pointer) : misread(node, pointer, "a whole number");
    }
    if (RecordShape.isTexts(type)) {
      return node.isObject() ? texts(node, pointer) : misread(node, pointer, "an object");
    }
    if (type instanceof ParameterizedType list) {
      return node.isArray() ? items(node, list, pointer) : misread(node, pointer, "an array");
    }
    return node.isObject()
        ? record(node, type, pointer, keep)
        : misread(node, pointer, "an object");
  }

  private Object whole(JsonNode node, String pointer) {
    BigDecimal number = node.decimalValue();
    BigDecimal near = number.min(MOST).max(LEAST);
    if (near.compareTo(number) != 0) {
      String wrong = "%s is too far from 0: %s to %s".formatted(SafeText.value(node), LEAST, MOST);
      trace.misread(new Violation(pointer, TOO_FAR, wrong, LEAST + ".." + MOST));
    } else if (near.stripTrailingZeros().scale() > 0) {
      return misread(node, pointer, "a whole number");
    }
    // too large a number becomes the largest, so that the rule of the field can say what is allowed
    return near.intValue();
  }

  private Map<String, Object> texts(JsonNode node, String pointer) {
    Map<String, Object> texts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String at = pointer + WireNames.step(field.getKey());
      trace.enter(at);
      texts.put(field.getKey(), value(field.getValue(), String.class, at, true));
    }
    trace.leave(pointer);
    // not Map.copyOf: an unreadable value is null, and its key is judged all the same
    return Collections.unmodifiableMap(texts);
  }

  private List<Object> items(JsonNode node, ParameterizedType list, String pointer) {
    List<Object> items = new ArrayList<>();
    for (JsonNode item : node) {
      String at = pointer + "/" + items.size();
      trace.enter(at);
      items.add(value(item, list.getActualTypeArguments()[0], at, true));
    }
    trace.leave(pointer);
    // not List.copyOf: an unreadable item is null and keeps its place
    return Collections.unmodifiableList(items);
  }

  private Object record(JsonNode node, Type declared, String pointer, boolean keep) {
    Type type = declared == ModelParameters.class ? parameters : declared;
    if (type == null) {
      trace.unread(pointer);
      return null;
    }
    int misreadBefore = trace.misread().size();
    RecordShape shape = RecordShape.of((Class<?>) type);
    Map<String, Object> values = fields(node, shape, pointer);
    boolean leftEmpty = values.isEmpty() && trace.misread().size() == misreadBefore;
    return leftEmpty && !keep ? null : shape.make(values);
  }

  private Object misread(JsonNode node, String pointer, String needed) {
    String found =
        switch (node.getNodeType()) {
          case STRING -> SafeText.value(node) + " is a string";
          case NUMBER ->
              SafeText.value(node)
                  + (needed.equals("a whole number") ? " is a fraction" : " is a number");
          case BOOLEAN -> SafeText.value(node) + " is a boolean";
          case ARRAY -> "this is an array";
          case OBJECT -> "this is an object";
          default -> "this is null";
        };
    trace.misread(new Violation(pointer, "type", found + ": " + needed + " is needed", null));
    return null;
  }

  private static Violation unknown(String key, List<String> known, String pointer) {
    String hint =
        WireNames.nearest(key, known)
            .map(meant -> "did you mean `" + meant + "`?")
            .orElse("known here are " + String.join(", ", known));
    String wrong = "unknown key `" + SafeText.plain(key) + "`: " + hint;
    return new Violation(pointer, "unknown-key", wrong, String.join(", ", known));
  }
}
