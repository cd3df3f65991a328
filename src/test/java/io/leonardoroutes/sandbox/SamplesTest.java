package io.leonardoroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplesTest {

  @TempDir Path folder;

  @Test
  void theFolderGetsOneSampleForEachModelAndNothingElse() throws IOException {
    var inbox = folder.resolve("data/inbox");

    assertThat(SampleRequests.writeInto(inbox))
        .containsExactly(
            inbox.resolve("kling-3.0-turbo.json"), inbox.resolve("kling-video-o-3.json"));
    try (var files = Files.list(inbox)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void aSampleThatIsThereIsLeftAlone() throws IOException {
    var mine = Files.writeString(folder.resolve("kling-3.0-turbo.json"), "mine");

    assertThat(SampleRequests.writeInto(folder))
        .containsExactly(folder.resolve("kling-video-o-3.json"));
    assertThat(mine).hasContent("mine");
  }

  @Test
  void aSampleThatWasAcceptedDoesNotComeBack() throws IOException {
    var accepted = Files.createDirectory(folder.resolve(".accepted"));
    Files.createFile(accepted.resolve("kling-3.0-turbo.json"));
    Files.createFile(accepted.resolve("kling-video-o-3.json"));

    assertThat(SampleRequests.writeInto(folder)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          kling-3.0-turbo | {"model":"kling-3.0-turbo","public":false,"parameters":{"prompt":"The koala plays with the cat","guidances":{"start_frame":[{"image":{"id":"ID","type":"UPLOADED"}}]},"duration":5,"motion_has_audio":true,"width":1920,"height":1080}}
          kling-video-o-3 | {"model":"kling-video-o-3","public":false,"parameters":{"prompt":"The woman plays with the cat","duration":3,"width":1920,"height":1080,"mode":"RESOLUTION_1080","motion_has_audio":true,"guidances":{"start_frame":[{"image":{"id":"ID","type":"UPLOADED"}}]}}}
          """)
  void aSampleIsThePagesOwnWithARealId(String model, String page) throws IOException {
    SampleRequests.writeInto(folder);

    JsonNode sample = SandboxAnswer.parse(Files.readString(folder.resolve(model + ".json")));

    var id = sample.at("/parameters/guidances/start_frame/0/image/id").asText();
    assertThat(UUID.fromString(id).version()).isEqualTo(4);
    assertThat(sample).hasToString(page.replace("ID", id));
  }
}
