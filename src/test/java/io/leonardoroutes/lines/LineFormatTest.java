package io.leonardoroutes.lines;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of a file with many requests. */
class LineFormatTest {
  private static final int MOST = 1024;
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  @TempDir Path folder;

  @Test
  void eachLineIsARequestAndABlankOneIsNone() throws Exception {
    assertThat(read("a.jsonl", BYTE_ORDER_MARK + "{\"a\":1}\r\n\n  \t\n {\"b\":2}"))
        .containsExactly("1 {\"a\":1}\r", "4 {\"b\":2}");
    assertThat(read("a.jsonl", "")).isEmpty();
    assertThat(read("a.jsonl", "\n\n")).isEmpty();
  }

  @Test
  void aLineThatIsTooLongIsRejectedAlone() throws Exception {
    String longest = "\"" + "x".repeat(MOST - 2) + "\"";

    assertThat(read("a.jsonl", longest + "\n" + longest + " \n1\n" + longest + longest))
        .containsExactly(
            "1 " + longest,
            "2 413 too-large: the request is larger than 1024 bytes: shorten it",
            "3 1",
            "4 413 too-large: the request is larger than 1024 bytes: shorten it");
  }

  @Test
  void eachElementOfAnArrayIsARequestWhateverIsInIt() throws Exception {
    assertThat(read("a.json", BYTE_ORDER_MARK + " [ {\"a\":\"],[\\\"\"},[1,[2]], 3 ,{]},{}\n] \n"))
        .containsExactly("1 {\"a\":\"],[\\\"\"}", "2 [1,[2]]", "3 3 ", "4 {]}", "5 {}\n");
    assertThat(read("a.json", "[]")).isEmpty();
    assertThat(read("a.json", "[1,]")).containsExactly("1 1", "2 ");
  }

  @Test
  void anElementThatIsTooLongIsRejectedAlone() throws Exception {
    assertThat(read("a.json", "[1,\"" + "x".repeat(MOST) + "\",3]"))
        .containsExactly(
            "1 1", "2 413 too-large: the request is larger than 1024 bytes: shorten it", "3 3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1,2       | it ends within element 2",
        "[1,\"2]    | it ends within element 2",
        "[{},{\"a\" | it ends within element 2",
        "[          | it ends within element 1",
        "[1] 2      | there is more after its end",
        "[1][2]     | there is more after its end",
      })
  void anArrayThatIsNotWholeIsRejectedAsAWhole(String text, String why) {
    assertThatThrownBy(() -> read("a.json", text))
        .isInstanceOf(RequestRejected.class)
        .hasMessage("400 not-json: this is not a whole JSON array: " + why);
  }

  @Test
  void aRowIsARequest() throws Exception {
    assertThat(
            read(
                "a.csv",
                """
                prompt,model,duration,width,height,mode,motion_has_audio,public,reference,sinks,priority,account
                "The koala, ""K"",
                plays",kling-3.0-turbo,5,1920,1080,RESOLUTION_1080,TRUE,false,r-1,erp; outbox,9,main
                =1+1,,,,,,,,,,,
                ,,,,,,,,,,,

                soon,,five,,,,yes,,,,,
                """))
        .containsExactly(
            """
            2 {"parameters":{"prompt":"The koala, \\"K\\",\\nplays","duration":5,"width":1920,\
            "height":1080,"mode":"RESOLUTION_1080","motion_has_audio":true},"model":"kling-3.0-turbo",\
            "public":false,"reference":"r-1","sinks":["erp","outbox"],"priority":9,"account":"main"}\
            """,
            "4 {\"parameters\":{\"prompt\":\"=1+1\"}}",
            "7 {\"parameters\":{\"prompt\":\"soon\",\"duration\":\"five\",\"motion_has_audio\":\"yes\"}}");
  }

  @Test
  void picturesAreNamedByTheirFiles() throws Exception {
    assertThat(read("a.csv", "start_frame,end_frame,image_reference\na.png,b.png,c.png; d.png\n"))
        .containsExactly(
            """
            2 {"parameters":{"guidances":{"start_frame":[{"image":{"file":"a.png"}}],\
            "end_frame":[{"image":{"file":"b.png"}}],\
            "image_reference":[{"image":{"file":"c.png"}},{"image":{"file":"d.png"}}]}}}\
            """);
  }

