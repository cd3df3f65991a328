package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sink that is taken out of the settings, or renamed, while something is on its way to it. */
class RemovedSinkTest {
  private static final Duration LONG = Patience.LONG;
  private static final String FOR_ERP =
      FlowFixture.REQUEST.replaceFirst("\\{", "{\"sinks\":[\"erp\"],");

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  private void startAgain(String key, String value) throws Exception {
    story.close();
    story = FlowFixture.in(folder, provider).with(key, value).start();
  }

  @Test
  void whatItIsToldWaitsForItAndTheLogSaysSoAtTheStart() throws Exception {
    story
        .with("leonardo.track.first", "1h")
        .with("leonardo.sinks.erp.uri", "http://127.0.0.1:" + App.freePort())
        .start();
    String id = story.accept(FOR_ERP);
    story.until(id, "RUNNING");

    try (LogCapture log = LogCapture.open()) {
      startAgain("leonardo.track.first", "1h");
      assertThat(log.with("there is no sink"))
          .containsExactly(
              "WARN 1 deliveries wait, and so will those of 1 unfinished jobs:"
                  + " there is no sink erp");
    }
    LedgerRows.change(story.app(), "UPDATE job SET due_at = 0");
    await()
        .atMost(LONG)
        .until(() -> LedgerRows.of(story.app(), "SELECT * FROM delivery").size() == 2);

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
    story.until(story.accept(FlowFixture.REQUEST), "RUNNING");
    LedgerRows.change(story.app(), "UPDATE job SET reply_to = 'queue:answers'");

    try (LogCapture log = LogCapture.open()) {
      startAgain("leonardo.track.first", "1h");
      assertThat(log.warnings())
          .containsExactly(
              "WARN 0 replies wait, and so will those of 1 unfinished jobs:"
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
