package io.leonardoroutes.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.problem.Problem;
import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that nobody has thought of. */
class RequestFuzzTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> STATUSES = Set.of(400, 413, 422);

  private static RuleChain chain;

  @BeforeAll
  static void start() throws Exception {
    chain = new RuleChain();
  }

  @AfterAll
  static void stop() throws IOException {
    chain.close();
  }

  static Stream<byte[]> seeds() {
    return Stream.concat(
            ModelExamples.rows().map(row -> ModelExamples.request(row).toString()), odd())
        .map(text -> text.getBytes(UTF_8));
  }

  private static Stream<String> odd() {
    return Stream.of(
        """
        {"model":"kling-3.0-turbo","public":true,"parameters":{"prompt":"a","duration":1e1,
         "motion_has_audio":true,"guidances":{"start_frame":[]}},
         "reference":"r","sinks":["outbox"],"priority":9}\
        """,
        "{\"model\":\"x\",\"model\":1}",
        "{\"model\":null,\"parameters\":[{}]}",
        "{\"model\":\"kling-3.0-turbo\",\"parameters\":{\"duration\":1e999999999}}",
        "[".repeat(70),
        "\uFEFF{}",
        "{\"a\u2028\":\"\\ud800\"}");
  }

  @MethodSource("seeds")
  @DictionaryEntries({
    "\"model\":",
    "\"parameters\":",
    "\"public\":",
    "\"prompt\":",
    "\"guidances\":",
    "\"start_frame\":",
    "\"end_frame\":",
    "\"image_reference\":",
    "\"video_reference\":",
    "\"image\":",
    "\"video\":",
    "\"id\":",
    "\"type\":",
    "\"UPLOADED\"",
    "\"duration\":",
    "\"motion_has_audio\":",
    "\"width\":",
    "\"height\":",
    "\"mode\":",
    "\"quantity\":",
    "\"reference\":",
    "\"sinks\":",
    "\"outbox\"",
    "\"priority\":",
    "1e9999999999",
    "-0.0",
    "{{env:HOME}}",
    "\\u0000"
  })
  @FuzzTest(maxDuration = "2m")
  void anyBytesAreARequestOrRefused(byte[] body) throws IOException {
    VideoRequest request;
    try {
      request = chain.accept(body);
    } catch (RequestRejected rejected) {
      assertTold(rejected);
      return;
    }
    assertThat(chain.models.check(request.reading().received())).isEmpty();
    VideoRequest again = chain.accept(written(request));
    assertThat(again.toProvider()).isEqualTo(request.toProvider());
    assertThat(again.reference()).isEqualTo(request.reference());
    assertThat(again.sinks()).isEqualTo(request.sinks());
    assertThat(again.priority()).isEqualTo(request.priority());
    assertThat(request.toString()).matches("[^\\p{Cc}\\p{Cf}]{1,300}");
  }

  /** As its caller could have written it with all defaults said. */
  private static byte[] written(VideoRequest request) throws IOException {
    ObjectNode json = request.toProvider();
    json.put("reference", request.reference()).put("priority", request.priority());
    json.set("sinks", JSON.valueToTree(request.sinks()));
    return JSON.writeValueAsBytes(json);
  }

  private static void assertTold(RequestRejected rejected) throws IOException {
    Problem problem = rejected.problem();
    assertThat(problem.type()).startsWith(Problem.TYPES);
    assertThat(problem.title()).isNotBlank();
    assertThat(problem.detail()).isNotBlank().matches("[^\\p{Cc}\\p{Cf}]{1,1500}");
    assertThat(problem.status()).isIn(STATUSES);
    assertThat(problem.violations().isEmpty()).isEqualTo(problem.status() != 422);
    assertThat(problem.violations()).hasSizeLessThanOrEqualTo(Problem.MOST_VIOLATIONS);
    for (Violation violation : problem.violations()) {
      JsonPointer.compile(violation.pointer());
      assertThat(violation.code()).matches("[a-z-]+");
      assertThat(violation.message()).matches("[^\\p{Cc}\\p{Cf}]{1,1000}");
    }
    assertThat(rejected.getMessage()).matches("[^\\p{Cc}\\p{Cf}]{1,501}");
    assertThat(List.copyOf(problem.violations())).doesNotHaveDuplicates();
    assertThat(JSON.readValue(JSON.writeValueAsBytes(problem), Problem.class)).isEqualTo(problem);
  }
}
