package io.leonardoroutes.lines;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.leonardoroutes.json.SafeText;
import io.leonardoroutes.json.WireNames;
import io.leonardoroutes.problem.RequestRejected;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The header of a table: what each of its columns is in a request. */
record CsvColumns(List<String> names) {
  /** Every column that a table may have. */
  static final List<String> KNOWN =
      List.of(
          "prompt",
          "model",
          "duration",
          "width",
          "height",
          "mode",
          "motion_has_audio",
          "public",
          "start_frame",
          "end_frame",
          "image_reference",
          "reference",
          "sinks",
          "priority",
          "account",
          "tags");

  private static final Set<String> OURS = Set.of("model", "public", "reference", "account");
  private static final Set<String> PICTURES = Set.of("start_frame", "end_frame", "image_reference");
  private static final Set<String> NUMBERS = Set.of("duration", "width", "height", "priority");
  private static final Set<String> FLAGS = Set.of("public", "motion_has_audio");

  /** A spreadsheet may write empty cells behind the last column. */
  static CsvColumns of(List<String> header) {
    List<String> names = new ArrayList<>();
    header.forEach(name -> names.add(name.strip().toLowerCase(Locale.ROOT)));
    while (!names.isEmpty() && names.get(names.size() - 1).isEmpty()) {
      names.remove(names.size() - 1);
    }
    return new CsvColumns(names);
  }

  /** How many of the columns are known. */
  long known() {
    return names.stream().filter(KNOWN::contains).count();
  }

  /**
   * Checks the header.
   *
   * @throws RequestRejected if it has unknown columns, or one twice
   */
  void check() {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!KNOWN.contains(name)) {
        String hint =
            WireNames.nearest(name, KNOWN).map(meant -> "did you mean " + meant + "? ").orElse("");
        throw wrong(
            "'%s' is not a column: %sthe first line names columns among %s"
                .formatted(SafeText.plain(name), hint, String.join(", ", KNOWN)));
      }
      if (!seen.add(name)) {
        throw wrong("the column " + name + " is there twice");
      }
    }
  }

  private static RequestRejected wrong(String why) {
    return new RequestRejected(400, "wrong-header", "The header of the table cannot be used", why);
  }

  /** The request of a row that has a cell for each column. */
  ObjectNode request(List<String> cells) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < names.size(); i++) {
      if (!cells.get(i).isBlank()) {
        put(request, names.get(i), cells.get(i));
      }
    }
    return request;
  }

  private static void put(ObjectNode request, String name, String cell) {
    if (name.equals("prompt")) {
      parameters(request).put(name, cell);
    } else if (name.equals("tags")) {
      request.set(name, tags(cell));
    } else if (name.equals("sinks")) {
      several(cell).forEach(request.withArrayProperty(name)::add);
    } else if (PICTURES.contains(name)) {
      ArrayNode items = parameters(request).withObjectProperty("guidances").withArrayProperty(name);
      several(cell).forEach(file -> items.addObject().putObject("image").put("file", file));
    } else {
      boolean ours = OURS.contains(name) || name.equals("priority");
      value(ours ? request : parameters(request), name, cell.strip());
    }
  }

  /** What is no list of NAME=VALUE stays text, for the rules of the request to reject. */
  private static JsonNode tags(String cell) {
    ObjectNode tags = JsonNodeFactory.instance.objectNode();
    for (String one : several(cell)) {
      String[] tag = one.split("=", 2);
      if (tag.length < 2 || tags.has(tag[0].strip())) {
        return TextNode.valueOf(cell.strip());
      }
      tags.put(tag[0].strip(), tag[1].strip());
    }
    return tags;
  }

  private static ObjectNode parameters(ObjectNode request) {
    return request.withObjectProperty("parameters");
  }

  private static List<String> several(String cell) {
    return List.of(cell.split(";")).stream()
        .map(String::strip)
        .filter(one -> !one.isEmpty())
        .toList();
  }

  /** What is no number or flag stays text, for the rules of the request to reject. */
  private static void value(ObjectNode object, String name, String cell) {
    if (NUMBERS.contains(name) && cell.matches("-?\\d{1,9}")) {
      object.put(name, Integer.parseInt(cell));
    } else if (FLAGS.contains(name) && cell.matches("(?i)true|false")) {
      object.put(name, Boolean.parseBoolean(cell));
    } else {
      object.put(name, cell);
    }
  }
}
