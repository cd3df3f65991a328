package io.leonardoroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Patience;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command, in a folder with nothing but config and routes. */
class FirstRunIT {
  @TempDir Path folder;
  private Process program;

  @AfterEach
  void kill() {
    program.destroyForcibly();
  }

  @Test
  void theSamplesBecomeVideosAndOnSigtermItEndsWithZero() throws Exception {
    copy("config");
    copy("routes");
    start();

    Path outbox = folder.resolve("data/outbox");
    await().atMost(Patience.LONG).until(() -> endings(outbox, ".completed.json") == 2);
    assertThat(endings(outbox, ".mp4")).isEqualTo(2);
    assertThat(endings(outbox, ".submitted.json")).isEqualTo(2);
    assertThat(program.isAlive()).isTrue();
    assertThat(folder.resolve("data/sandbox.db")).exists();
    assertThat(folder.resolve("data/ledger.db")).doesNotExist();
    assertThat(Files.readString(folder.resolve("out.log")))
        .containsPattern(
            "(?m)^20[0-9-]{8}T[0-9:.]{12}(Z|[+-][0-9:]{5}) INFO  StartupReport - leonardo-routes"
                + " [0-9][^,]*, configuration /.*/config/application.properties; ledger /")
        .contains("data/sandbox.db, unfinished jobs: 0")
        .contains("leonardo-routes ready, drop requests into data/inbox")
        .contains("delivered to outbox");

    program.destroy();

    assertThat(program.waitFor(Patience.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(program.exitValue()).isZero();
  }

  private void start() throws IOException {
    program =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Dleonardo.sandbox=true",
                    "-Dleonardo.sandbox.port=" + App.freePort(),
                    "-Dleonardo.rest.port=" + App.freePort(),
                    "-Dleonardo.jms.port=" + App.freePort(),
                    "-Dleonardo.management.port=" + App.freePort(),
                    "-jar",
                    Path.of("target", "leonardo-routes.jar").toAbsolutePath().toString()))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out.log").toFile())
            .start();
  }

  private void copy(String part) throws IOException {
    Path copies = Files.createDirectories(folder.resolve(part));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(part))) {
      for (Path file : files) {
        Files.copy(file, copies.resolve(file.getFileName()));
      }
    }
  }

  private static long endings(Path place, String ending) throws IOException {
    if (!Files.isDirectory(place)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(place)) {
      return files.filter(file -> file.toString().endsWith(ending)).count();
    }
  }
}
