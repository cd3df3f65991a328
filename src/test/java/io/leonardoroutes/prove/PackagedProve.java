package io.leonardoroutes.prove;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.LeonardoRoutes;
import io.leonardoroutes.fixture.ChildJvm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The command {@code prove}, in a process of its own. */
final class PackagedProve {
  private PackagedProve() {}

  /** What it printed, once it has ended with that status and left nothing in the folder. */
  static String run(Path folder, int status, String arguments, String... more) throws Exception {
    List<String> command = ChildJvm.command();
    command.add("-Djava.io.tmpdir=" + folder);
    command.addAll(List.of("-cp", ChildJvm.program(), LeonardoRoutes.class.getName(), "prove"));
    command.addAll(List.of(arguments.split(" ")));
    command.addAll(List.of(more));
    Process prove = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(prove.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(prove.waitFor()).as(printed).isEqualTo(status);
    try (var left = Files.list(folder)) {
      assertThat(left.filter(file -> file.getFileName().toString().startsWith("leonardo-")))
          .isEmpty();
    }
    return printed;
  }

  /** What was found, with N for the figures that differ from run to run. */
  static String figures(String printed) {
    return printed
        // newer JDKs warn of what libraries do inside
        .replaceAll("(?m)^((WARNING: |the program runs in| +\\d+ s: ).*)?\\n", "")
        .replaceAll(
            "(?m)((?:JMS|REST|file|plain|chained|approved|retried|accepted|in doubt|most at once|recover|most,"
                + "|in|[A-Z_0-9]+_[A-Z]+|HANGING|UNREADABLE) +)[\\d.]+",
            "$1N");
  }
}
