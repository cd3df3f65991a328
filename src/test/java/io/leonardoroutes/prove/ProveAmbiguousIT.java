package io.leonardoroutes.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command before ambiguous answers. In a class of its own, so that it runs beside the others.
 */
@Tag("long")
class ProveAmbiguousIT {
  @TempDir Path folder;

  @Test
  void createsWithAmbiguousAnswersAreNeverRepeatedBlindly() throws Exception {
    String printed = PackagedProve.run(folder, 0, "--kills 0 --points none --ambiguous 100");

    assertThat(PackagedProve.figures(printed))
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
}
