package io.leonardoroutes.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A judge that reads the {@link ModelPage}. It knows no record and no constraint of ours. */
final class PagesTable {
  private static final Set<String> OURS =
      Set.of("model", "public", "parameters", "reference", "sinks", "priority", "account");

  private final ModelPage page;
  private final Map<String, List<String>> rows;
  private final JsonNode request;
  private final Set<String> sinks;
  private final Set<String> wrong = new TreeSet<>();
  private final ObjectNode sent = JsonNodeFactory.instance.objectNode();

  /** Judges a request that names one of the models. */
  PagesTable(JsonNode request, Set<String> sinks) {
    this.request = request;
    this.sinks = sinks;
    page = ModelPage.of(request.get("model").asText());
    rows = page.fields();
    envelope();
  }

  /** Pointers to everything wrong. */
  Set<String> wrong() {
    return wrong;
  }

  /** What is sent when nothing is wrong. */
  ObjectNode sent() {
    return sent;
  }

  private void envelope() {
    request.fieldNames().forEachRemaining(key -> check(OURS.contains(key), "/" + key));
    sent.set("model", request.get("model"));
    JsonNode open = request.path("public");
    check(absent(open) || open.isBoolean(), "/public");
    sent.put("public", open.asBoolean());
    JsonNode reference = request.path("reference");
    check(
        absent(reference) || (reference.isTextual() && fits(length(reference), 1, 200)),
        "/reference");
    JsonNode priority = request.path("priority");
    check(absent(priority) || (whole(priority) && fits(number(priority), 0, 9)), "/priority");
    JsonNode account = request.path("account");
    check(absent(account) || account.isTextual(), "/account");
    JsonNode names = request.path("sinks");
    check(absent(names) || names.isArray(), "/sinks");
    for (int i = 0; names.isArray() && i < names.size(); i++) {
      check(names.get(i).isTextual() && sinks.contains(names.get(i).asText()), "/sinks/" + i);
    }
    JsonNode parameters = request.path("parameters");
    if (absent(parameters) || !parameters.isObject()) {
      wrong.add("/parameters");
    } else {
      ObjectNode found = JsonNodeFactory.instance.objectNode();
      parameters(parameters, found);
      required(parameters, "prompt", "/parameters");
      together(parameters, found);
      defaults(found);
      sent.set("parameters", found);
    }
  }

  private void parameters(JsonNode parameters, ObjectNode found) {
    for (Map.Entry<String, JsonNode> field : parameters.properties()) {
      String at = "/parameters/" + field.getKey();
      if (field.getKey().equals("guidances")) {
        guidances(field.getValue(), at, found);
      } else if (!rows.containsKey(field.getKey()) || field.getKey().equals("sizes")) {
        wrong.add(at);
      } else if (!absent(field.getValue())) {
        single(field.getValue(), rows.get(field.getKey()), at);
        found.set(field.getKey(), plain(field.getValue()));
      }
    }
  }

  private void single(JsonNode value, List<String> rule, String at) {
    switch (rule.get(0)) {
      case "text" ->
          check(value.isTextual() && !blank(value) && length(value) <= number(rule, 1), at);
      case "number" ->
          check(
              whole(value)
                  && (rule.size() < 3 || fits(number(value), number(rule, 1), number(rule, 2))),
              at);
      case "numbers" ->
          check(whole(value) && rule.subList(1, rule.size()).contains(number(value) + ""), at);
      case "boolean" -> check(value.isBoolean(), at);
      default ->
          check(value.isTextual() && rule.subList(1, rule.size()).contains(value.asText()), at);
    }
  }

