package io.leonardoroutes.openapi;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.problem.Problem;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** JSON Schemas of REST answers, and of bodies that are not requests, made from their records. */
final class AnswerSchemas {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<Type, String> TYPES =
      Map.of(
          String.class, "string",
          Instant.class, "string",
          Boolean.class, "boolean",
          boolean.class, "boolean",
          BigDecimal.class, "number",
          Integer.class, "integer",
          int.class, "integer",
          Long.class, "integer",
          long.class, "integer");

  private final ObjectNode components;

  private AnswerSchemas(ObjectNode components) {
    this.components = components;
  }

  /** Adds a schema for each record, under its name. */
  static void addTo(ObjectNode components, List<Class<? extends Record>> records) {
    AnswerSchemas schemas = new AnswerSchemas(components);
    records.forEach(schemas::add);
    schemas.add(ModelCatalog.ModelList.class);
    schemas.add(Problem.class);
    for (String page : List.of("JobPage", "DeliveryPage")) {
      ObjectNode next = components.withObject("/" + page + "/properties/next");
      next.putArray("type").add("string").add("null");
    }
    components.putObject("Schema").put("type", "object");
    components.putObject("OpenApi").put("type", "object");
  }

  private void add(Class<?> record) {
    if (components.has(record.getSimpleName())) {
      return;
    }
    ObjectNode schema = components.putObject(record.getSimpleName()).put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    for (RecordComponent component : record.getRecordComponents()) {
      if (!component.getAccessor().isAnnotationPresent(JsonIgnore.class)) {
        properties.set(component.getName(), of(component.getGenericType()));
      }
    }
  }

  private ObjectNode of(Type type) {
    ObjectNode schema = JSON.createObjectNode();
    if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
      schema.put("type", "object");
      schema.set("additionalProperties", of(map.getActualTypeArguments()[1]));
    } else if (type instanceof ParameterizedType list) {
      schema.put("type", "array").set("items", of(list.getActualTypeArguments()[0]));
    } else if (type instanceof Class<?> record && record.isRecord()) {
      add(record);
      schema.put("$ref", "#/components/schemas/" + record.getSimpleName());
    } else if (type instanceof Class<?> one && one.isEnum()) {
      schema
          .put("type", "string")
          .set(
              "enum",
              JSON.valueToTree(Stream.of(one.getEnumConstants()).map(String::valueOf).toList()));
    } else if (type != JsonNode.class) {
      schema.put("type", TYPES.get(type));
    }
    return type == Instant.class ? schema.put("format", "date-time") : schema;
  }
}