  @Test
  void tagsAreNamesAndValues() throws Exception {
    assertThat(read("a.csv", "tags\nteam=web; project = spring=early ;\nweb\nteam=a;team=b\n;\n"))
        .containsExactly(
            "2 {\"tags\":{\"team\":\"web\",\"project\":\"spring=early\"}}",
            "3 {\"tags\":\"web\"}",
            "4 {\"tags\":\"team=a;team=b\"}",
            "5 {\"tags\":{}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prompt;Duration \r\na;5\r\n",
        "prompt\tduration\na\t5",
        "sep=;\r\nprompt;duration\r\na;5\r\n",
        "\"sep=\t\"\nprompt\tduration\na\t5\n",
        "\"prompt\",\"duration\",,\na,5,,,\n",
      })
  void spreadsheetsSeparateByWhatTheyLike(String text) throws Exception {
    String request = "{\"parameters\":{\"prompt\":\"a\",\"duration\":5}}";
    String line = text.contains("sep=") ? "3 " : "2 ";

    assertThat(read("a.csv", text)).containsExactly(line + request);
    assertThat(read("a.csv", BYTE_ORDER_MARK + text)).containsExactly(line + request);
    assertThat(read("a.csv", (BYTE_ORDER_MARK + text).getBytes(UTF_16LE)))
        .containsExactly(line + request);
  }

  @Test
  void aRowThatDoesNotFitTheHeaderIsRejectedAlone() throws Exception {
    assertThat(read("a.csv", "prompt,duration\na\nb,5,6\nc,5\n"))
        .containsExactly(
            "2 400 ragged: it has 1 cells, and the header 2: a text with a separator or a line"
                + " break needs quotation marks",
            "3 400 ragged: it has 3 cells, and the header 2: a text with a separator or a line"
                + " break needs quotation marks",
            "4 {\"parameters\":{\"prompt\":\"c\",\"duration\":5}}");
  }

  @Test
  void aTableThatCannotBeReadOnIsRejectedAsAWhole() {
    String known = "among " + String.join(", ", CsvColumns.KNOWN);
    rejected(
        "The koala,5\n",
        "400 wrong-header: 'the koala' is not a column: the first line names columns " + known);
    rejected(
        "promt\na\n",
        "400 wrong-header: 'promt' is not a column: did you mean prompt? the first line names"
            + " columns "
            + known);
    rejected("prompt,prompt\n", "400 wrong-header: the column prompt is there twice");
    rejected(
        "prompt\na\n\"b\nc\n",
        "400 not-csv: the row that begins in line 3 has a quotation mark that is not closed, or"
            + " text behind one; within quotation marks, write them twice");
    rejected(
        "prompt\na\n\"" + "b\n".repeat(100_000),
        "400 not-csv: the row that begins in line 3 is longer than 1024 bytes: is a quotation mark"
            + " missing?");
    assertThatThrownBy(() -> read("a.csv", "prompt\n\u00e9\n".getBytes(ISO_8859_1)))
        .hasMessage("400 not-csv: it is not UTF-8 text: save it as CSV UTF-8");
  }

  private void rejected(String text, String why) {
    assertThatThrownBy(() -> read("a.csv", text))
        .isInstanceOf(RequestRejected.class)
        .hasMessage(why);
  }

  private List<String> read(String name, String text) throws IOException {
    return read(name, text.getBytes(UTF_8));
  }

  private List<String> read(String name, byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve(name), bytes);
    List<String> lines = new ArrayList<>();
    try (LineReader reader = LineFormat.of(name).orElseThrow().open(file, MOST)) {
      for (RequestLine line = reader.next(); line != null; line = reader.next()) {
        lines.add(
            line.number()
                + " "
                + (line.rejected() == null
                    ? new String(line.json(), UTF_8)
                    : line.rejected().getMessage()));
      }
    }
    return lines;
  }
}
