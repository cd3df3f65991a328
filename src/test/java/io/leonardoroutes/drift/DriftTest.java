package io.leonardoroutes.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The provider's free list of models says whether our rules are still its rules. */
class DriftTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void aStartTellsWhatTheProviderHasInOtherWaysAndStopsNothing() throws Exception {
    try (ScriptedProvider provider =
            ScriptedProvider.start()
                .models(
                    request ->
                        ScriptedProvider.json(
                            200,
                            """
                            {"productionApiAvailableModels":[
                              {"id":"1","name":"Kling 2.6","parameters":{}},
                              {"id":"2","name":"Kling 3.0 Turbo","parameters":{"properties":{
                                "prompt":{"type":"string"},
                                "duration":{"type":"integer","minimum":3,"maximum":10}}}}]}
                            """));
        LogCapture log = LogCapture.open();
        FlowFixture story =
            FlowFixture.in(folder, provider).with("leonardo.models.check", "true")) {
      RestClient operator =
          new RestClient(URI.create(story.app().managed()), HttpClient.newHttpClient());
      story.start();
      story.app().template().sendBody("seda:leonardo-drift?discardWhenFull=true", "");
      await()
          .atMost(Patience.LONG)
          .until(() -> log.with("the provider's models are not as we know them").size() == 2);

      assertThat(log.warnings())
          .contains(
              "WARN the provider's models are not as we know them: kling-video-o-3 is not listed")
          .anyMatch(
              line ->
                  line.contains("kling-3.0-turbo: ")
                      && line.contains("duration has the maximum 10, not 15"));
      assertThat(operator.get("/metrics").body())
          .contains(
              "leonardo_model_listed{account=\"default\",model=\"kling-2.6\"} 1.0\n",
              "leonardo_model_differences{account=\"default\",model=\"kling-2.6\"} 0.0\n",
              "leonardo_model_listed{account=\"default\",model=\"kling-video-o-3\"} 0.0\n");
      String ready = operator.get("/health/ready").body();
      assertThat(JSON.readTree(ready).at("/status").asText()).isEqualTo("UP");
      assertThat(JSON.readTree(ready).at("/drift")).hasSize(2);
      story.told(story.accept(FlowFixture.REQUEST), "completed");
    }
  }

  @Test
  void aDifferenceIsSaidByTheNameOfItsParameter() throws IOException {
    JsonNode ours =
        JSON.readTree(
            """
            {"required":["a"],"properties":{"a":{"maxLength":9},"b":{"enum":["x","y"]},
             "c":{"properties":{"d":{"maximum":1.0}}},"gone":{}}}
            """);

    assertThat(SchemaDifference.between(ours, JSON.readTree("{}"))).isEmpty();
    assertThat(SchemaDifference.between(ours, ours)).isEmpty();
    assertThat(
            SchemaDifference.between(
                ours,
                JSON.readTree(
                    """
                    {"required":["a","b","e<script>"],"properties":{"a":{"maxLength":8},"b":{"enum":["x"]},
                     "c":{"properties":{"d":{"maximum":1}}},"e<script>":{},"f":{}}}
                    """)))
        .containsExactlyInAnyOrder(
            "a has the maxLength 8, not 9",
            "b does not allow all of its values any more",
            "gone is gone",
            "b is required now",
            "escript is new and required",
            "f is new");
  }
}
