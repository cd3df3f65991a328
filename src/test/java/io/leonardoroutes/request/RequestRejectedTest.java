package io.leonardoroutes.request;

import static io.leonardoroutes.request.RuleChain.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.models.ModelRegistry;
import io.leonardoroutes.problem.Problem;
import io.leonardoroutes.problem.RequestRejected;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RequestRejectedTest {
  private final ModelRegistry models =
      ModelRegistry.found(RequestValidation.validatorFactory(Set.of()), Set.of());

  @Test
  void aRefusalIsFoundBehindWhateverCamelWrapsItIn() {
    RequestRejected rejected =
        new RequestRejected(Problem.of(409, "conflict", "Conflict", "another content"));

    assertThat(RequestRejected.of(new RuntimeException(new IllegalStateException(rejected))))
        .containsSame(rejected);
    assertThat(RequestRejected.of(new IllegalStateException("the disk is full"))).isEmpty();
  }

  @Test
  void aRefusalCanBeLoggedWithoutThePrompt() {
    JsonNode request =
        json("{'model': 'kling-3.0-turbo', 'parameters': {'prompt': 'secret', 'duration': 20}}");

    RequestRejected rejected =
        catchThrowableOfType(RequestRejected.class, () -> models.request(request));

    assertThat(rejected)
        .hasMessage(
            "422 invalid: /parameters/duration 20 is too long for kling-3.0-turbo: 3 to 15"
                + " seconds");
  }

  @Test
  void aRefusalIsOneShortLineWhateverTheRequest() {
    JsonNode request = json("{'" + "x\\n".repeat(9_000) + "': 1}");

    RequestRejected rejected =
        catchThrowableOfType(RequestRejected.class, () -> models.request(request));

    assertThat(rejected.getMessage()).hasSizeLessThan(3_100).doesNotContain("\n");
  }

  @Test
  void aRequestIsShownWithoutItsPrompt() {
    JsonNode request = json("{'model': 'kling-3.0-turbo', 'parameters': {'prompt': 'secret'}}");

    assertThat(models.request(request))
        .hasToString("VideoRequest[model=kling-3.0-turbo, reference=none]");
  }

  @Test
  void aProblemIsWrittenAsTheStandardHasIt() {
    JsonNode request =
        json("{'model': 'kling-video-o-3', 'parameters': {'prompt': 'A cat', 'duration': 20}}");

    RequestRejected rejected =
        catchThrowableOfType(RequestRejected.class, () -> models.request(request));

    assertThat(StrictJson.mapper().<JsonNode>valueToTree(rejected.problem()))
        .isEqualTo(
            json(
                """
                {'type': 'urn:leonardo-routes:problem:invalid', 'title': 'The request breaks the rules',
                 'status': 422, 'detail': '1 violation', 'violations': [
                   {'pointer': '/parameters/duration', 'code': 'range',
                    'message': '20 is too long for kling-video-o-3: 3 to 15 seconds',
                    'allowed': '3..15'}]}
                """));
    assertThat(StrictJson.mapper().<JsonNode>valueToTree(models.check(json("[]"))))
        .isEqualTo(
            json(
                "[{'pointer': '', 'code': 'type',"
                    + " 'message': 'this is an array: an object is needed'}]"));
    assertThat(StrictJson.mapper().<JsonNode>valueToTree(Problem.of(409, "conflict", "A", "b")))
        .isEqualTo(
            json(
                "{'type': 'urn:leonardo-routes:problem:conflict', 'title': 'A', 'status': 409,"
                    + " 'detail': 'b'}"));
  }
}
