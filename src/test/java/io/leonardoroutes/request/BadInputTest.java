package io.leonardoroutes.request;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.problem.Problem;
import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BadInputTest {
  private static final String GOOD =
      "{\"model\": \"kling-3.0-turbo\", \"parameters\": {\"prompt\": \"Ein Kätzchen\"}}";

  private static RuleChain chain;

  @BeforeAll
  static void start() throws Exception {
    chain = new RuleChain();
  }

  @AfterAll
  static void stop() throws IOException {
    chain.close();
  }

  @Test
  void aRequestMayComeAsTextBytesStreamOrFile(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("request.json"), GOOD);

    assertThat(prompt(GOOD)).isEqualTo("Ein Kätzchen");
    assertThat(prompt(GOOD.getBytes(UTF_8))).isEqualTo("Ein Kätzchen");
    assertThat(prompt(Files.newInputStream(file))).isEqualTo("Ein Kätzchen");
    assertThat(prompt(file.toFile())).isEqualTo("Ein Kätzchen");
  }

  @Test
  void aByteOrderMarkIsTolerated() {
    assertThat(prompt("\uFEFF" + GOOD)).isEqualTo("Ein Kätzchen");
    assertThat(prompt(("\uFEFF" + GOOD).getBytes(UTF_8))).isEqualTo("Ein Kätzchen");
  }

  @Test
  void aRequestWithoutTextIsRefused() {
    for (Object body : new Object[] {null, "", " \n", new byte[0], "\uFEFF"}) {
      RequestRejected rejected = refused(body);

      assertThat(rejected)
          .hasMessage("400 empty: there is no text in the request: a JSON object is needed");
      assertThat(rejected.problem())
          .isEqualTo(
              new Problem(
                  "urn:leonardo-routes:problem:empty",
                  "The request is empty",
                  400,
                  "there is no text in the request: a JSON object is needed",
                  List.of()));
    }
  }

  @Test
  void aRequestThatIsNotUtf8IsRefused() {
    String wrong = "400 not-utf-8: the request is not UTF-8 text: save it as UTF-8";

    assertThat(refused(GOOD.getBytes(ISO_8859_1))).hasMessage(wrong);
    assertThat(refused("{\"model\": \"\ud800\"}")).hasMessage(wrong);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model\": \"kling-3.0-turbo\", \"parameters\": {\"prompt\": \"cat X end\"}}",
        "{\"model\": \"kling-3.0-turbo\", \"parameters\": {\"prompt\": \"X\"}}",
        "{\"model\": \"kling-3.0-turbo\", \"parameters\": {\"prompt\": \"cat\", \"X\": 1}}",
        "{\"reference\": \"a X\", \"model\": \"kling-3.0-turbo\"}",
        "{\"model\": \"X\"}",
        "{\"sinks\": [\"a\", \"X\"]}",
        "{\"tags\": {\"a\": {\"b X\": [[\"c\"]]}}}",
        "{\"tags\": {\"a\": [[\"X\"]]}}",
        "\"X\"",
        "[\"X\"]"
      })
  void halfOfACharacterAsAnEscapeIsRefusedWhereverItStands(String request) {
    for (String half :
        List.of(
            "\\ud83d",
            "\\uD83D",
            "\\ude00",
            "\\udc00\\ud800",
            "\\ud83d \\ude00",
            "\\ud83d\\ud83d\\ude00")) {
      RequestRejected rejected = refused(request.replace("X", half));

      assertThat(rejected.problem().status()).isEqualTo(400);
      assertThat(rejected.problem().name()).isEqualTo("not-json");
      assertThat(rejected.problem().detail())
          .startsWith("line 1, column ")
          .contains("Half of a character, \\ud")
          .endsWith("a surrogate needs the other of its pair");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\\ud83d\\ude00", "\\uFFFF", "\\ufdd0", "\\\\ud83d", "\ud83d\ude00", "\\u00e9"})
  void aWholeCharacterIsTakenHoweverItIsWritten(String written) throws IOException {
    String request = GOOD.replace("Kätzchen", written);

    assertThat(prompt(request))
        .isEqualTo(new ObjectMapper().readTree(request).at("/parameters/prompt").asText());
  }

  @Test
  void aRequestOfTheLargestSizeIsTaken() {
    String largest = GOOD + " ".repeat(RuleChain.MOST_BYTES - GOOD.getBytes(UTF_8).length);

    assertThat(prompt(largest)).isEqualTo("Ein Kätzchen");
    assertThat(prompt(largest.getBytes(UTF_8))).isEqualTo("Ein Kätzchen");
    assertThat(refused(largest + " "))
        .hasMessage("413 too-large: the request is larger than 262144 bytes: shorten it");
    assertThat(refused((largest + " ").getBytes(UTF_8)).problem().status()).isEqualTo(413);
  }

  @Test
  void anEndlessRequestIsRefusedWithoutReadingOn() {
    Endless endless = new Endless();

    assertThat(refused(endless).problem().status()).isEqualTo(413);
    assertThat(endless.given).isEqualTo(RuleChain.MOST_BYTES + 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a': 1} | line 1, column 2: Unexpected character (''' (code 39)): was expecting"
            + " double-quote to start field name",
        "hello | line 1, column 1: Unrecognized token 'hello': was expecting (JSON String, Number,"
            + " Array, Object or token 'null', 'true' or 'false')",
        "{\"a\": 1 | line 1, column 8: Unexpected end-of-input: expected close marker for Object"
            + " (start marker at line: 1, column: 1)",
        "{\"a\": 1, \"a\": 1} | line 1, column 13: Duplicate field 'a'",
        "{\"p\": {\"a\": 1, \"a\": 2}} | line 1, column 19: Duplicate field 'a'",
        "{\"a\": 1} {} | line 1, column 10: there is more after the end of the request",
        "{\"a\": 1}x | line 1, column 9: Unrecognized token 'x': was expecting (JSON String,"
            + " Number, Array, Object or token 'null', 'true' or 'false')",
        "{\"a\": NaN} | line 1, column 10: Non-standard token 'NaN': enable"
            + " `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow",
        "{\"a\": 05} | line 1, column 8: Invalid numeric value: Leading zeroes not allowed",
        "{\"a\": 1e99999999999} | line 1, column 20: Number out of every range",
      })
  void whatIsNotJsonIsRefusedWithItsPlace(String body, String detail) {
    RequestRejected rejected = refused(body);

    assertThat(rejected.problem())
        .isEqualTo(
            new Problem(
                "urn:leonardo-routes:problem:not-json",
                "The request is not JSON",
                400,
                detail,
                List.of()));
    assertThat(rejected).hasMessage("400 not-json: " + detail.substring(0, detail.indexOf(": ")));
  }

  @Test
  void theSixtyFifthLevelIsTooDeep() {
    assertThat(refused("[".repeat(64) + "]".repeat(64)).problem().status()).isEqualTo(422);
    assertThat(refused("[".repeat(65) + "]".repeat(65)).problem().detail())
        .isEqualTo(
            "line 1, column 66: Document nesting depth (65) exceeds the maximum allowed (64)");
  }

  @Test
  void aNumberOfManyDigitsIsRefusedUnread() {
    assertThat(refused("{\"a\": " + "9".repeat(100_000) + "}").problem().detail())
        .isEqualTo(
            "line 1, column 100007: Number value length (100000) exceeds the maximum allowed"
                + " (100)");
  }

  @ParameterizedTest
  @CsvSource({
    "[], this is an array: an object is needed",
    "null, this is null: an object is needed",
    "5, 5 is a number: an object is needed",
  })
  void aRequestThatIsNoObjectIsOneViolationOfTheWhole(String body, String message) {
    assertThat(refused(body).problem())
        .isEqualTo(
            new Problem(
                "urn:leonardo-routes:problem:invalid",
                "The request breaks the rules",
                422,
                "1 violation",
                List.of(new Violation("", "type", message, null))));
  }

  @Test
  void ofVeryManyViolationsTheFirstHundredAreListed() {
    String items = "{\"image\":{}},".repeat(20_000);
    String body =
        "{\"model\":\"kling-video-o-3\",\"parameters\":{\"guidances\":{\"image_reference\":["
            + items.substring(0, items.length() - 1)
            + "]}}}";

    Problem problem = refused(body).problem();

    assertThat(problem.detail()).isEqualTo("40002 violations, the first 100 are listed");
    assertThat(problem.violations())
        .hasSize(100)
        .startsWith(
            new Violation(
                "/parameters/guidances/image_reference",
                "count",
                "20000 items are too many for kling-video-o-3: at most 7",
                "0..7"))
        .endsWith(
            new Violation(
                "/parameters/guidances/image_reference/49/image/id",
                "required",
                "`id` is required",
                null));
  }

  private static String prompt(Object body) {
    return chain.accept(body).toProvider().at("/parameters/prompt").asText();
  }

  private static RequestRejected refused(Object body) {
    return catchThrowableOfType(RequestRejected.class, () -> chain.accept(body));
  }

  /** A stream without end that counts what is taken from it. */
  private static final class Endless extends InputStream {
    private int given;

    @Override
    public int read() {
      given++;
      return ' ';
    }
  }
}
