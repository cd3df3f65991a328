package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of a failed job is in {@code .failed}, and retries the job from there, once. */
class FailedFilesTest {
  private static final String REFERRED =
      FlowFixture.REQUEST.replace("{\"model\"", "{\"reference\":\"r-1\",\"model\"");

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;
  private Path inbox;

  @BeforeEach
  void start() throws Exception {
    story
        .with("leonardo.file.enabled", "true")
        .with("leonardo.file.patience", "50ms")
        .with("leonardo.sinks.failed.uri", "bean:leonardoFailedFiles")
        .with("leonardo.sinks.failed.events", "failed")
        .start();
    inbox = story.app().inbox();
  }

  private void drop(String name, String text) throws IOException {
    Path part = Files.writeString(folder.resolve("part"), text);
    Files.move(part, inbox.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The only file in a folder of the inbox, once it is there. */
  private Path only(String where) {
    return await()
        .atMost(Patience.LONG)
        .until(() -> names(inbox.resolve(where)), files -> files.size() == 1)
        .get(0);
  }

  private static List<Path> names(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> !file.getFileName().toString().startsWith(".")).toList();
    }
  }

  private Path failed(String name, String request) throws IOException {
    provider.onLook(ScriptedProvider::failed);
    drop(name, request);
    return only(".failed");
  }

  private void gone(Path file) {
    await().atMost(Patience.LONG).until(() -> Files.notExists(file));
  }

  private String back(Path file) throws IOException {
    Path dropped = inbox.resolve(file.getFileName());
    Files.move(file, dropped);
    gone(dropped);
    return file.getFileName().toString();
  }

  private String id(String where) {
    return LedgerRows.of(story.app(), "SELECT id FROM job WHERE " + where)
        .get(0)
        .get("id")
        .toString();
  }

  @Test
  void movedBackItRetriesTheJobOnceHoweverOftenItComes() throws Exception {
    Path file = failed("koala.json", REFERRED);
    String first = id("retry_of IS NULL");
    assertThat(file.getFileName().toString())
        .isEqualTo("koala-" + first.substring(0, 8) + ".retry.json");
    assertThat(names(inbox.resolve(".accepted"))).isEmpty();
    String text = Files.readString(file);
    assertThat(text).isEqualTo(REFERRED);

    String name = back(file);
    String retry = id("retry_of = '" + first + "'");
    story.until(retry, "COMPLETE");
    assertThat(only(".accepted").getFileName()).hasToString(name);

    drop(name, text);
    gone(inbox.resolve(name));
    drop("koala.json", REFERRED);
    gone(inbox.resolve("koala.json"));
    assertThat(LedgerRows.jobs(story.app())).isEqualTo(2);
    assertThat(provider.creates()).hasSize(2);
  }

  @Test
  void aRetryThatFailsCanBeMovedBackToo() throws Exception {
    Path file = failed("koala.json", FlowFixture.REQUEST);
    String first = id("retry_of IS NULL");
    provider.onLook(ScriptedProvider::failed);
    String name = back(file);
    Path again = only(".failed");
    assertThat(again.getFileName().toString()).isNotEqualTo(name).endsWith(".retry.json");
    String second = id("retry_of = '" + first + "'");

    back(again);
    story.until(id("retry_of = '" + second + "'"), "COMPLETE");
    assertThat(provider.creates()).hasSize(3);
  }

  @Test
  void aChangedFileOrOneOfAnUnknownJobOrOfOneThatMayBeBilledIsRejected() throws Exception {
    Path file = failed("koala.json", FlowFixture.REQUEST);
    String name = file.getFileName().toString();
    drop(name, FlowFixture.REQUEST + " ");
    drop("koala-00000000.retry.json", FlowFixture.REQUEST);
    for (String rejected : List.of(name, "koala-00000000.retry.json")) {
      Path reason =
          inbox.resolve(".rejected").resolve(rejected.replace(".json", "") + ".reason.json");
      await().atMost(Patience.LONG).until(() -> Files.exists(reason));
      assertThat(Files.readString(reason)).contains("give it another name");
    }

    LedgerRows.change(
        story.app(),
        "UPDATE job SET problem = '{\"type\":\"urn:leonardo-routes:problem:given-up\"}'");
    back(file);
    await()
        .atMost(Patience.LONG)
        .until(
            () ->
                Files.readString(
                        inbox
                            .resolve(".rejected")
                            .resolve(name.replace(".json", "") + ".reason.json"))
                    .contains("may-be-billed"));
    assertThat(LedgerRows.jobs(story.app())).isEqualTo(1);
  }
}
