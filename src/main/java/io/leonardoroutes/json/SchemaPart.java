package io.leonardoroutes.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The JSON Schema of one field or object, to which rules are added. */
public final class SchemaPart {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<Type, String> TYPES =
      Map.of(String.class, "string", Integer.class, "integer", Boolean.class, "boolean");

  private final Type type;
  private final Set<String> sinks;
  private final ObjectNode json = JSON.createObjectNode();
  private boolean required;
  private boolean needsKey;

  /**
   * @param type what it is the schema of: a record, a List or what a field can be
   * @param sinks the names that a request may choose its sinks from
   */
  public SchemaPart(Type type, Set<String> sinks) {
    this.type = type;
    this.sinks = sinks;
    json.put("type", name(type));
  }

  public ObjectNode json() {
    return json;
  }

  public Set<String> sinks() {
    return sinks;
  }

  /** Adds a keyword; where the schema has it already, both have to hold. */
  public void put(String keyword, Object value) {
    put(json, keyword, value);
  }

  private static void put(ObjectNode schema, String keyword, Object value) {
    if (schema.has(keyword)) {
      schema.withArray("/allOf").add(one(keyword, value));
    } else {
      schema.set(keyword, JSON.valueToTree(value));
    }
  }

  /** Restricts the field at this path to these values, if it is present. */
  public void choose(String path, List<String> choices) {
    present(path);
    JsonNode field = json;
    for (String name : path.split("\\.")) {
      field = field.path("properties").path(name);
    }
    List<Object> all = new ArrayList<>(choices);
    if (field.path("type").isArray()) {
      // absent, as orAbsent has said it
      all.add(null);
      all.add(List.of());
    }
    put((ObjectNode) field, "enum", all);
  }

  /** Adds a consequence for what matches the condition. */
  public void when(ObjectNode condition, ObjectNode consequence) {
    ObjectNode rule = one("if", condition);
    json.withArray("/allOf").add(rule.<ObjectNode>set("then", consequence));
  }

  /** Requires the field: neither absent, nor null, nor empty. */
  public void require() {
    required = true;
    if (isArray()) {
      put("minItems", 1);
    } else if (RecordShape.isTexts(type)) {
      put("minProperties", 1);
    } else if (type instanceof Class<?> record && record.isRecord() && !needsKey()) {
      put("anyOf", anyKey(record));
    }
  }

  /** Requires a field of the object unless another one is given. */
  public void requireUnless(String field, String... others) {
    needsKey = true;
    when(not(any(Stream.of(others).map(this::present).toList())), present(field));
  }

  /** Whether the object has to hold some key. */
  public boolean needsKey() {
    return needsKey || json.has("required");
  }

  public boolean isArray() {
    return type instanceof ParameterizedType && !RecordShape.isTexts(type);
  }

  public boolean isNumber() {
    return type == Integer.class;
  }

  public boolean isRequired() {
    return required;
  }

  /** Allows null and an empty array, which count as absent. */
  public void orAbsent() {
    ArrayNode types = json.putArray("type").add(name(type)).add("null");
    if (isArray()) {
      return;
    }
    types.add("array");
    json.put("maxItems", 0);
    if (json.has("enum")) {
      json.withArray("/enum").addNull().addArray();
    }
  }

  /** Matches an object in which the field at this path is present. */
  public ObjectNode present(String path) {
    return present((Class<?>) type, List.of(path.split("\\.")));
  }

  /** Matches an object in which the field at this path, if present, matches the schema. */
  public ObjectNode at(String path, ObjectNode schema) {
    present(path);
    ObjectNode at = schema;
    List<String> names = List.of(path.split("\\."));
    for (int i = names.size(); i-- > 0; ) {
      at = one("properties", one(names.get(i), at));
    }
    return at;
  }

  /** An object whose width and height are this size, such as {@code 1920x1080}. */
  public ObjectNode size(String size) {
    if (!size.matches("\\d{1,9}x\\d{1,9}")) {
      throw new IllegalStateException("'" + size + "' is no size such as 1920x1080");
    }
    String[] sides = size.split("x");
    ObjectNode object = JSON.createObjectNode();
    object.putArray("required").add("width").add("height");
    ObjectNode properties = object.putObject("properties");
    properties.putObject("width").put("const", Integer.parseInt(sides[0]));
    properties.putObject("height").put("const", Integer.parseInt(sides[1]));
    return object;
  }

  /** Matches what matches at least one of these. */
  public static ObjectNode any(List<ObjectNode> schemas) {
    return schemas.size() == 1 ? schemas.get(0) : one("anyOf", schemas);
  }

  /** Matches what matches all of these. */
  public static ObjectNode all(ObjectNode... schemas) {
    return one("allOf", schemas);
  }

  /** Matches what does not match this. */
  public static ObjectNode not(ObjectNode schema) {
    return one("not", schema);
  }

  /** A schema of one keyword. */
  public static ObjectNode one(String keyword, Object value) {
    return JSON.createObjectNode().set(keyword, JSON.valueToTree(value));
  }

  private static ObjectNode present(Class<?> record, List<String> path) {
    RecordComponent component = RecordShape.of(record).requireComponent(path.get(0));
    ObjectNode value =
        path.size() == 1
            ? given(component.getGenericType())
            : present(component.getType(), path.subList(1, path.size()));
    ObjectNode object = one("type", "object").set("required", JSON.valueToTree(path.subList(0, 1)));
    return object.set("properties", one(path.get(0), value));
  }

  /** A value that does not count as absent; its rules are held elsewhere. */
  private static ObjectNode given(Type type) {
    ObjectNode value = one("type", name(type));
    if (RecordShape.isTexts(type)) {
      return value.put("minProperties", 1);
    }
    if (type instanceof ParameterizedType) {
      return value.put("minItems", 1);
    }
    if (type instanceof Class<?> record && record.isRecord()) {
      return value.set("anyOf", JSON.valueToTree(anyKey(record)));
    }
    return value;
  }

  private static List<ObjectNode> anyKey(Class<?> record) {
    Stream<String> keys = RecordShape.of(record).keys().stream();
    return keys.map(key -> present(record, List.of(key))).toList();
  }

  private static String name(Type type) {
    return type instanceof ParameterizedType && !RecordShape.isTexts(type)
        ? "array"
        : TYPES.getOrDefault(type, "object");
  }
}
