package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The attempt `a` is begun at 0 s and over at 10 s; the list is not believed for 30 s. */
class ReconciliationTest {
  private static final Instant ZERO = Instant.parse("2026-11-21T12:00:00Z");
  private static final String LAGS =
      "the provider's list shows neither it nor a later one of ours: it may lag";

  private final List<Attempt> attempts = new ArrayList<>();
  private final Map<String, Attempt> owned = new HashMap<>();
  private final History history = new History();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # id, second, prompt, width, height, public; ? is not there
          g 1 koala 1280 720 false     | Paid[generationId=g]
          g 10 koala 1280 720 false    | Paid[generationId=g]
          g 1 koala ? ? ?              | Paid[generationId=g]
          # clocks that differ by up to 5 minutes
          g -300 koala 1280 720 false  | Paid[generationId=g]
          g 310 koala 1280 720 false   | Paid[generationId=g]
          # by more: a wrong clock, or somebody else's
          g -301 koala 1280 720 false  | Open[why=generation g may be its own, or not]
          g 311 koala 1280 720 false   | Open[why=generation g may be its own, or not]
          g 999999 koala 1280 720 false | Open[why=generation g may be its own, or not]
          g -86400 koala 1280 720 false | Open[why=generation g may be its own, or not]
          g -86401 koala 1280 720 false | Unpaid[]
          # what is missing, or may have been changed by the provider
          g ? koala 1280 720 false     | Open[why=generation g may be its own, or not]
          ? 1 koala 1280 720 false     | Open[why=generation null may be its own, or not]
          g 1 ? 1280 720 false         | Open[why=generation g may be its own, or not]
          g 1 koa 1280 720 false       | Open[why=generation g may be its own, or not]
          g 1 koala 1920 1080 false    | Open[why=generation g may be its own, or not]
          g 1 koala 1280 720 true      | Open[why=generation g may be its own, or not]
          # somebody else's
          g 1 cat 1280 720 false       | Unpaid[]
          g 311 koala 1920 1080 false  | Unpaid[]
          g 311 ? ? ? ?                | Unpaid[]
          """)
  void aCreateIsKnownByPromptSizeAndTime(String generation, String verdict) {
    attempt("a", 0, 10, "koala");
    later();
    list(generation);
    end();

    assertThat(verdicts()).isEqualTo("a=" + verdict);
  }

  @ParameterizedTest
  @ValueSource(strings = {"koala  with\ncat", " koala with cat ", "koala with cat"})
  void aPromptIsTheSameHoweverItsWhiteSpaceIsShown(String prompt) {
    attempt("a", 0, 10, "koala with cat");
    history.add(
        new Listing.Page(List.of(new Listed("g", ZERO, new Shown(prompt, null, null, null)))));

    assertThat(verdicts()).isEqualTo("a=Paid[generationId=g]");
  }

  @Test
  void aGenerationThatAJobHasIsNotTaken() {
    attempt("a", 0, 10, "koala");
    owner("g", 1, "koala");
    list("g 1 koala 1280 720 false");
    end();

    assertThat(verdicts()).isEqualTo("a=Open[why=" + LAGS + "]");
  }

  @Test
  void equalRequestsAreMatchedAsASet() {
    attempt("a", 0, 10, "koala");
    attempt("b", 1, 11, "koala");
    attempt("c", 2, 12, "koala");
    later();
    list("g 3 koala 1280 720 false", "h 1 koala 1280 720 false");
    end();

    assertThat(verdicts()).isEqualTo("a=Paid[generationId=h], b=Paid[generationId=g], c=Unpaid[]");
  }

  @Test
  void asManyOfASetAreMatchedAsCanBe() {
    attempt("early", 0, 10, "koala");
    attempt("late", 400, 410, "koala");
    list("g 200 koala 1280 720 false", "h 100 koala 1280 720 false");
    end();

    assertThat(verdicts()).isEqualTo("early=Paid[generationId=h], late=Paid[generationId=g]");
  }

  @Test
  void ofASetNoneIsMatchedUnlessTheListWasReadBackToAll() {
    attempt("old", 0, 60, "koala");
    attempt("young", 330, 331, "koala");
    owner("s", 400, "other");
    list("s 400 other 1280 720 false", "g 330 koala 1280 720 false", "o 29 cat 1280 720 false");
    String open = "Open[why=generation g may also be of a job that the list was not read back to]";
    assertThat(verdicts()).isEqualTo("old=" + open + ", young=" + open);

    list("h 1 koala 1280 720 false", "o2 -301 cat 1280 720 false");
    assertThat(verdicts()).isEqualTo("old=Paid[generationId=h], young=Paid[generationId=g]");
  }

  @Test
  void aThousandEqualRequestsAreMatchedOneToOne() {
    IntStream.range(0, 1000).forEach(i -> attempt("a" + i, i % 7, 10, "koala"));
    list(
        IntStream.range(0, 999)
            .mapToObj(i -> "g" + i + " " + i % 9 + " koala 1280 720 false")
            .toArray(String[]::new));
    end();

    List<Verdict> found =
        Reconciliation.of(history, owned, attempts, Duration.ofSeconds(30)).values().stream()
            .filter(Verdict.Paid.class::isInstance)
            .toList();

    assertThat(found).hasSize(999).doesNotHaveDuplicates();
  }

  @Test
  void theSamePromptInTwoSizesIsToldApart() {
    attempt("a", 0, 10, "koala");
    ObjectNode tall = request("koala");
    ((ObjectNode) tall.get("parameters")).put("width", 720).put("height", 1280);
    attempts.add(new Attempt("b", tall, at(0), at(10), true));
    later();
    list("g 1 koala 720 1280 false");
    end();

    assertThat(verdicts()).isEqualTo("a=Unpaid[], b=Paid[generationId=g]");
  }

  @Test
  void differentRequestsThatTheListShowsAlikeAreLeftToAPerson() {
    attempt("a", 0, 10, "koala");
    ObjectNode longer = request("koala");
    ((ObjectNode) longer.get("parameters")).put("duration", 10);
    attempts.add(new Attempt("b", longer, at(0), at(10), true));
    later();
    list("g 1 koala 1280 720 false", "h 1 koala 1280 720 false");
    end();

    String why =
        "Open[why=generation g, h may be of any of several jobs in doubt that ask for different"
            + " things]";
    assertThat(verdicts()).isEqualTo("a=" + why + ", b=" + why);
  }

  @Test
  void nothingIsDecidedWhileAnEqualRequestIsBeingSubmitted() {
    attempt("a", 0, 10, "koala");
    attempts.add(new Attempt("b", request("koala"), at(60), at(61), false));
    later();
    list("g 60 koala 1280 720 false");
    end();

    assertThat(verdicts())
        .isEqualTo("a=Open[why=generation g may also be of a job that is being submitted]");
  }

  @ParameterizedTest
  @CsvSource({
    "41, 41, Unpaid[]",
    // begun before the doubtful one was over and settled, by our clock or by theirs
    "40, 41, Open",
    "41, 40, Open",
    "-20, -20, Open",
    // clocks that differ too much to be compared
    "41, 400, Open"
  })
  void notFoundIsUnpaidOnlyIfTheListShowsALaterCreateOfOurs(int begun, int listed, String verdict) {
    attempt("a", 0, 10, "koala");
    owner("s", begun, "other");
    list("s " + listed + " other 1280 720 false");
    end();

    assertThat(verdicts())
        .isEqualTo("a=" + verdict + (verdict.equals("Open") ? "[why=" + LAGS + "]" : ""));
  }

  @Test
  void aLaterCreateThatIsShownWithAnotherPromptProvesNothing() {
    attempt("a", 0, 10, "koala");
    owner("s", 41, "other");
    list("s 41 enhanced 1280 720 false");
    end();

    assertThat(verdicts()).isEqualTo("a=Open[why=" + LAGS + "]");
  }

  @ParameterizedTest
  @CsvSource({
    // of the time of the doubtful one, or later
    "0, -301, Open",
    "9000, -301, Open",
    "-1, -301, Unpaid[]",
    // earlier, while the list ends before it shows any that is: it may be cut there
    "-9000, -300, Open"
  })
  void aListThatLeavesOutOneOfOursProvesNothingOfItsTime(int begun, int oldest, String verdict) {
    attempt("a", 0, 10, "koala");
    later();
    owner("g", begun, "other");
    list("o " + oldest + " other 1280 720 false");
    end();

    assertThat(verdicts())
        .isEqualTo(
            "a="
                + verdict
                + (verdict.equals("Open")
                    ? "[why=the provider's list leaves out generation g of ours: it may leave out"
                        + " this one as well]"
                    : ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # seconds of what was read, whether the end was seen
          41                | true  | true
          41                | false | false
          41, -301          | false | true
          41, -300          | false | false
          41, ?, -301       | false | true
          # in any other order only the end tells
          -301, 41          | false | false
          -301, 41          | true  | true
          41, -301, 5       | false | false
          """)
  void aListReachesBackIfItsEndOrOlderOnesWereSeen(String seconds, boolean end, boolean back) {
    attempt("a", 0, 10, "koala");
    owner("s", 41, "other");
    int id = 0;
    for (String second : seconds.split(", ")) {
      list((second.equals("41") ? "s" : "o" + id++) + " " + second + " other 1280 720 false");
    }
    if (end) {
      end();
    }

    assertThat(history.wantsMore(ZERO)).isEqualTo(!back);
    assertThat(verdicts())
        .isEqualTo(
            back
                ? "a=Unpaid[]"
                : "a=Open[why=the provider's list could not be read back to its time]");
  }

  @Test
  void aListThatRepeatsItselfIsReadNoFurtherAndIsNotAtItsEnd() {
    attempt("a", 0, 10, "koala");
    owner("s", 41, "other");
    list("s 41 other 1280 720 false");
    list("s 41 other 1280 720 false");

    assertThat(history.wantsMore(ZERO)).isFalse();
    assertThat(verdicts())
        .isEqualTo("a=Open[why=the provider's list could not be read back to its time]");
  }

  @Test
  void aListThatMovesOnWhileItIsReadIsReadToItsEnd() {
    attempt("a", 0, 10, "koala");
    owner("s", 41, "other");
    list("s 41 other 1280 720 false", "o 40 other 1280 720 false");
    // one more was made meanwhile
    list("o 40 other 1280 720 false");
    assertThat(history.wantsMore(ZERO)).isTrue();
    end();

    assertThat(history.wantsMore(ZERO)).isFalse();
    assertThat(verdicts()).isEqualTo("a=Unpaid[]");
  }

  private void attempt(String job, int from, int until, String prompt) {
    attempts.add(new Attempt(job, request(prompt), at(from), at(until), true));
  }

  private void owner(String generation, int from, String prompt) {
    owned.put(
        generation, new Attempt("of " + generation, request(prompt), at(from), at(from + 1), true));
  }

  /** The list shows a create of ours from later on. */
  private void later() {
    owner("s", 60, "other");
    list("s 60 other 1280 720 false");
  }

  /** Adds a page. */
  private void list(String... generations) {
    history.add(
        new Listing.Page(Arrays.stream(generations).map(ReconciliationTest::listed).toList()));
  }

  private static Listed listed(String text) {
    String[] words = text.split(" ");
    ObjectNode shown = JsonNodeFactory.instance.objectNode();
    put(shown, "id", words[0], TextNode.valueOf(words[0]));
    put(shown, "createdAt", words[1], TextNode.valueOf(second(words[1])));
    put(shown, "prompt", words[2], TextNode.valueOf(words[2]));
    put(shown, "imageWidth", words[3], number(words[3]));
    put(shown, "imageHeight", words[4], number(words[4]));
    put(shown, "public", words[5], BooleanNode.valueOf(Boolean.parseBoolean(words[5])));
    return Listed.read(shown);
  }

  private static void put(ObjectNode shown, String field, String word, JsonNode value) {
    shown.set(field, word.equals("?") ? null : value);
  }

  private static String second(String word) {
    return word.equals("?") ? "" : at(Integer.parseInt(word)).toString();
  }

  private static JsonNode number(String word) {
    return word.equals("?") ? null : IntNode.valueOf(Integer.parseInt(word));
  }

  private void end() {
    list();
  }

  private static ObjectNode request(String prompt) {
    ObjectNode request = JsonNodeFactory.instance.objectNode().put("public", false);
    request.putObject("parameters").put("prompt", prompt).put("width", 1280).put("height", 720);
    return request;
  }

  private static Instant at(int second) {
    return ZERO.plusSeconds(second);
  }

  private String verdicts() {
    return new TreeMap<>(Reconciliation.of(history, owned, attempts, Duration.ofSeconds(30)))
        .entrySet().stream().map(Object::toString).collect(Collectors.joining(", "));
  }
}
