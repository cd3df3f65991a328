package io.leonardoroutes.prove;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.LeonardoRoutes;
import io.leonardoroutes.fixture.ChildJvm;
import io.leonardoroutes.ledger.Engine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a user runs it, on the packaged jar. */
class ProveIT {
  @TempDir Path folder;

  @Test
  void killedAroundThePaidCallAndAtRandomNothingIsLostOrPaidTwice() throws Exception {
    String printed =
        prove(
            0,
            "--kills 6 --ambiguous 0 --seed 7",
            "--points",
            "create: .*(begin|create-generation|read-create|record-create)");

    assertThat(figures(printed))
        .isEqualTo(
            """
            13 kills of 1, seed 7, in N s
              accepted            N (JMS N, REST N, file N)
              lost                0
              paid twice          0
              never answered      0
              in doubt            N
              most at once        N of 10
              seconds to recover  N at most, N in the median of 1
              points killed at    7
                create: after begin
                create: after read-create
                create: after record-create
                create: before begin
                create: before create-generation
                create: before read-create
                create: before record-create
              points not reached  0
              errors logged       0
            proved
            """);
  }

  @Test
  void ofTwoInstancesOnOneDatabaseOneGoesOnWhereTheOtherIsKilled() throws Exception {
    String ledger = Engine.POSTGRES.emptyLedger(folder);

    String printed =
        prove(0, "--kills 3 --ambiguous 0 --points none --seed 7 --instances 2 --ledger " + ledger);

    assertThat(figures(printed))
        .isEqualTo(
            """
            3 kills of 2, seed 7, in N s
              accepted            N (JMS N, REST N, file N)
              lost                0
              paid twice          0
              never answered      0
              in doubt            N
              most at once        N of 10
              seconds to recover  N at most, N in the median of 1
              points killed at    0
              points not reached  0
              errors logged       0
            proved
            """);
  }

  @Test
  void createsWithAmbiguousAnswersAreNeverRepeatedBlindly() throws Exception {
    String printed = prove(0, "--kills 0 --points none --ambiguous 100");

    assertThat(figures(printed))
        .isEqualTo(
            """
            100 ambiguous creates in N s
              kinds               CLOSED_BEFORE N, CLOSED_AFTER N, ERROR_500_BEFORE N, \
            ERROR_500_AFTER N, ERROR_502_BEFORE N, ERROR_502_AFTER N, HANGING N, CUT_OFF N, \
            UNREADABLE N, WITHOUT_ID N
              lost                0
              paid twice          0
              never answered      0
              blind repeats       0
              adopted             70
              released            30
              held                0
              none of these       0
              errors logged       0
            proved
            """);
  }

  @Test
  void anUnknownOptionIsToldInOneLine() throws Exception {
    assertThat(prove(2, "--fast yes"))
        .isEqualTo(
            "leonardo-routes: Unknown options: '--fast', 'yes'; see leonardo-routes prove"
                + " --help\n");
  }

  private String prove(int status, String arguments, String... more) throws Exception {
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
  private static String figures(String printed) {
    return printed
        // newer JDKs warn of what libraries do inside
        .replaceAll("(?m)^((WARNING: |the program runs in| +\\d+ s: ).*)?\\n", "")
        .replaceAll(
            "(?m)((?:JMS|REST|file|accepted|in doubt|most at once|recover|most,"
                + "|in|[A-Z_0-9]+_[A-Z]+|HANGING|UNREADABLE) +)[\\d.]+",
            "$1N");
  }
}
