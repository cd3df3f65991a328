package io.leonardoroutes.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.RestCall;
import io.leonardoroutes.request.ModelExamples;
import io.leonardoroutes.sandbox.SampleRequests;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API describes itself: its models, their schemas, and all of it in OpenAPI. */
class OpenApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(VersionFlag.V202012);

  @TempDir static Path folder;
  private static App app;
  private static JsonNode document;

  @BeforeAll
  static void start() throws Exception {
    app =
        App.in(folder)
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.rules.mapping", "config/constraints.xml");
    app.main()
        .configure()
        .addRoutesBuilder(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("platform-http:/mine?httpMethodRestrict=GET").setBody(constant("mine"));
              }
            });
    app.start();
    document = RestCall.get(app, "/openapi.json").body();
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  @Test
  void everyModelIsListedWithTheLimitsThatAreInForce() throws Exception {
    RestCall models = RestCall.get(app, "/models");

    assertThat(models.status()).isEqualTo(200);
    assertThat(models.type()).isEqualTo("application/json");
    assertThat(models.body().at("/items").findValuesAsText("id")).isEqualTo(ModelExamples.ids());
    assertThat(listed(models, "kling-3.0-turbo").toPrettyString())
        .isEqualTo(
            JSON.readTree(
                    """
                    {"id":"kling-3.0-turbo","schema":"/models/kling-3.0-turbo/schema","limits":[
                      {"field":"parameters.prompt","code":"length","allowed":"1..2500"},
                      {"field":"parameters.guidances.start_frame.image.type","code":"one-of",
                       "allowed":"INIT, GENERATION, UPLOADED, GENERATED, VARIATION"},
                      {"field":"parameters.guidances.start_frame","code":"count","allowed":"0..1"},
                      {"field":"parameters.duration","code":"range","allowed":"3..15"},
                      {"field":"parameters.mode","code":"one-of",
                       "allowed":"RESOLUTION_720, RESOLUTION_1080"},
                      {"field":"parameters.quantity","code":"range","allowed":"1"},
                      {"field":"parameters","code":"size","allowed":
                       "1280x720, 960x960, 720x1280, 1920x1080, 1440x1440, 1080x1920, 3840x2160, 0x0"},
                      {"field":"reference","code":"length","allowed":"1..200"},
                      {"field":"priority","code":"range","allowed":"0..9"},
                      {"field":"tags","code":"tag-name","allowed":"1..32"},
                      {"field":"tags","code":"tag-value","allowed":"1..64"},
                      {"field":"tags","code":"count","allowed":"0..10"}]}\
                    """)
                .toPrettyString());
    assertThat(listed(models, "kling-video-o-3").at("/limits").toString())
        .contains(
            """
            {"field":"parameters.prompt","code":"length","allowed":"1..2500"}\
            """,
            """
            {"field":"parameters.duration","code":"range","allowed":"3..10",\
            "with":"parameters.guidances.video_reference_base"}\
            """);
  }

  private static JsonNode listed(RestCall models, String id) {
    return models.body().at("/items/" + ModelExamples.ids().indexOf(id));
  }

  @Test
  void theSchemaOfAModelIsWhereTheListSays() throws Exception {
    for (JsonNode model : RestCall.get(app, "/models").body().at("/items")) {
      RestCall schema = RestCall.get(app, model.at("/schema").asText());

      assertThat(schema.status()).isEqualTo(200);
      assertThat(schema.type()).isEqualTo("application/schema+json");
      assertThat(schema.body().at("/properties/model/const")).isEqualTo(model.at("/id"));
      String sample = SampleRequests.of(model.at("/id").asText());
      assertThat(schema.body().at("/examples"))
          .hasSize(sample == null ? 0 : 1)
          .allSatisfy(
              example -> assertThat(SCHEMAS.getSchema(schema.body()).validate(example)).isEmpty());
    }
  }

  @Test
  void anUnknownModelIsAnsweredWithTheKnownOnes() throws Exception {
    RestCall answer = RestCall.get(app, "/models/kling%2F9/schema");

    assertThat(answer)
        .isEqualTo(
            new RestCall(
                404,
                "application/problem+json",
                JSON.readTree(
                    """
                    {"type":"urn:leonardo-routes:problem:no-such-model","title":"No such model",
                     "status":404,
                     "detail":"there is no model kling/9: %s"}\
                    """
                        .formatted(String.join(", ", ModelExamples.ids())))));
  }

  @Test
  void theDocumentHasEveryRouteOfTheApiAndNoneOfTheApplications() throws Exception {
    Set<String> shipped = new TreeSet<>();
    for (Path file : files(Path.of("routes"), ".yaml")) {
      if (file.getFileName().toString().startsWith("board")) {
        continue;
      }
      Pattern.compile("uri: platform-http:(\\S+)\\s+parameters:\\s+httpMethodRestrict: (\\w+)")
          .matcher(Files.readString(file))
          .results()
          .forEach(route -> shipped.add(route.group(2).toLowerCase() + " " + route.group(1)));
    }
    Set<String> told = new TreeSet<>();
    document
        .at("/paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(m -> told.add(m + " " + path.getKey())));

    assertThat(told).isEqualTo(shipped).contains("post /generations", "get /models/{id}/schema");
  }

  @Test
  void anOperationSaysWhatItsRouteSays() throws Exception {
    assertThat(document.at("/paths/~1generations~1{id}/delete").toPrettyString())
        .isEqualTo(
            JSON.readTree(
                    """
                    {"operationId":"cancel","summary":"Cancels a job that is not submitted yet.",
                     "parameters":[{"name":"id","in":"path","required":true,
                                    "schema":{"type":"string"}}],
                     "responses":{
                       "200":{"description":"CANCELLED","content":{"application/json":{"schema":
                         {"$ref":"#/components/schemas/Job"}}},
                         "headers":{"ETag":{"$ref":"#/components/headers/ETag"}}},
                       "404":{"description":"no-such-job","content":{"application/problem+json":
                         {"schema":{"$ref":"#/components/schemas/Problem","properties":{"type":
                           {"type":"string","enum":["urn:leonardo-routes:problem:no-such-job"]}}}}}},
                       "409":{"description":"too-late","content":{"application/problem+json":
                         {"schema":{"$ref":"#/components/schemas/Problem","properties":{"type":
                           {"type":"string","enum":["urn:leonardo-routes:problem:too-late"]}}}}}},
                       "default":{"$ref":"#/components/responses/Problem"}}}\
                    """)
                .toPrettyString());
  }

  @Test
  void anAnswerHasTheHeadersThatItsRouteSets() {
    assertThat(headers("/paths/~1generations/post/responses/202"))
        .containsExactly("ETag", "Location", "Preference-Applied");
    assertThat(headers("/paths/~1costs/get/responses/200")).containsExactly("ETag");
    assertThat(headers("/paths/~1webhooks~1leonardo/post/responses/202")).isEmpty();
    assertThat(headers("/components/responses/Problem"))
        .containsExactly("Retry-After", "WWW-Authenticate");
  }

  private static List<String> headers(String answer) {
    return document.at(answer + "/headers").properties().stream().map(Map.Entry::getKey).toList();
  }

  @Test
  void toolsOfOthersFindNothingWrongWithIt() {
    SwaggerParseResult read =
        new OpenAPIV3Parser().readContents(document.toString(), null, new ParseOptions());

    assertThat(read.getMessages()).isEmpty();
    assertThat(read.isOpenapi31()).isTrue();
    assertThat(read.getOpenAPI().getPaths()).hasSize(document.at("/paths").size());
    String broken = document.toString().replace("\"responses\":{\"200\"", "\"answers\":{\"200\"");
    assertThat(new OpenAPIV3Parser().readContents(broken, null, new ParseOptions()).getMessages())
        .isNotEmpty();
  }

  @Test
  void anAnswerMayBeNothing() {
    assertThat(document.at("/paths/~1webhooks~1leonardo/post/responses/401").toString())
        .isEqualTo("{\"description\":\"the bearer token is not the configured one\"}");
  }

  @Test
  void aBodyThatMayBeLeftOutIsNotRequired() {
    assertThat(document.at("/paths/~1submitting~1pause/post/requestBody/required").asBoolean(true))
        .isFalse();
    assertThat(document.at("/paths/~1generations/post/requestBody/required").asBoolean()).isTrue();
  }

  @Test
  void aParameterIsWhatItsRouteKeeps() {
    assertThat(parameters("/paths/~1generations/get"))
        .containsExactly(
            "header If-None-Match: ETags of answers that the caller already has",
            "query state: only jobs in this state",
            "query waitsFor: only jobs that wait for this before they may be submitted",
            "query model: only jobs for this model",
            "query reference: only jobs with this reference",
            "query tag: only jobs with this tag, as team:red",
            "query from: only jobs accepted at this time or later, for example"
                + " 2026-07-01T00:00:00Z (RFC 3339)",
            "query to: only jobs accepted before this time",
            "query limit: 1 to 1000, default 50",
            "query after: the next of the previous page");
    assertThat(parameters("/paths/~1generations/post"))
        .containsExactly(
            "header Idempotency-Key: the same key again returns the same job",
            "header Prefer: wait=SECONDS answers once the job has ended, or after so many seconds",
            "header Traceparent: the trace of the caller, which goes on to sinks and into events",
            "header Tracestate: what else the trace says",
            "query dry-run: true checks the request and accepts nothing",
            "query atomic: true accepts all requests of a batch or none");
  }

  private static List<String> parameters(String operation) {
    return StreamSupport.stream(document.at(operation + "/parameters").spliterator(), false)
        .map(
            parameter ->
                "%s %s: %s"
                    .formatted(
                        parameter.at("/in").asText(),
                        parameter.at("/name").asText(),
                        parameter.at("/description").asText()))
        .toList();
  }

  @Test
  void aRequestIsOneOfTheModelsWithThePagesSamples() throws Exception {
    Path samples = Path.of("src/main/resources/io/leonardoroutes/sandbox");
    JsonNode body = document.at("/paths/~1generations/post/requestBody/content/application~1json");
    JsonSchema request =
        SCHEMAS.getSchema(
            ((ObjectNode) document.deepCopy())
                .put("$ref", body.at("/schema/anyOf/0/$ref").asText()));

    assertThat(body.at("/examples").properties())
        .hasSameSizeAs(files(samples, ".json"))
        .allSatisfy(
            example -> assertThat(request.validate(example.getValue().at("/value"))).isEmpty());
    assertThat(request.validate(JSON.readTree("{\"model\":\"kling-video-o-3\"}"))).isNotEmpty();
    assertThat(
            document
                .at(
                    "/components/schemas/kling-video-o-3/properties/parameters/properties/prompt/maxLength")
                .asInt())
        .isEqualTo(2500);
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    List<String> references =
        document.findValuesAsText("$ref").stream().map(ref -> ref.substring(1)).toList();

    assertThat(references)
        .isNotEmpty()
        .allSatisfy(ref -> assertThat(document.at(ref).isMissingNode()).as(ref).isFalse());
  }

  @Test
  void everySchemaIsOneOfItsDialect() {
    JsonSchema dialect =
        SCHEMAS.getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

    document
        .at("/components/schemas")
        .forEach(schema -> assertThat(dialect.validate(schema)).isEmpty());
  }

  @Test
  void everyProblemInTheSourcesIsInTheDocument() throws Exception {
    List<String> told = texts(document.at("/components/schemas/Problem/properties/type/enum"));
    Set<String> written = new TreeSet<>();
    Pattern problem =
        Pattern.compile(
            "(?:(?:Problem\\.of|new RequestRejected)\\(\\s*\\d+,|\\bjson\\(|TYPES"
                + " \\+)\\s*\"([a-z0-9-]+)\"");
    for (Path file : files(Path.of("src/main/java"), ".java")) {
      problem
          .matcher(Files.readString(file))
          .results()
          .map(found -> "urn:leonardo-routes:problem:" + found.group(1))
          .forEach(written::add);
    }

    assertThat(written).hasSizeGreaterThan(15);
    assertThat(told).containsExactlyInAnyOrderElementsOf(written);
  }

  @Test
  void whatIsAnsweredFitsItsSchema() throws Exception {
    JsonNode job =
        RestCall.post(
                app,
                "/generations",
                """
                {"model":"kling-3.0-turbo","parameters":{"prompt":"A cat"}}\
                """)
            .body();

    assertFits("Job", job);
    assertFits("Job", RestCall.get(app, "/generations/" + job.at("/id").asText()).body());
    assertFits("JobPage", RestCall.get(app, "/generations?limit=1").body());
    assertFits(
        "JobHistory",
        RestCall.get(app, "/generations/" + job.at("/id").asText() + "/history").body());
    assertFits("CostList", RestCall.get(app, "/costs").body());
    assertFits("Summary", RestCall.get(app, "/summary").body());
    assertFits("LimitList", RestCall.get(app, "/limits").body());
    assertFits("SinkList", RestCall.get(app, "/sinks").body());
    assertFits("DeliveryPage", RestCall.get(app, "/sinks/outbox/deliveries").body());
    assertFits("PauseState", RestCall.post(app, "/intakes/jms/pause", "").body());
    assertFits("PauseList", RestCall.get(app, "/pauses").body());
    assertFits("DrainState", RestCall.post(app, "/drain/resume", "").body());
    assertFits("Redelivery", RestCall.post(app, "/sinks/outbox/redeliver", "").body());
    assertFits("BulkResolution", RestCall.post(app, "/resolve", "{\"as\":\"failed\"}").body());
    String batch =
        """
        [{"model":"kling-3.0-turbo","parameters":{"prompt":"A cat"}}, {}]\
        """;
    assertFits("Batch", JSON.readTree(batch.replace(", {}", "")));
    assertFits("BatchAnswer", RestCall.post(app, "/generations", batch).body());
    assertFits("BatchAnswer", RestCall.post(app, "/generations?dry-run=true", batch).body());
    assertFits("ModelList", RestCall.get(app, "/models").body());
    assertFits("Problem", RestCall.get(app, "/generations/none").body());
    assertFits("Problem", RestCall.post(app, "/generations", "{}").body());
  }

  private static void assertFits(String schema, JsonNode answer) {
    JsonNode strict =
        ((ObjectNode) document.deepCopy())
            .put("$ref", "#/components/schemas/" + schema)
            .put("unevaluatedProperties", false);
    assertThat(SCHEMAS.getSchema(strict).validate(answer)).as(answer.toString()).isEmpty();
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static List<Path> files(Path folder, String ending) throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).toList();
    }
  }
}
