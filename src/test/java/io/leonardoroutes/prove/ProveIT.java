package io.leonardoroutes.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a user runs it, on the packaged jar. */
@Tag("long")
class ProveIT {
  @TempDir Path folder;

  @Test
  void killedAroundThePaidCallAndAtRandomNothingIsLostOrPaidTwice() throws Exception {
    String printed =
        PackagedProve.run(
            folder,
            0,
            "--kills 3 --ambiguous 0 --seed 7",
            "--points",
            "create: .*(begin|create-generation|read-create|record-create)");

    assertThat(PackagedProve.figures(printed))
        .isEqualTo(
            """
            10 kills of 1, seed 7, in N s
              accepted            N (JMS N, REST N, file N)
              over REST           plain N, chained N, approved N, retried N
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
  void anUnknownOptionIsToldInOneLine() throws Exception {
    assertThat(PackagedProve.run(folder, 2, "--fast yes"))
        .isEqualTo(
            "leonardo-routes: Unknown options: '--fast', 'yes'; see leonardo-routes prove"
                + " --help\n");
  }
}
