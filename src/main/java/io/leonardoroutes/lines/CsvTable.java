package io.leonardoroutes.lines;

import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A table as spreadsheets write it: separated by commas, semicolons or tabs, in UTF-8 or, with a
 * byte order mark, UTF-16. A row that does not fit the header is rejected alone; where quotation
 * marks are wrong, nobody knows where the next row begins.
 */
final class CsvTable implements LineReader {
  private static final int LONGEST_HEADER = 16 * 1024;
  private static final Pattern SEPARATOR = Pattern.compile("(?i)\"?sep=([,;|\t])\"?\\R");

  private final int most;
  private final BoundedReader bounded;
  private final CSVParser parser;
  private final Iterator<CSVRecord> rows;
  private final CsvColumns columns;

  /** The lines before those that the parser sees. */
  private final int before;

  /**
   * @param in supports marks
   * @throws RequestRejected if the header cannot be used
   */
  CsvTable(InputStream in, int most) throws IOException {
    this.most = most;
    PushbackReader text =
        new PushbackReader(new InputStreamReader(in, charset(in).newDecoder()), LONGEST_HEADER);
    try {
      String start = start(text);
      Matcher hint = SEPARATOR.matcher(start);
      this.before = hint.lookingAt() ? 1 : 0;
      String rest = before == 1 ? start.substring(hint.end()) : start;
      text.unread(rest.toCharArray());
      char separator = before == 1 ? hint.group(1).charAt(0) : separator(rest);
      this.bounded = new BoundedReader(text, most);
      this.parser = CSVParser.builder().setReader(bounded).setFormat(format(separator)).get();
    } catch (CharacterCodingException e) {
      throw notText();
    }
    this.rows = parser.iterator();
    CSVRecord header = record();
    this.columns = CsvColumns.of(header == null ? List.of() : header.toList());
    columns.check();
  }

  private static Charset charset(InputStream in) throws IOException {
    in.mark(3);
    byte[] mark = in.readNBytes(3);
    in.reset();
    if (mark.length == 3 && mark[0] == (byte) 0xEF && mark[1] == (byte) 0xBB) {
      in.skipNBytes(3);
    } else if (mark.length > 1 && (mark[0] & 0xFF) + (mark[1] & 0xFF) == 0xFE + 0xFF) {
      return StandardCharsets.UTF_16;
    }
    return StandardCharsets.UTF_8;
  }

  private static String start(Reader text) throws IOException {
    char[] start = new char[LONGEST_HEADER];
    int length = 0;
    int read = 0;
    while (read >= 0 && length < start.length) {
      length += read;
      read = text.read(start, length, start.length - length);
    }
    return new String(start, 0, length);
  }

  /** The separator by which the first row has the most known columns. */
  private static char separator(String start) {
    String line = start.lines().findFirst().orElse("");
    return Stream.of(',', ';', '\t')
        .max(Comparator.comparingLong(separator -> known(line, separator)))
        .orElseThrow();
  }

  private static long known(String line, char separator) {
    try (CSVParser parser =
        CSVParser.builder().setReader(new StringReader(line)).setFormat(format(separator)).get()) {
      return parser.stream().limit(1).mapToLong(row -> CsvColumns.of(row.toList()).known()).sum();
    } catch (IOException | UncheckedIOException notByThis) {
      return 0;
    }
  }

  private static CSVFormat format(char separator) {
    return CSVFormat.RFC4180.builder().setDelimiter(separator).setIgnoreEmptyLines(false).get();
  }

  @Override
  public RequestLine next() throws IOException {
    while (true) {
      long line = line();
      CSVRecord row = record();
      if (row == null) {
        return null;
      }
      List<String> cells = row.toList();
      if (!cells.stream().allMatch(String::isBlank)) {
        return row(line, cells);
      }
    }
  }

  private RequestLine row(long line, List<String> cells) {
    int width = columns.names().size();
    boolean fits = cells.size() >= width && cells.stream().skip(width).allMatch(String::isBlank);
    return fits
        ? RequestLine.of(line, columns.request(cells).toString().getBytes(StandardCharsets.UTF_8))
        : RequestLine.rejected(
            line,
            new RequestRejected(
                400,
                "ragged",
                "The row does not fit the header",
                "it has %s cells, and the header %s: a text with a separator or a line break needs quotation marks"
                    .formatted(cells.size(), width)));
  }

  /** The line where the next row begins. */
  private long line() {
    return parser.getCurrentLineNumber() + 1 + before;
  }

  private CSVRecord record() throws IOException {
    long line = line();
    bounded.begin();
    try {
      return rows.hasNext() ? rows.next() : null;
    } catch (UncheckedIOException e) {
      throw rejected(e.getCause(), line);
    }
  }

  private RequestRejected rejected(IOException why, long line) throws IOException {
    if (why instanceof BoundedReader.TooLong) {
      return unreadable(
          "the row that begins in line %s is longer than %s bytes: is a quotation mark missing?"
              .formatted(line, most));
    }
    if (why instanceof CharacterCodingException) {
      return notText();
    }
    if (why instanceof CSVException) {
      return unreadable(
          "the row that begins in line %s has a quotation mark that is not closed, or text behind one; within quotation marks, write them twice"
              .formatted(line));
    }
    throw why;
  }

  private static RequestRejected notText() {
    return unreadable("it is not UTF-8 text: save it as CSV UTF-8");
  }

  private static RequestRejected unreadable(String why) {
    return new RequestRejected(400, "not-csv", "The table cannot be read", why);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
