package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a spreadsheet makes of a report. */
class BatchReportsTest {
  @ParameterizedTest
  @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=a\nb"})
  void aCellThatASpreadsheetWouldRunIsText(String cell) {
    assertThat(BatchReports.neutral(cell)).isEqualTo("'" + cell);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "1=1", "/parameters/prompt", "koala-1-1a2b3c4d.mp4"})
  void anyOtherStaysAsItIs(String cell) {
    assertThat(BatchReports.neutral(cell)).isEqualTo(cell);
  }
}
