package io.leonardoroutes.lines;

import java.util.Collection;
import org.apache.commons.csv.CSVFormat;

/**
 * Writes CSV (RFC 4180). A spreadsheet would run a text that looks like a formula, so such a text
 * gets an apostrophe before it.
 */
public final class CsvText {
  /** What a formula begins with, also in the wide forms of East Asian scripts. */
  private static final String FORMULA = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

  private CsvText() {}

  /** One line of these cells, with its end; null is an empty cell. */
  public static String line(Collection<?> cells) {
    Object[] safe = cells.stream().map(CsvText::withoutFormula).toArray();
    return CSVFormat.RFC4180.format(safe) + "\r\n";
  }

  private static Object withoutFormula(Object cell) {
    return cell instanceof String text && !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0
        ? "'" + text
        : cell;
  }
}
