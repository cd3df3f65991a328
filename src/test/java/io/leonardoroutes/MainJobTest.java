package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job from a message to its files, over the shipped routes. */
class MainJobTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REQUEST =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"The koala plays with the cat"}}\
      """;

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;

  @Test
  void aMessageOfAnApplicationsOwnRouteBecomesAVideoInTheOutbox() throws Exception {
    try (App app = App.in(folder).at(provider).start()) {
      String answer = app.template().requestBody("direct:leonardo-accept", REQUEST, String.class);

      JsonNode job = JSON.readTree(answer);
      String name = "kling-3.0-turbo-" + job.get("id").asText().substring(0, 8);
      assertThat(job.get("state").asText()).isEqualTo("ACCEPTED");
      Path completed = app.outbox().resolve(name + ".completed.json");
      await().until(() -> Files.exists(completed));
      assertThat(app.outbox().resolve(name + ".mp4"))
          .hasBinaryContent(ScriptedProvider.videoBytes());
      assertThat(app.outbox().resolve(name + ".submitted.json")).exists();
      assertThat(provider.creates()).hasSize(1);
    }
  }
}