  private void guidances(JsonNode guidances, String at, ObjectNode found) {
    if (absent(guidances)) {
      return;
    }
    if (!guidances.isObject()) {
      wrong.add(at);
      return;
    }
    ObjectNode given = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> field : guidances.properties()) {
      String there = at + "/" + field.getKey();
      List<String> rule = rows.get("guidances." + field.getKey());
      if (rule == null) {
        wrong.add(there);
      } else if (!absent(field.getValue())) {
        given.set(field.getKey(), field.getValue());
        check(field.getValue().isArray(), there);
        check(field.getValue().size() <= number(rule, 1), there);
        for (int i = 0; field.getValue().isArray() && i < field.getValue().size(); i++) {
          item(field.getValue().get(i), rule, there + "/" + i);
        }
      }
    }
    if (!given.isEmpty()) {
      found.set("guidances", given);
    }
  }

  private void item(JsonNode item, List<String> rule, String at) {
    String kind = rule.get(0);
    if (!item.isObject()) {
      wrong.add(at);
      return;
    }
    item.fieldNames().forEachRemaining(key -> check(key.equals(kind), at + "/" + key));
    JsonNode media = item.path(kind);
    if (!media.isObject()) {
      wrong.add(at + "/" + kind);
      return;
    }
    String there = at + "/" + kind;
    media
        .fieldNames()
        .forEachRemaining(
            key ->
                check(
                    List.of("id", "type").contains(key)
                        || (kind.equals("video") && key.equals("job")),
                    there + "/" + key));
    JsonNode id = media.path("id");
    JsonNode type = media.path("type");
    boolean byJob = kind.equals("video") && !absent(media.path("job"));
    if (byJob) {
      JsonNode job = media.path("job");
      check(named(job) && length(job) <= 200, there + "/job");
      check(!job.isTextual() || (!id.isTextual() && !type.isTextual()), there + "/job");
    }
    check((byJob && absent(id)) || named(id), there + "/id");
    check(
        (byJob && absent(type))
            || (type.isTextual() && rule.subList(2, rule.size()).contains(type.asText())),
        there + "/type");
  }

  private static boolean named(JsonNode id) {
    return id.isTextual() && !blank(id) && !placeholder(id.asText());
  }

  /** The rules across fields; a field that is there but no good is left out of account. */
  private void together(JsonNode parameters, ObjectNode found) {
    String here = "/parameters/";
    JsonNode width = parameters.path("width");
    JsonNode height = parameters.path("height");
    boolean readable = (absent(width) || whole(width)) && (absent(height) || whole(height));
    if (readable && absent(width) != absent(height)) {
      wrong.add(here + (absent(width) ? "width" : "height"));
    } else if (readable && !absent(width)) {
      size(number(width) + "x", number(height), parameters.path("mode").asText());
    }
    JsonNode guidances = found.path("guidances");
    String there = here + "guidances/";
    for (List<String> rule : page.together("needs")) {
      JsonNode needed = guidances.path(rule.get(1));
      check(!guidances.path(rule.get(0)).isArray() || !absent(needed), there + rule.get(0));
    }
    for (List<String> rule : page.together("excludes")) {
      boolean alone =
          rule.subList(1, rule.size()).stream().noneMatch(name -> guidances.path(name).isArray());
      check(!guidances.path(rule.get(0)).isArray() || alone, there + rule.get(0));
    }
    for (List<String> rule : page.together("at most")) {
      JsonNode items = guidances.path(rule.get(0));
      boolean with = guidances.path(rule.get(2)).isArray() && items.isArray();
      check(!with || items.size() <= number(rule, 1), there + rule.get(0));
    }
    for (List<String> rule : page.together("between")) {
      JsonNode value = parameters.path(rule.get(0));
      boolean with = guidances.path(rule.get(3)).isArray() && whole(value);
      check(!with || fits(number(value), number(rule, 1), number(rule, 2)), here + rule.get(0));
    }
  }

  private void size(String width, long height, String mode) {
    String size = width + height;
    boolean widthExists = page.sizes().stream().anyMatch(s -> s.startsWith(width));
    boolean exists = page.sizes().contains(size);
    check(exists, "/parameters/" + (widthExists ? "height" : "width"));
    for (List<String> tier : page.together("mode")) {
      check(!exists || !tier.get(0).equals(mode) || tier.contains(size), "/parameters/mode");
    }
  }

  private void defaults(ObjectNode found) {
    rows.forEach(
        (name, rule) -> {
          String last = rule.get(rule.size() - 1);
          if (last.startsWith("=") && !found.has(name)) {
            String value = last.substring(1);
            found.set(
                name,
                value.equals("true")
                    ? JsonNodeFactory.instance.booleanNode(true)
                    : JsonNodeFactory.instance.numberNode(Integer.parseInt(value)));
          }
        });
  }

  private void required(JsonNode object, String field, String at) {
    check(!absent(object.path(field)), at + "/" + field);
  }

  private void check(boolean holds, String pointer) {
    if (!holds) {
      wrong.add(pointer);
    }
  }

  private static boolean absent(JsonNode node) {
    return node.isMissingNode() || node.isNull() || (node.isArray() && node.isEmpty());
  }

  private static JsonNode plain(JsonNode value) {
    return whole(value) ? JsonNodeFactory.instance.numberNode((int) number(value)) : value;
  }

  private static boolean whole(JsonNode node) {
    return node.isNumber()
        && node.decimalValue().remainder(BigDecimal.ONE).signum() == 0
        && node.decimalValue().abs().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0;
  }

  private static long number(JsonNode node) {
    return node.decimalValue().longValueExact();
  }

  private static long number(List<String> rule, int at) {
    return Long.parseLong(rule.get(at));
  }

  private static boolean fits(long number, long least, long most) {
    return least <= number && number <= most;
  }

  private static long length(JsonNode text) {
    return text.asText().codePoints().count();
  }

  private static boolean blank(JsonNode text) {
    return text.asText().matches("[\\p{Z}\\t-\\r\\x1c-\\x1f]*");
  }

  private static boolean placeholder(String text) {
    String core =
        text.replaceAll(
            "^[\\p{Z}\\t-\\r\\x1c-\\x1f\\x85]+|[\\p{Z}\\t-\\r\\x1c-\\x1f\\x85]+\\z", "");
    boolean inBrackets = core.length() > 1 && core.startsWith("<") && core.endsWith(">");
    return inBrackets
        ? Arrays.stream(core.substring(1, core.length() - 1).split(""))
            .noneMatch(List.of("<", ">")::contains)
        : core.startsWith("YOUR_")
            && core.length() > 5
            && core.substring(5)
                .chars()
                .allMatch(c -> "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_".indexOf(c) >= 0);
  }
}
