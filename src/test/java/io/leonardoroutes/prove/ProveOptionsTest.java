package io.leonardoroutes.prove;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProveOptionsTest {

  @Test
  void eachOptionHasADefault() {
    assertThat(ProveOptions.of())
        .isEqualTo(new ProveOptions(20, "all", 500, 1, new ProofSetup(1, null, 0)));
  }

  @Test
  void eachOptionCanBeGiven() {
    assertThat(
            ProveOptions.of(
                ("--seed -7 --kills 1000 --points create: --ambiguous 0 --instances 3"
                        + " --ledger jdbc:postgresql://db/ledger --concurrent 50")
                    .split(" ")))
        .isEqualTo(
            new ProveOptions(
                1000, "create:", 0, -7, new ProofSetup(3, "jdbc:postgresql://db/ledger", 50)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--kill 3 | --kill is not an option: --kills, --points, --ambiguous, --seed, --instances,"
            + " --ledger, --concurrent or --help",
        "--kills | --kills needs a value",
        "--kills many | --kills many is not a whole number from 0 to 100000",
        "--kills -1 | --kills -1 is not a whole number from 0 to 100000",
        "--ambiguous 50001 | --ambiguous 50001 is not a whole number from 0 to 50000",
        "--points ( | --points ( is not a regular expression",
        "--instances 9 | --instances 9 is not a whole number from 1 to 8",
        "--instances 2 | --instances 2 needs --ledger jdbc:postgresql:..., because SQLite allows"
            + " only one",
        "--ledger jdbc:h2:mem:x | --ledger jdbc:h2:mem:x is not a jdbc:postgresql: address",
        "--concurrent 0 | --concurrent 0 is not a whole number from 1 to 10000"
      })
  void whatCannotBeIsRefusedInOneLine(String arguments, String told) {
    assertThatThrownBy(() -> ProveOptions.of(arguments.split(" ")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(told);
  }

  @ParameterizedTest
  @CsvSource({"all, true", "none, false", "create:, true", "b.f, true", "after, false"})
  void pointsAreChosenByTheirNames(String which, boolean chosen) {
    CrashPoint point = new CrashPoint("create: before begin", JsonPointer.empty(), 0);

    assertThat(ProveOptions.of("--points", which).wants(point)).isEqualTo(chosen);
  }
}
