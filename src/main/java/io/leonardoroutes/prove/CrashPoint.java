package io.leonardoroutes.prove;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A point between two steps of a route file. If killed there, the program has done every step above
 * it and none below.
 *
 * @param name for example {@code create: before begin}; a step is named by its id, else by what it
 *     calls
 * @param steps the list of steps that contains the point
 * @param index of the step after the point
 */
record CrashPoint(String name, JsonPointer steps, int index) {
  /** A file in the program's folder, written once the program has reached the point. */
  static final String MARKER = "markers/reached";

  private static final YAMLMapper YAML = new YAMLMapper();

  /**
   * Steps with an effect outside of their exchange; others, such as setting a header, are not worth
   * a kill.
   */
  private static final Set<String> EFFECTS = Set.of("bean", "to", "process", "unmarshal");

  /** The points of a route file, in file order. */
  static List<CrashPoint> in(String yaml) {
    List<CrashPoint> points = new ArrayList<>();
    JsonNode file = read(yaml);
    for (int i = 0; i < file.size(); i++) {
      for (String kind : List.of("route", "routeTemplate")) {
        JsonNode route = file.get(i).path(kind);
        String id = route.path("id").asText().replaceFirst("^leonardo-", "");
        collect(id, route, JsonPointer.compile("/" + i + "/" + kind), points);
      }
    }
    return points;
  }

  private static void collect(
      String route, JsonNode node, JsonPointer at, List<CrashPoint> points) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      JsonPointer inside = at.appendProperty(field.getKey());
      collect(route, field.getValue(), inside, points);
      if (field.getKey().equals("steps")) {
        between(route, field.getValue(), inside, points);
      }
    }
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      collect(route, node.get(i), at.appendIndex(i), points);
    }
  }

  private static void between(
      String route, JsonNode steps, JsonPointer at, List<CrashPoint> points) {
    for (int i = 0; i < steps.size(); i++) {
      if (hasEffect(steps.get(i))) {
        points.add(new CrashPoint(route + ": before " + name(steps.get(i)), at, i));
        // The point after this step is that before the next one, if that has an effect too.
        if (i + 1 == steps.size() || !hasEffect(steps.get(i + 1))) {
          points.add(new CrashPoint(route + ": after " + name(steps.get(i)), at, i + 1));
        }
      }
    }
  }

  /**
   * Whether a step has an effect. A queue that may discard its messages only takes hints, which may
   * be lost.
   */
  private static boolean hasEffect(JsonNode step) {
    return EFFECTS.contains(step.fieldNames().next())
        && !step.toString().contains("discardWhenFull=true");
  }

  private static String name(JsonNode step) {
    JsonNode body = step.elements().next();
    for (String key : List.of("id", "method", "ref", "uri")) {
      if (body.has(key)) {
        return body.get(key).asText().replaceFirst("[(?].*", "");
      }
    }
    return body.isTextual() ? body.asText().replaceFirst("\\?.*", "") : step.fieldNames().next();
  }

  /** The route file with a marker and an endless delay inserted at the point. */
  String halt(String yaml) {
    JsonNode file = read(yaml);
    ArrayNode list = (ArrayNode) file.at(steps);
    list.insert(index, YAML.createObjectNode().set("delay", constant("3600000")));
    ObjectNode marker = YAML.createObjectNode();
    marker
        .putObject("to")
        .put("uri", "file:markers")
        .putObject("parameters")
        .put("fileName", "reached")
        .put("fileExist", "Ignore");
    list.insert(index, marker);
    list.insert(index, YAML.createObjectNode().set("setBody", constant(name)));
    try {
      return YAML.writeValueAsString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode constant(String value) {
    return YAML.createObjectNode().put("constant", value);
  }

  private static JsonNode read(String yaml) {
    try {
      return YAML.readTree(yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
