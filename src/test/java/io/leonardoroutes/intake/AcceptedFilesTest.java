package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long accepted files are kept. */
class AcceptedFilesTest {
  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  private Path accepted(String keep) throws Exception {
    story
        .with("leonardo.file.enabled", "true")
        .with("leonardo.accepted.keep", keep)
        .with("leonardo.tick", "10h")
        .start();
    Path inbox = story.app().data().resolve("inbox");
    Files.writeString(inbox.resolve("a.json"), FlowFixture.REQUEST);
    Path file = inbox.resolve(".accepted/a.json");
    await().until(() -> Files.exists(file));
    return file;
  }

  private void sweep() {
    story
        .app()
        .context()
        .getRegistry()
        .lookupByNameAndType("leonardoInbox", FileIntake.class)
        .forgetAccepted();
  }

  @Test
  void anAcceptedFileGoesAfterItsTimeAndItsJobStays() throws Exception {
    Path file = accepted("1ms");

    await()
        .until(
            () -> {
              sweep();
              return Files.notExists(file);
            });
    assertThat(LedgerRows.jobs(story.app())).isEqualTo(1);
  }

  @Test
  void unlessATimeIsSetItStays() throws Exception {
    Path file = accepted("never");

    sweep();

    assertThat(file).exists();
  }
}
