package io.leonardoroutes.prove;

import static org.assertj.core.api.Assertions.assertThat;

import io.leonardoroutes.ledger.Engine;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command with two instances. In a class of its own, so that it runs beside the others. */
@Tag("long")
class ProveInstancesIT {
  @TempDir Path folder;

  @Test
  void ofTwoInstancesOnOneDatabaseOneGoesOnWhereTheOtherIsKilled() throws Exception {
    String ledger = Engine.POSTGRES.emptyLedger(folder);

    String printed =
        PackagedProve.run(
            folder,
            0,
            "--kills 3 --ambiguous 0 --points none --seed 7 --instances 2 --ledger " + ledger);

    assertThat(PackagedProve.figures(printed))
        .isEqualTo(
            """
            3 kills of 2, seed 7, in N s
              accepted            N (JMS N, REST N, file N)
              over REST           plain N, chained N, approved N, retried N
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
}
