package io.leonardoroutes.prove;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

  @Test
  void eachOptionHasADefault() {
    assertThat(Options.of()).isEqualTo(new Options(20, "all", 500, 1));
  }

  @Test
  void eachOptionCanBeGiven() {
    assertThat(
            Options.of(
                "--seed", "-7", "--kills", "1000", "--points", "create:", "--ambiguous", "0"))
        .isEqualTo(new Options(1000, "create:", 0, -7));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--kill 3 | --kill is not an option: --kills, --points, --ambiguous, --seed or --help",
        "--kills | --kills needs a value",
        "--kills many | --kills many is not a whole number from 0 to 100000",
        "--kills -1 | --kills -1 is not a whole number from 0 to 100000",
        "--ambiguous 50001 | --ambiguous 50001 is not a whole number from 0 to 50000",
        "--points ( | --points ( is not a regular expression"
      })
  void whatCannotBeIsRefusedInOneLine(String arguments, String told) {
    assertThatThrownBy(() -> Options.of(arguments.split(" ")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(told);
  }

  @ParameterizedTest
  @CsvSource({"all, true", "none, false", "create:, true", "b.f, true", "after, false"})
  void pointsAreChosenByTheirNames(String which, boolean chosen) {
    Point point = new Point("create: before begin", JsonPointer.empty(), 0);

    assertThat(Options.of("--points", which).wants(point)).isEqualTo(chosen);
  }
}
