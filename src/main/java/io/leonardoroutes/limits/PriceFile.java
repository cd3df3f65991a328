package io.leonardoroutes.limits;

import io.leonardoroutes.limits.PriceTable.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads a {@link PriceTable} from CSV, as a person or a spreadsheet writes it: separated by commas,
 * semicolons or tabs. Whatever is wrong is an {@link IllegalArgumentException} that names line and
 * column.
 */
public final class PriceFile {
  private static final List<String> COLUMNS =
      List.of("model", "seconds", "size", "audio", "amount", "unit", "as of", "source");
  private static final int MOST_ROWS = 10_000;
  private static final int LONGEST = 200;
  private static final int SHOWN = 40;
  private static final Pattern SECONDS = Pattern.compile("[1-9]\\d{0,4}");
  private static final Pattern SIZE = Pattern.compile("[1-9]\\d{0,4}x[1-9]\\d{0,4}");
  private static final Pattern AMOUNT = Pattern.compile("\\d{1,12}(\\.\\d{1,9})?");
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final Set<String> models;
  private final List<String> header = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();
  private final Map<List<Object>, Long> lines = new HashMap<>();

  private PriceFile(Set<String> models) {
    this.models = models;
  }

  /**
   * Reads a table.
   *
   * @param models the known ones
   */
  public static PriceTable read(Reader text, Set<String> models) throws IOException {
    PriceFile file = new PriceFile(models);
    BufferedReader buffered = new BufferedReader(text);
    CSVFormat format =
        CSVFormat.RFC4180.builder().setDelimiter(separator(buffered)).setTrim(true).get();
    try (CSVParser parser = CSVParser.parse(buffered, format)) {
      file.readAll(parser);
    }
    return new PriceTable(file.rows);
  }

  private static char separator(BufferedReader text) throws IOException {
    text.mark(LONGEST * COLUMNS.size());
    char[] start = new char[LONGEST];
    int length = Math.max(0, text.read(start));
    text.reset();
    String first = new String(start, 0, length).lines().findFirst().orElse("");
    return first.indexOf(';') >= 0 ? ';' : first.indexOf('\t') >= 0 ? '\t' : ',';
  }

  private void readAll(CSVParser parser) throws IOException {
    long line = 1;
    try {
      Iterator<CSVRecord> records = parser.iterator();
      while (records.hasNext()) {
        CSVRecord fields = records.next();
        if (header.isEmpty()) {
          readHeader(fields);
        } else if (!fields.stream().allMatch(String::isBlank)) {
          add(row(fields, line), line);
        }
        line = parser.getCurrentLineNumber() + 1;
      }
    } catch (UncheckedIOException e) {
      throw wrong(line, "is not CSV: " + e.getCause().getMessage());
    }
    if (header.isEmpty()) {
      throw wrong(1, "there is no header: " + String.join(",", COLUMNS));
    }
  }

  private void readHeader(CSVRecord fields) {
    for (String field : fields) {
      String column =
          field.replace(BYTE_ORDER_MARK, "").strip().toLowerCase(Locale.ROOT).replace('_', ' ');
      if (!COLUMNS.contains(column)) {
        throw wrong(1, shown(field) + " is not a column: " + String.join(", ", COLUMNS));
      }
      if (header.contains(column)) {
        throw wrong(1, column, "is there twice");
      }
      header.add(column);
    }
    for (String column : COLUMNS) {
      if (!header.contains(column)) {
        throw wrong(1, column, "is missing");
      }
    }
  }

  private void add(Row row, long line) {
    Long other = lines.putIfAbsent(row.kind(), line);
    if (other != null) {
      throw wrong(line, "model", "has the same model, seconds, size and audio as line " + other);
    }
    if (rows.size() == MOST_ROWS) {
      throw wrong(line, "there are more than " + MOST_ROWS + " rows");
    }
    rows.add(row);
  }

  private Row row(CSVRecord fields, long line) {
    if (fields.size() != header.size()) {
      throw wrong(line, "has %s fields, and the header %s".formatted(fields.size(), header.size()));
    }
    Fields row = new Fields(fields, line);
    return new Row(
        row.model(),
        row.seconds(),
        row.matching("size", SIZE, "a size such as 1920x1080, or empty for any"),
        row.audio(),
        row.amount(),
        row.unit(),
        row.asOf(),
        row.text("source"));
  }

  /** One line; what is empty is null. */
  private final class Fields {
    private final CSVRecord fields;
    private final long line;

    private Fields(CSVRecord fields, long line) {
      this.fields = fields;
      this.line = line;
    }

    private String text(String column) {
      String text = fields.get(header.indexOf(column)).strip();
      if (text.length() > LONGEST) {
        throw wrong(line, column, "is longer than " + LONGEST + " characters");
      }
      return text.isEmpty() ? null : text;
    }

    private String matching(String column, Pattern pattern, String what) {
      String text = text(column);
      if (text != null && !pattern.matcher(text).matches()) {
        throw wrong(line, column, shown(text) + " is not " + what);
      }
      return text;
    }

    private String among(String column, Set<String> known, String what) {
      String text = text(column);
      if (text == null || !known.contains(text)) {
        throw wrong(line, column, shown(text) + " is not " + what);
      }
      return text;
    }

    private String model() {
      return among("model", models, "a known model: " + String.join(", ", models));
    }

    private Integer seconds() {
      String text =
          matching(
              "seconds",
              SECONDS,
              "a whole number from 1 (the amount is for each second) to 99999, or empty for any");
      return text == null ? null : Integer.valueOf(text);
    }

    private Boolean audio() {
      String text = text("audio");
      return text == null
          ? null
          : Boolean.valueOf(
              among(
                  "audio",
                  Set.of("true", "false"),
                  "true, false, or empty for with and without sound"));
    }

    private BigDecimal amount() {
      String what = "a decimal number such as 0.2392, from 0 to 999999999999";
      String text = matching("amount", AMOUNT, what);
      if (text == null) {
        throw wrong(line, "amount", shown(text) + " is not " + what);
      }
      return new BigDecimal(text);
    }

    private String unit() {
      return among("unit", Set.of("DOLLARS", "CREDITS"), "DOLLARS or CREDITS");
    }

    private LocalDate asOf() {
      String text = text("as of");
      try {
        return text == null ? null : LocalDate.parse(text);
      } catch (DateTimeException e) {
        throw wrong(line, "as of", shown(text) + " is not a day such as 2026-08-01, or empty");
      }
    }
  }

  private static String shown(String text) {
    if (text == null) {
      return "''";
    }
    String start = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    return "'" + start.replaceAll("\\p{Cntrl}", " ") + "'";
  }

  private static IllegalArgumentException wrong(long line, String column, String why) {
    return wrong(line, "column " + column + ": " + why);
  }

  private static IllegalArgumentException wrong(long line, String why) {
    return new IllegalArgumentException("line " + line + ", " + why);
  }
}
