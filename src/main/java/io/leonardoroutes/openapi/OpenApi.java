package io.leonardoroutes.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.openapi.RouteNote.Answer;
import io.leonardoroutes.problem.Problem;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;

/**
 * The OpenAPI 3.1 document of the REST API, made from the routes that run. Paths are the routes
 * that answer with our problems, parameters are the headers that a route keeps, answers come from
 * the {@link RouteNote}, and schemas from the {@link ModelCatalog} and from the records.
 *
 * <p>One file, because it builds one document.
 */
public final class OpenApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCHEMAS = "#/components/schemas/";
  private static final String IF_NONE_MATCH = "If-None-Match";

  /** Descriptions of response headers. */
  private static final Map<String, String> HEADERS =
      Map.of(
          "ETag", "changes with the answer; send it back as If-None-Match",
          "Location", "the path of the job",
          "Preference-Applied", "how long the call waited at most",
          "Retry-After", "seconds to wait before sending the call again",
          "WWW-Authenticate", "how a caller authenticates");

  private static final Pattern IN_PATH = Pattern.compile("\\{(\\w+)}");

  /** Problems that no route note lists: those of any call, of the other intakes, and of jobs. */
  private static final Set<String> OTHER_PROBLEMS =
      Set.of(
          "method",
          "not-found",
          "bad-call",
          "expect",
          "long-address",
          "long-headers",
          "too-slow",
          "origin",
          "host",
          "unauthorized",
          "too-many-calls",
          "internal",
          "unavailable",
          "link",
          "wrong-defaults",
          "wrong-header",
          "not-csv",
          "ragged",
          "message-type",
          "no-caller",
          "no-key",
          "message-id",
          "correlation-id",
          "reply-to",
          "user-id",
          "unreadable",
          "refused-by-provider",
          "account-refused",
          "waiting",
          "picture-waits",
          "failed-at-provider",
          "in-doubt",
          "late",
          "no-video-yet",
          "given-up",
          "no-awaited-video",
          "not-approved",
          "approval-expired",
          "not-fetched");

  private static final List<String> PICTURES = List.of("image/png", "image/jpeg", "image/webp");

  private final CamelContext context;
  private final ModelCatalog catalog;
  private final List<Class<? extends Record>> records;
  private final boolean keys;
  private final int batch;

  /**
   * @param records the records of answers, and of bodies that are not requests
   * @param keys whether callers need a key
   * @param batch the most requests in one call
   */
  public OpenApi(
      CamelContext context,
      ModelCatalog catalog,
      List<Class<? extends Record>> records,
      boolean keys,
      int batch) {
    this.context = context;
    this.catalog = catalog;
    this.records = records;
    this.keys = keys;
    this.batch = batch;
  }

  /** The document. */
  public JsonNode document() {
    ObjectNode document = JSON.createObjectNode().put("openapi", "3.1.0");
    document
        .putObject("info")
        .put("title", "leonardo-routes")
        .put("version", "1")
        .put("description", "Requests for AI videos: checked, paid for once, and delivered.");
    ObjectNode paths = document.putObject("paths");
    Set<String> problems = new TreeSet<>(OTHER_PROBLEMS);
    ObjectNode schemas = schemas();
    for (RestRoute route : RestRoute.of(context)) {
      ObjectNode operation = operation(route, schemas);
      for (String method : route.methods()) {
        paths.withObjectProperty(route.path()).set(method, operation);
      }
      route.note().answers().stream()
          .filter(Answer::isProblem)
          .forEach(answer -> problems.add(answer.what()));
    }
    schemas.withObject("/Problem/properties").set("type", types(problems));
    ObjectNode components = document.putObject("components");
    components.set("schemas", schemas);
    HEADERS.forEach(
        (name, words) ->
            components
                .withObject("/headers/" + name)
                .put("description", words)
                .putObject("schema")
                .put("type", "string"));
    ObjectNode problem = answer("any other problem", Problem.MEDIA_TYPE, ref("Problem"));
    headers(problem, Set.of("Retry-After", "WWW-Authenticate"));
    components.putObject("responses").set("Problem", problem);
    if (keys) {
      components
          .putObject("securitySchemes")
          .putObject("key")
          .put("type", "http")
          .put("scheme", "bearer");
      document.putArray("security").addObject().putArray("key");
    }
    return document;
  }

  private ObjectNode schemas() {
    ObjectNode schemas = JSON.createObjectNode();
    ObjectNode request = schemas.putObject("Request");
    ArrayNode either = request.putArray("oneOf");
    ObjectNode mapping =
        request.putObject("discriminator").put("propertyName", "model").putObject("mapping");
    catalog
        .schemas()
        .forEach(
            (id, schema) -> {
              // the only characters that a component name may have
              String name = id.replaceAll("[^A-Za-z0-9._-]", "_");
              either.add(ref(name));
              mapping.put(id, SCHEMAS + name);
              schemas.set(name, schema.deepCopy().without("$schema"));
            });
    ObjectNode several = schemas.putObject("Batch").put("type", "array");
    several.put("minItems", 1).put("maxItems", batch).set("items", ref("Request"));
    AnswerSchemas.addTo(schemas, records);
    return schemas;
  }

  private ObjectNode operation(RestRoute route, ObjectNode schemas) {
    RouteNote note = route.note();
    ObjectNode operation = JSON.createObjectNode().put("operationId", route.id());
    operation.put("summary", route.description());
    parameters(route).forEach(operation.withArray("/parameters")::add);
    if (!note.takes().isEmpty()) {
      ObjectNode body = operation.putObject("requestBody");
      body.put("required", !note.takes().contains("nothing"));
      ObjectNode content = body.putObject("content");
      List<String> json = note.takes().stream().filter(schemas::has).toList();
      if (!json.isEmpty()) {
        content.putObject("application/json").set("schema", anyOf(json));
      }
      if (json.contains("Request")) {
        content.withObject("/application~1json").set("examples", examples());
      }
      if (note.takes().contains("Form")) {
        content.putObject("multipart/form-data").set("schema", form());
      }
      if (note.takes().contains("Picture")) {
        PICTURES.forEach(content::putObject);
      }
    }
    ObjectNode responses = operation.putObject("responses");
    Map<String, List<Answer>> answers =
        note.answers().stream()
            .collect(Collectors.groupingBy(Answer::status, TreeMap::new, Collectors.toList()));
    if (answers.isEmpty()) {
      answers.put("200", List.of(new Answer("200", "", "done")));
    }
    if (route.kept().contains(IF_NONE_MATCH)) {
      answers.put("304", List.of(new Answer("304", "Nothing", "the caller already has it")));
    }
    answers.forEach((status, same) -> responses.set(status, response(same, route, schemas)));
    responses.putObject("default").put("$ref", "#/components/responses/Problem");
    return operation;
  }

  private static List<ObjectNode> parameters(RestRoute route) {
    Map<String, String> words = new LinkedHashMap<>(route.note().parameters());
    if (route.kept().contains(IF_NONE_MATCH)) {
      words.put(IF_NONE_MATCH, "ETags of answers that the caller already has");
    }
    Map<String, String> places = new LinkedHashMap<>();
    IN_PATH.matcher(route.path()).results().forEach(name -> places.put(name.group(1), "path"));
    Set<String> names = new LinkedHashSet<>(route.kept());
    names.addAll(words.keySet());
    for (String name : names) {
      // by our convention: headers begin with a capital letter, query parameters do not
      places.putIfAbsent(name, Character.isUpperCase(name.charAt(0)) ? "header" : "query");
    }
    return places.entrySet().stream()
        .map(
            place -> {
              ObjectNode parameter = JSON.createObjectNode().put("name", place.getKey());
              parameter.put("in", place.getValue());
              parameter.put("required", place.getValue().equals("path"));
              if (words.containsKey(place.getKey())) {
                parameter.put("description", words.get(place.getKey()));
              }
              return parameter.<ObjectNode>set(
                  "schema", JSON.createObjectNode().put("type", "string"));
            })
        .toList();
  }

  private ObjectNode response(List<Answer> same, RestRoute route, ObjectNode schemas) {
    String words = same.stream().map(Answer::words).collect(Collectors.joining("; "));
    if (same.get(0).what().equals("Nothing")) {
      return JSON.createObjectNode().put("description", words);
    }
    if (same.get(0).isProblem()) {
      ObjectNode problem = ref("Problem");
      problem
          .putObject("properties")
          .set("type", types(same.stream().map(Answer::what).collect(Collectors.toSet())));
      ObjectNode response = answer(words, Problem.MEDIA_TYPE, problem);
      if (words.equals("invalid")) {
        response
            .withObject("/content")
            .withObject(Problem.MEDIA_TYPE)
            .set("example", catalog.invalid());
      }
      return response;
    }
    List<String> known = same.stream().map(Answer::what).filter(schemas::has).toList();
    ObjectNode response = answer(words, route.mediaType(), anyOf(known));
    headers(response, route.headers());
    return response;
  }

  /** A request, and the pictures that it names as parts of their own. */
  private static ObjectNode form() {
    ObjectNode form = JSON.createObjectNode().put("type", "object");
    form.putArray("required").add("request");
    form.putObject("properties").set("request", ref("Request"));
    form.putObject("additionalProperties").put("contentMediaType", "application/octet-stream");
    return form;
  }

  private ObjectNode examples() {
    ObjectNode examples = JSON.createObjectNode();
    catalog
        .schemas()
        .forEach(
            (id, schema) -> {
              if (schema.has("examples")) {
                examples.putObject(id).set("value", schema.at("/examples/0"));
              }
            });
    return examples;
  }

  private static ObjectNode types(Set<String> problems) {
    ObjectNode type = JSON.createObjectNode().put("type", "string");
    new TreeSet<>(problems).forEach(name -> type.withArray("/enum").add(Problem.TYPES + name));
    return type;
  }

  private static ObjectNode answer(String words, String mediaType, ObjectNode schema) {
    ObjectNode answer = JSON.createObjectNode().put("description", words);
    answer.putObject("content").putObject(mediaType).set("schema", schema);
    return answer;
  }

  private static void headers(ObjectNode answer, Set<String> names) {
    for (String name : new TreeSet<>(names)) {
      ObjectNode header = answer.withObject("/headers").putObject(name);
      if (HEADERS.containsKey(name)) {
        header.put("$ref", "#/components/headers/" + name);
      } else {
        header.putObject("schema").put("type", "string");
      }
    }
  }

  private static ObjectNode anyOf(List<String> known) {
    ObjectNode schema = JSON.createObjectNode();
    if (known.size() == 1) {
      return ref(known.get(0));
    }
    known.forEach(name -> schema.withArray("/anyOf").add(ref(name)));
    return schema;
  }

  private static ObjectNode ref(String schema) {
    return JSON.createObjectNode().put("$ref", SCHEMAS + schema);
  }
}
