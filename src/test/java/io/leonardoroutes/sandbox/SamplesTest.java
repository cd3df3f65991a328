package io.leonardoroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.request.ModelExamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplesTest {

  private static final Path SHIPPED = Path.of("src/main/resources/io/leonardoroutes/sandbox");

  @TempDir Path folder;

  @Test
  void theFolderGetsEverySampleAndNothingElse() throws IOException {
    var inbox = folder.resolve("data/inbox");

    assertThat(SampleRequests.writeInto(inbox, ModelExamples.ids()))
        .hasSizeGreaterThan(1)
        .allSatisfy(sample -> assertThat(sample).isRegularFile().hasParent(inbox));
    assertThat(names(inbox, "")).isEqualTo(names(SHIPPED, ".json"));
  }

  private static List<String> names(Path folder, String ending) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(ending))
          .sorted()
          .toList();
    }
  }

  @Test
  void aModelWithoutASampleIsLeftOut() throws IOException {
    assertThat(SampleRequests.of("mine")).isNull();
    assertThat(SampleRequests.writeInto(folder, List.of("mine", "kling-3.0-turbo")))
        .containsExactly(folder.resolve("kling-3.0-turbo.json"));
  }

  @Test
  void aSampleThatIsThereIsLeftAlone() throws IOException {
    var mine = Files.writeString(folder.resolve("kling-3.0-turbo.json"), "mine");

    assertThat(SampleRequests.writeInto(folder, ModelExamples.ids()))
        .isNotEmpty()
        .doesNotContain(mine);
    assertThat(mine).hasContent("mine");
  }

  @Test
  void whatAStartThatWasKilledLeftOfASampleIsDeletedAfterAnHour() throws IOException {
    String name = ModelExamples.ids().iterator().next() + ".json";
    Path left = Files.createFile(folder.resolve("." + name + "." + UUID.randomUUID() + ".part"));
    Path young = Files.createFile(folder.resolve("." + name + "." + UUID.randomUUID() + ".part"));
    Path foreign = Files.createFile(folder.resolve(".mine." + UUID.randomUUID() + ".part"));
    for (Path file : List.of(left, foreign)) {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofMinutes(61))));
    }

    SampleRequests.writeInto(folder, ModelExamples.ids());

    assertThat(left).doesNotExist();
    assertThat(young).exists();
    assertThat(foreign).exists();
  }

  @Test
  void aSampleThatWasAcceptedDoesNotComeBack() throws IOException {
    var accepted = Files.createDirectory(folder.resolve(".accepted"));
    for (String name : names(SHIPPED, ".json")) {
      Files.createFile(accepted.resolve(name));
    }

    assertThat(SampleRequests.writeInto(folder, ModelExamples.ids())).isEmpty();
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
    SampleRequests.writeInto(folder, List.of(model));

    JsonNode sample = SandboxAnswer.parse(Files.readString(folder.resolve(model + ".json")));

    var id = sample.at("/parameters/guidances/start_frame/0/image/id").asText();
    assertThat(UUID.fromString(id).version()).isEqualTo(4);
    assertThat(sample).hasToString(page.replace("ID", id));
  }
}
