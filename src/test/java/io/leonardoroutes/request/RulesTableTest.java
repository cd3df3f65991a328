package io.leonardoroutes.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the rules table as data: the {@link ModelExamples} of every model. */
final class RulesTableTest {
  private static final ObjectMapper JSON = StrictJson.mapper();
  private static RuleChain chain;

  @BeforeAll
  static void start() throws Exception {
    chain = new RuleChain();
  }

  @AfterAll
  static void stop() throws IOException {
    chain.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  void aRequestThatKeepsTheRulesIsSentAsWritten(JsonNode row) throws IOException {
    VideoRequest request = chain.accept(request(row).toString());

    assertThat(request.toProvider().toString()).isEqualTo(sent(row));
    assertThat(request.warnings()).isEqualTo(texts(row.path("warnings")));
    assertThat(chain.models.request(request(row)).toProvider()).isEqualTo(request.toProvider());
    assertThat(chain.models.check(request(row))).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void aRequestThatBreaksRulesIsRefusedWithEveryOne(JsonNode row) throws IOException {
    RequestRejected rejected =
        catchThrowableOfType(RequestRejected.class, () -> chain.accept(request(row).toString()));

    assertThat(rejected.problem().status()).isEqualTo(422);
    assertThat(JSON.valueToTree(rejected.problem().violations()).toPrettyString())
        .isEqualTo(row.get("violations").toPrettyString());
    assertThat(chain.models.check(request(row))).isEqualTo(rejected.problem().violations());
  }

  static Stream<Arguments> accepted() {
    return rows().filter(row -> row.has("sent")).map(RulesTableTest::named);
  }

  static Stream<Arguments> refused() {
    return rows().filter(row -> row.has("violations")).map(RulesTableTest::named);
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyLimitOfAModelHasAnExampleThatBreaksIt(String model) {
    Set<String> broken = new HashSet<>();
    ModelExamples.rows(model)
        .flatMap(row -> elements(row.path("violations")))
        .forEach(violation -> addBroken(violation, broken));

    assertThat(chain.models.limits(model))
        .isNotEmpty()
        .allSatisfy(limit -> assertThat(broken).contains(limit.code() + " " + limit.field()));
  }

  /** A rule across fields stands on their object, and points at one of them. */
  private static void addBroken(JsonNode violation, Set<String> broken) {
    String code = violation.get("code").asText();
    String field = violation.get("pointer").asText().substring(1).replaceAll("/\\d+", "");
    String path = field.replace('/', '.');
    broken.add(code + " " + path);
    if (path.contains(".")) {
      broken.add(code + " " + path.substring(0, path.lastIndexOf('.')));
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyTableBelongsToAModel(String file) {
    assertThat(ModelExamples.ids()).contains(file.replaceAll("[.](jsonl|page)$", ""));
  }

  static List<String> models() {
    return ModelExamples.ids();
  }

  static List<String> files() throws IOException {
    Path tables = Path.of("src/test/resources/io/leonardoroutes/request");
    try (Stream<Path> files = Files.list(tables)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static Stream<JsonNode> rows() {
    return ModelExamples.rows();
  }

  private static Arguments named(JsonNode row) {
    return Arguments.of(Named.of(row.get("model").asText() + ": " + row.get("fact").asText(), row));
  }

  private static JsonNode request(JsonNode row) {
    return ModelExamples.request(row);
  }

  private static String sent(JsonNode row) {
    boolean isPublic = row.path("request").path("public").asBoolean();
    ObjectNode sent = JSON.createObjectNode().put("model", row.get("model").asText());
    return sent.put("public", isPublic).set("parameters", row.get("sent")).toString();
  }

  private static List<String> texts(JsonNode array) {
    return elements(array).map(JsonNode::asText).toList();
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
