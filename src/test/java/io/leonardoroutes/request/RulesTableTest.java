package io.leonardoroutes.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every row of the rules table as data: {@code <model>.jsonl} beside this class holds requests,
 * what is sent for the accepted ones and every violation of the refused ones. A case gives its
 * {@code parameters}, or the whole {@code request}.
 */
public final class RulesTableTest {
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

  static Stream<Arguments> accepted() throws IOException {
    return rows().filter(row -> row.has("sent")).map(RulesTableTest::named);
  }

  static Stream<Arguments> refused() throws IOException {
    return rows().filter(row -> row.has("violations")).map(RulesTableTest::named);
  }

  public static Stream<JsonNode> rows() throws IOException {
    return Stream.concat(rows("kling-3.0-turbo"), rows("kling-video-o-3"));
  }

  private static Stream<JsonNode> rows(String model) throws IOException {
    try (InputStream file = RulesTableTest.class.getResourceAsStream(model + ".jsonl")) {
      List<JsonNode> rows = JSON.readerFor(JsonNode.class).<JsonNode>readValues(file).readAll();
      return rows.stream().map(row -> ((ObjectNode) row).put("model", model));
    }
  }

  private static Arguments named(JsonNode row) {
    return Arguments.of(Named.of(row.get("model").asText() + ": " + row.get("fact").asText(), row));
  }

  public static JsonNode request(JsonNode row) {
    ObjectNode request = JSON.createObjectNode().put("model", row.get("model").asText());
    return row.has("request")
        ? row.get("request")
        : request.set("parameters", row.get("parameters"));
  }

  private static String sent(JsonNode row) {
    boolean isPublic = row.path("request").path("public").asBoolean();
    ObjectNode sent = JSON.createObjectNode().put("model", row.get("model").asText());
    return sent.put("public", isPublic).set("parameters", row.get("sent")).toString();
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }
}
