package io.leonardoroutes.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.json.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * The models that are registered, and the examples of each: {@code <model>.jsonl} beside this class
 * holds requests, what is sent for the accepted ones and every violation of the rejected ones. A
 * row gives its {@code parameters}, or the whole {@code request}.
 */
public final class ModelExamples {
  private static final ObjectMapper JSON = StrictJson.mapper();

  private ModelExamples() {}

  /** The names of the models, sorted. */
  public static List<String> ids() {
    return ServiceLoader.load(Model.class).stream()
        .map(model -> model.get().id())
        .sorted()
        .toList();
  }

  /** Every example, with its {@code model}. */
  public static Stream<JsonNode> rows() {
    return ids().stream().flatMap(ModelExamples::rows);
  }

  static Stream<JsonNode> rows(String model) {
    String name = model + ".jsonl";
    try (InputStream file = ModelExamples.class.getResourceAsStream(name)) {
      if (file == null) {
        throw new AssertionError("there is no " + name + " beside " + ModelExamples.class);
      }
      List<JsonNode> rows = JSON.readerFor(JsonNode.class).<JsonNode>readValues(file).readAll();
      return rows.stream().map(row -> ((ObjectNode) row).put("model", model));
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  /** The whole request of an example. */
  public static JsonNode request(JsonNode row) {
    ObjectNode request = JSON.createObjectNode().put("model", row.get("model").asText());
    return row.has("request")
        ? row.get("request")
        : request.set("parameters", row.get("parameters"));
  }
}
