package io.leonardoroutes.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.models.Limit;
import io.leonardoroutes.models.ModelRegistry;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.sandbox.SampleRequests;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Header;

/** The answers of {@code models.camel.yaml}: the models, their limits and their schemas. */
public final class ModelCatalog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, ObjectNode> schemas = new TreeMap<>();
  private final JsonNode listed;
  private final ModelRegistry models;

  /**
   * @param schema the path of the JSON Schema of its requests
   */
  public record ModelEntry(String id, String schema, List<Limit> limits) {}

  /** All models. */
  public record ModelList(List<ModelEntry> items) {}

  public ModelCatalog(ModelRegistry models) throws IOException {
    this.models = models;
    List<ModelEntry> entries = new ArrayList<>();
    for (String id : models.ids()) {
      ObjectNode schema = models.schema(id).orElseThrow();
      String sample = SampleRequests.of(id);
      if (sample != null) {
        schema.putArray("examples").add(JSON.readTree(sample));
      }
      schemas.put(id, schema);
      String inPath = URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
      entries.add(new ModelEntry(id, "/models/" + inPath + "/schema", models.limits(id)));
    }
    listed = JSON.valueToTree(new ModelList(entries));
  }

  /** The schemas of requests, by model. */
  Map<String, ObjectNode> schemas() {
    return schemas;
  }

  /**
   * An example of the problem document for a request that breaks a rule; null if it breaks none.
   */
  JsonNode invalid() {
    ObjectNode request = JSON.createObjectNode().put("model", models.ids().iterator().next());
    request.putObject("parameters").put("promt", "A cat");
    try {
      models.request(request);
      return null;
    } catch (RequestRejected rejected) {
      return rejected.problem().json();
    }
  }

  /** All models. */
  public JsonNode models() {
    return listed;
  }

  /**
   * The JSON Schema of a request for one model.
   *
   * @throws RequestRejected 404
   */
  public JsonNode schema(@Header("id") Object header) {
    // A query parameter or header of the same name comes first; the last value is that of the path.
    String id = String.valueOf(header instanceof List<?> all ? all.get(all.size() - 1) : header);
    if (!schemas.containsKey(id)) {
      throw new RequestRejected(
          404,
          "no-such-model",
          "No such model",
          "there is no model " + id + ": " + String.join(", ", schemas.keySet()));
    }
    return schemas.get(id);
  }
}
