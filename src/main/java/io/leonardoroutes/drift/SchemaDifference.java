package io.leonardoroutes.drift;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How the provider's JSON Schema of a model's parameters differs from ours, in words. Only what
 * both say is compared, so a schema that says little differs little.
 */
final class SchemaDifference {
  private static final int MOST = 20;
  private static final int DEEPEST = 4;
  private static final int LONGEST = 60;
  private static final List<String> BOUNDS =
      List.of("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems");

  private final List<String> found = new ArrayList<>();

  private SchemaDifference() {}

  /** The differences, at most some. */
  static List<String> between(JsonNode ours, JsonNode theirs) {
    SchemaDifference difference = new SchemaDifference();
    difference.objects("", ours, theirs, 0);
    return difference.found.stream().limit(MOST).toList();
  }

  private void objects(String path, JsonNode ours, JsonNode theirs, int depth) {
    JsonNode known = ours.path("properties");
    JsonNode there = theirs.path("properties");
    if (!known.isObject() || !there.isObject() || there.isEmpty() || depth > DEEPEST) {
      return;
    }
    known
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!there.has(name)) {
                add(path + name, "is gone");
              } else {
                values(path + name, known.get(name), there.get(name), depth);
              }
            });
    Set<String> required = texts(ours.path("required"));
    for (String name : texts(theirs.path("required"))) {
      if (!required.contains(name)) {
        add(path + name, known.has(name) ? "is required now" : "is new and required");
      }
    }
    there
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.has(name) && !texts(theirs.path("required")).contains(name)) {
                add(path + name, "is new");
              }
            });
  }

  private void values(String path, JsonNode ours, JsonNode theirs, int depth) {
    for (String bound : BOUNDS) {
      if (ours.path(bound).isNumber() && theirs.path(bound).isNumber()) {
        BigDecimal now = theirs.get(bound).decimalValue();
        if (now.compareTo(ours.get(bound).decimalValue()) != 0) {
          add(path, "has the %s %s, not %s".formatted(bound, now, ours.get(bound).asText()));
        }
      }
    }
    Set<String> known = texts(ours.path("enum"));
    Set<String> there = texts(theirs.path("enum"));
    if (!known.isEmpty() && !there.isEmpty() && !known.equals(there)) {
      Set<String> gone = new HashSet<>(known);
      gone.removeAll(there);
      add(path, gone.isEmpty() ? "has new values" : "does not allow all of its values any more");
    }
    objects(path + ".", ours, theirs, depth + 1);
    if (ours.has("items") && theirs.path("items").isObject()) {
      objects(path + "[].", ours.get("items"), theirs.get("items"), depth + 1);
    }
  }

  /** Names come from outside. */
  private void add(String path, String what) {
    String name = path.replaceAll("[^A-Za-z0-9_.\\[\\]-]", "");
    found.add(name.substring(0, Math.min(LONGEST, name.length())) + " " + what);
  }

  private static Set<String> texts(JsonNode list) {
    Set<String> texts = new HashSet<>();
    list.forEach(value -> texts.add(value.asText()));
    return texts;
  }
}
