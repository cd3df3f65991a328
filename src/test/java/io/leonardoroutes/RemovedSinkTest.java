package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sink that is taken out of the settings, or renamed, while something is on its way to it. */
class RemovedSinkTest {
  private static final Duration LONG = Patience.LONG;
  private static final String FOR_ERP = Story.REQUEST.replaceFirst("\\{", "{\"sinks\":[\"erp\"],");

  @TempDir Path folder;
  private Provider provider;
  private Story story;

  @BeforeEach
  void open() throws IOException {
    provider = Provider.start();
    story = Story.in(folder, provider);
  }

  @AfterEach
  void close() {
    story.close();
    provider.close();
  }

  private void startAgain(String key, String value) throws Exception {
    story.close();
    story = Story.in(folder, provider).with(key, value).start();
  }

  @Test
  void whatItIsToldWaitsForItAndTheLogSaysSoAtTheStart() throws Exception {
    story
        .with("leonardo.track.first", "1h")
        .with("leonardo.sinks.erp.uri", "http://127.0.0.1:" + App.freePort())
        .start();
    String id = story.accept(FOR_ERP);
    story.until(id, "RUNNING");

    try (Log log = Log.open()) {
      startAgain("leonardo.track.first", "1h");
      assertThat(log.with("there is no sink"))
          .containsExactly(
              "WARN 1 deliveries stay as they are, and so will those of 1 unfinished jobs:"
                  + " there is no sink erp");
    }
    Rows.change(story.app(), "UPDATE job SET due_at = 0");
    await().atMost(LONG).until(() -> Rows.of(story.app(), "SELECT * FROM delivery").size() == 2);

    Path erp = folder.resolve("erp");
    startAgain("leonardo.sinks.erp.uri", "file:" + erp + "?tempPrefix=.part-");
    String name = "kling-3.0-turbo-" + id.substring(0, 8);
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(files(erp))
                    .containsExactly(name + ".completed.json", name + ".submitted.json"));
  }

  @Test
  void repliesWaitForJmsAndTheLogSaysSoAtTheStart() throws Exception {
    story.with("leonardo.track.first", "1h").start();
    story.until(story.accept(Story.REQUEST), "RUNNING");
    Rows.change(story.app(), "UPDATE job SET reply_to = 'queue:answers'");

    try (Log log = Log.open()) {
      startAgain("leonardo.track.first", "1h");
      assertThat(log.warnings())
          .containsExactly(
              "WARN 0 replies stay as they are, and so will those of 1 unfinished jobs:"
                  + " leonardo.jms.enabled is false");
    }
  }

  private static List<String> files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
