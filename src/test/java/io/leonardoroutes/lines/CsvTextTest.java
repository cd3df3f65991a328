package io.leonardoroutes.lines;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a spreadsheet makes of our tables. */
class CsvTextTest {
  @ParameterizedTest
  @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\uFF1D1"})
  void aCellThatASpreadsheetWouldRunIsText(String cell) {
    assertThat(CsvText.line(List.of("a", cell))).isEqualTo("a,'" + cell + "\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\r=1", "\n=1"})
  void soIsOneThatBeginsWithALineBreak(String cell) {
    assertThat(CsvText.line(List.of("a", cell))).isEqualTo("a,\"'" + cell + "\"\r\n");
  }

  @Test
  void anyOtherStaysAsItIs() {
    assertThat(CsvText.line(Arrays.asList(-1, null, "1=1", "/parameters/prompt \"a\", b")))
        .isEqualTo("-1,,1=1,\"/parameters/prompt \"\"a\"\", b\"\r\n");
  }
}
