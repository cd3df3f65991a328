package io.leonardoroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  @TempDir Path folder;

  @Test
  void aJobOutlivesTheSandboxThatAcceptedIt() throws Exception {
    SandboxOptions options = options();
    String id;
    try (Sandbox sandbox = Sandbox.start(options)) {
      id = new Client(sandbox).created("The koala");
    }

    try (Sandbox again = Sandbox.start(options)) {
      assertThat(new Client(again).look(id).get("status").asText()).isEqualTo("COMPLETE");
    }
  }

  @Test
  void aLineThatWasCutOffIsPassedOver() throws Exception {
    SandboxOptions options = options();
    try (Sandbox sandbox = Sandbox.start(options)) {
      new Client(sandbox).created("The koala");
    }
    Files.writeString(options.journal(), "{\"id\":\"half", StandardOpenOption.APPEND);

    try (Sandbox again = Sandbox.start(options)) {
      assertThat(again.creates()).hasSize(1);
    }
  }

  private SandboxOptions options() {
    return SandboxOptions.defaults()
        .withJobDuration(Duration.ZERO)
        .withJournal(folder.resolve("sandbox.jsonl"));
  }
}
