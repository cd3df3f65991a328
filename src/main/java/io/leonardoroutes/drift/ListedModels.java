package io.leonardoroutes.drift;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code GET /v2/models} shows of an account: its models by their names, each with the JSON
 * Schema of its parameters. Its ids are not those of requests, and its names are written in other
 * ways.
 */
final class ListedModels {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, JsonNode> byName = new TreeMap<>();

  private ListedModels() {}

  /** Reads an answer; empty if it shows no models at all. */
  static Optional<ListedModels> read(int status, String body) {
    ListedModels models = new ListedModels();
    try {
      for (JsonNode model : JSON.readTree(body).path("productionApiAvailableModels")) {
        models.byName.put(same(model.path("name").asText()), model.path("parameters"));
      }
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    return status == 200 && !models.byName.isEmpty() ? Optional.of(models) : Optional.empty();
  }

  /** The schema of a model of ours; empty if the account does not list it. */
  Optional<JsonNode> schema(String id) {
    return Optional.ofNullable(byName.get(same(id)));
  }

  /** {@code kling-video-o-3} and {@code Kling O3} are the same. */
  private static String same(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "").replace("video", "");
  }
}
