package io.leonardoroutes.leonardo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.leonardoroutes.leonardo.CreateAttempt.Stage;
import io.leonardoroutes.leonardo.KnownCreates.LeftOut;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The attempt `a` is begun at 0 s and over at 10 s; the list is not believed for 30 s. */
class CreateMatcherTest {
  private static final Instant ZERO = Instant.parse("2026-11-21T12:00:00Z");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LAGS =
      "the provider's list shows neither it nor a later one of ours: it may lag";

  private final List<CreateAttempt> attempts = new ArrayList<>();
  private final Map<String, CreateAttempt> owned = new HashMap<>();
  private final Map<String, LeftOut> leftOut = new HashMap<>();
  private final Map<String, Set<String>> shown = new HashMap<>();
  private final GenerationHistory history = new GenerationHistory();
  private Instant now = at(100_000);
  private final List<String> next = new ArrayList<>();

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
          g 1 cat 1280 720 false       | Open[why=generation g may be its own, or not]
          g 1 cat ? ? ?                | Open[why=generation g may be its own, or not]
          g 1 koala 1920 1080 false    | Open[why=generation g may be its own, or not]
          g 1 koala 1280 720 true      | Open[why=generation g may be its own, or not]
          # somebody else's
          g 1 cat 1920 1080 false      | Unpaid[]
          g 1 cat 1280 720 true        | Unpaid[]
          g 311 cat 1280 720 false     | Unpaid[]
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
        new GenerationPage.Page(
            List.of(
                new ListedGeneration(
                    "g", ZERO, false, new VideoFingerprint(prompt, null, null, null)))));

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

    owner("o2", -301, "cat");
    page("o 29 cat 1280 720 false", "h 1 koala 1280 720 false", "o2 -301 cat 1280 720 false");
    assertThat(verdicts()).isEqualTo("old=Paid[generationId=h], young=Paid[generationId=g]");
  }

  @Test
  @Timeout(60)
  void aThousandDifferentRequestsAreEachGivenTheirOwn() {
    IntStream.range(0, 1000).forEach(i -> attempt("a" + i, i % 7, 10, i + "-koala"));
    list(
        IntStream.range(0, 999)
            .mapToObj(i -> "g" + i + " " + i % 9 + " " + i + "-koala 1280 720 false")
            .toArray(String[]::new));
    end();

    assertThat(decide().values()).filteredOn(ReconcileVerdict.Paid.class::isInstance).hasSize(999);
  }

  @Test
  @Timeout(60)
  void aThousandEqualRequestsAreMatchedOneToOne() {
    IntStream.range(0, 1000).forEach(i -> attempt("a" + i, i % 7, 10, "koala"));
    list(
        IntStream.range(0, 999)
            .mapToObj(i -> "g" + i + " " + i % 9 + " koala 1280 720 false")
            .toArray(String[]::new));
    end();

    List<ReconcileVerdict> found =
        decide().values().stream().filter(ReconcileVerdict.Paid.class::isInstance).toList();

    assertThat(found).hasSize(999).doesNotHaveDuplicates();
  }

  @Test
  void theSamePromptInTwoSizesIsToldApart() {
    attempt("a", 0, 10, "koala");
    ObjectNode tall = request("koala");
    ((ObjectNode) tall.get("parameters")).put("width", 720).put("height", 1280);
    attempts.add(new CreateAttempt("b", tall, call(0, 10), Stage.LISTABLE));
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
    attempts.add(new CreateAttempt("b", longer, call(0, 10), Stage.LISTABLE));
    later();
    list("g 1 koala 1280 720 false", "h 1 koala 1280 720 false");
    end();

    String why =
        "Open[why=generation g, h may be of any of several jobs in doubt that ask for different"
            + " things]";
    assertThat(verdicts()).isEqualTo("a=" + why + ", b=" + why);
  }

  @Test
  void aGenerationIsNotTakenFromADoubtThatWasBegunUnderAWrongClock() {
    attempt("lower", 0, 10, "koala");
    attempt("upper", 900, 910, "KOALA");
    later();
    list("g 1 KOALA 1280 720 false");
    end();

    assertThat(verdicts())
        .isEqualTo(
            "lower=Open[why=generation g may be of any of several jobs in doubt that ask for"
                + " different things], upper=Open[why=generation g may be its own, or not]");
  }

  @Test
  void nothingIsDecidedWhileAnEqualRequestIsBeingSubmitted() {
    attempt("a", 0, 10, "koala");
    attempts.add(new CreateAttempt("b", request("koala"), call(60, 61), Stage.UNDER_WAY));
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
  @CsvSource({"0, Unpaid[]", "1, Open"})
  void aListThatLeavesOutOneOfOursThatWasMadeLaterProvesNothing(int second, String verdict) {
    attempt("a", 0, 10, "koala");
    later();
    leftOut.put("turbo", new LeftOut("g", at(second).toEpochMilli()));
    leftOut.put("o3", new LeftOut("h", at(900).toEpochMilli()));
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
          # seconds of what was read, whether the older one is ours, whether the end was seen
          41                | false | true  | CUT
          41                | false | false | SHORT
          41, -301          | true  | false | -
          # somebody else's, by a clock that may be another
          41, -301          | false | false | SHORT
          41, -301          | false | true  | CUT
          41, ?, -301       | true  | false | -
          # in any other order only the end tells
          -301, 41          | true  | false | SHORT
          -301, 41          | true  | true  | -
          41, -301, 5       | true  | false | SHORT
          """)
  void aListReachesBackIfAnOlderOneOfOursWasSeen(
      String seconds, boolean ours, boolean end, String told) {
    attempt("a", 0, 10, "koala");
    owner("s", 41, "other");
    int id = 0;
    for (String second : seconds.split(", ")) {
      String name = second.equals("41") ? "s" : "o" + id++;
      if (ours && second.equals("-301")) {
        owner(name, -301, "other");
      }
      boolean known = owned.containsKey(name);
      list(name + " " + second + (known ? " other 1280 720 false" : " other 1920 1080 false"));
    }
    String last = next.get(next.size() - 1);
    readNext();
    if (end) {
      page(last);
      page();
    }

    assertThat(verdicts())
        .isEqualTo(
            switch (told) {
              case "SHORT" -> "a=Open[why=the provider's list could not be read back to its time]";
              case "CUT" ->
                  "a=Open[why=the provider's list shows nothing that is surely older: it may be cut"
                      + " off there]";
              default -> "a=Unpaid[]";
            });
  }

  @Test
  void anotherTextUnderADateThatBreaksTheOrderMayBeItsOwn() {
    attempt("a", 0, 10, "koala");
    later();
    list("g -3600 another 1280 720 false");
    end();
    assertThat(verdicts()).isEqualTo("a=Unpaid[]");

    attempts.clear();
    attempt("b", 0, 10, "koala");
    owner("f", -60, "other");
    page("e -100000 other 1280 720 false", "f -60 other 1280 720 false");
    page("f -60 other 1280 720 false");
    page();
    assertThat(verdicts()).isEqualTo("b=Open[why=generation g may be its own, or not]");
  }

  @Test
  void itsOwnUnderAWrongDateIsNotTakenForAnOlderOne() {
    CallTime measured = new CallTime(at(0), at(10), at(10), true, 0, 10);
    attempts.add(new CreateAttempt("a", request("koala"), measured, Stage.LISTABLE));
    owner("s", 41, "other");
    list("s 41 other 1280 720 false", "g -3600 another 1280 720 false");

    assertThat(verdicts())
        .isEqualTo("a=Open[why=the provider's list could not be read back to its time]");
  }

  @Test
  void whatIsOlderByTheProvidersOwnClockIsOlderWhoeverMadeIt() {
    CallTime measured = new CallTime(at(0), at(10), at(10), true, 0, 10);
    attempts.add(new CreateAttempt("a", request("koala"), measured, Stage.LISTABLE));
    owner("s", 41, "other");
    list("s 41 other 1280 720 false", "o -301 other 1920 1080 false");

    assertThat(verdicts()).isEqualTo("a=Unpaid[]");
  }

  @Test
  void aCreateOfOursThatWasBegunBeforeItWasOverIsNotLaterWhateverTheClocksSay() {
    attempts.add(
        new CreateAttempt(
            "a",
            request("koala"),
            new CallTime(at(0), at(10), at(10), false, 5, 6),
            Stage.LISTABLE));
    owned.put(
        "s",
        new CreateAttempt(
            "of s",
            request("other"),
            new CallTime(at(60), at(61), at(61), false, 3, 4),
            Stage.LISTABLE));
    list("s 60 other 1280 720 false");
    end();

    assertThat(verdicts()).isEqualTo("a=Open[why=" + LAGS + "]");
  }

  @ParameterizedTest
  @CsvSource({"o3, false", "turbo, true"})
  void aLaterCreateOfAnotherKindProvesNothing(String model, boolean isPublic) {
    attempt("a", 0, 10, "koala");
    ObjectNode request = request("other").put("model", model).put("public", isPublic);
    owned.put("s", new CreateAttempt("of s", request, call(60, 61), Stage.LISTABLE));
    list("s 60 other 1280 720 " + isPublic);
    end();

    assertThat(verdicts())
        .isEqualTo(
            "a=Open[why=the provider's list shows no later one of ours of the same model and"
                + " visibility (turbo): it may not show these]");
  }

  @ParameterizedTest
  @CsvSource({
    "turbo, false, 0, Unpaid[]",
    "o3, false, 0, Open",
    "o3, false, 600, Unpaid[]",
    "o3, true, 0, Unpaid[]"
  })
  void absenceProvesNothingUntilTheListHasShownOneBeingMadeOrItWouldBeDone(
      String shown, boolean shownNow, int now, String verdict) {
    this.shown.put(shown, Set.of("being made"));
    attempts.add(
        new CreateAttempt(
            "a",
            request("koala"),
            new CallTime(
                at(0), at(10), at(600), false, at(0).toEpochMilli(), at(10).toEpochMilli()),
            Stage.LISTABLE));
    owner("s", 60, "other");
    owner("p", 50, "other");
    owner("e", -9000, "other");
    history.add(
        new GenerationPage.Page(
            List.of(
                listed("s 60 other 1280 720 false"),
                pending("p", 50, shownNow),
                listed("e -9000 other 1280 720 false"))));
    this.now = at(now);

    assertThat(verdicts())
        .isEqualTo(
            "a="
                + verdict
                + (verdict.equals("Open")
                    ? "[why=the provider's list has shown no turbo job of ours while it was being"
                        + " made: this one may still be, until 2026-11-21T12:10:00Z]"
                    : ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"prompt": "caf\\u00e9"}                         | a prompt beyond ASCII
          {"prompt": "koala \\ud83d\\udc28"}               | emoji in its prompt
          {"prompt": "black & white"}                      | markup in its prompt
          {"prompt": "black\\nwhite"}                      | line breaks in its prompt
          {"width": 1920, "height": 1080}                  | size 1920 x 1080
          {"duration": 10}                                 | `duration`
          {"guidances": {"start_frame": [{}]}}             | `start_frame`
          """)
  void absenceProvesNothingUntilTheListHasShownOneLikeIt(String parameters, String trait)
      throws Exception {
    like(parameters);
    later();
    end();
    assertThat(verdicts())
        .startsWith("a=Open[why=the provider's list has shown no turbo job of ours with ")
        .endsWith(" yet: it may not show these]");

    Set<String> had = new HashSet<>(ListTraits.of(attempts.get(0).request()));
    assertThat(had).contains(trait);
    shown.put("turbo", had);
    assertThat(verdicts()).isEqualTo("a=Unpaid[]");
    had.remove(trait);
    assertThat(verdicts()).contains(trait);
  }

  @Test
  void aLongPromptIsNotMissedUntilTheListHasShownOne() throws Exception {
    like("{\"prompt\": \"" + "koala ".repeat(60) + "\"}");
    later();
    end();

    assertThat(verdicts()).contains("a prompt of more than 255 characters");
  }

  private void like(String parameters) throws JsonProcessingException {
    ObjectNode request = request("koala");
    request.withObject("parameters").setAll((ObjectNode) JSON.readTree(parameters));
    attempts.add(new CreateAttempt("a", request, call(0, 10), Stage.LISTABLE));
  }

  private static ListedGeneration pending(String id, int second, boolean pending) {
    return new ListedGeneration(
        id, at(second), pending, new VideoFingerprint("other", 1280, 720, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "KOALA & friend, a 2nd!",
        "koala &amp; friend, a 2nd!",
        "koala \u0026 friend, a 2nd!",
        "koala\u00a0& friend,\u00a0a 2nd!",
        "koala & friend, a 2nd! \ud83d\udc28",
        "\uff4boala & friend, a 2nd",
        "koala &#38; friend,\\na 2nd!",
        "koala <b>&</b> fri&eacute;nd, a 2nd!",
        "k\u00f6ala & friend, a 2nd!"
      })
  void aPromptIsTheSameWithWhatIsNoLetterChanged(String prompt) {
    attempt("a", 0, 10, "koala & friend, a 2nd!");
    history.add(
        new GenerationPage.Page(
            List.of(
                new ListedGeneration(
                    "g", ZERO, false, new VideoFingerprint(prompt, 1280, 720, false)))));

    assertThat(verdicts()).isEqualTo("a=Paid[generationId=g]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a koala that climbs up a tree | Paid[generationId=g]",
        "a koala | Open[why=generation g may be its own, or not]"
      })
  void aPromptThatIsCutShortIsTheSameIfEnoughOfItIsLeft(String shown, String verdict) {
    attempt("a", 0, 10, "a koala that climbs up a tree in the evening sun");
    owner("s", 60, "other");
    history.add(
        new GenerationPage.Page(
            List.of(
                listed("s 60 other 1280 720 false"),
                new ListedGeneration(
                    "g", ZERO, false, new VideoFingerprint(shown, 1280, 720, false)))));

    assertThat(verdicts()).isEqualTo("a=" + verdict);
  }

  @Test
  void requestsThatDifferOnlyInWhatIsNoLetterAreToldApartByTheirVeryPrompts() {
    attempt("a", 0, 10, "koala!");
    attempt("b", 0, 10, "koala?");
    list("g 1 koala? 1280 720 false", "h 1 koala! 1280 720 false");
    end();
    assertThat(verdicts()).isEqualTo("a=Paid[generationId=h], b=Paid[generationId=g]");
  }

  @Test
  void requestsThatDifferOnlyInWhatTheListLeavesOutAreLeftToAPerson() {
    attempt("a", 0, 10, "koala!");
    attempt("b", 0, 10, "koala?");
    later();
    list("g 1 koala? 1280 720 false", "h 1 koala 1280 720 false");
    end();

    String why =
        "Open[why=generation g, h may be of any of several jobs in doubt that ask for different"
            + " things]";
    assertThat(verdicts()).isEqualTo("a=" + why + ", b=" + why);
  }

  @Test
  void aCreateThatTheProviderMayStillBeAtWorkOnIsAdoptedButNotReleased() {
    attempts.add(new CreateAttempt("a", request("koala"), call(0, 10), Stage.FRESH));
    later();
    end();
    assertThat(verdicts())
        .isEqualTo("a=Open[why=the provider may still be at work on the call, or not list it yet]");

    page("g 1 koala 1280 720 false");
    assertThat(verdicts()).isEqualTo("a=Paid[generationId=g]");
  }

  @Test
  void aListThatLostAPageWhileItWasReadProvesNothing() {
    attempt("a", 0, 10, "koala");
    owner("s", 41, "other");
    owner("o", -301, "other");
    history.add(
        new GenerationPage.Page(
            List.of(listed("s 41 other 1280 720 false"), listed("n 40 other 1920 1080 false"))));
    assertThat(history.offset()).isEqualTo(1);
    // what stood before it was deleted, and so the next one moved to the page that was read
    history.add(new GenerationPage.Page(List.of(listed("o -301 other 1280 720 false"))));

    assertThat(history.wantsMore(ZERO, Map.of())).isFalse();
    assertThat(verdicts())
        .isEqualTo("a=Open[why=the provider's list could not be read back to its time]");
  }

  @Test
  void aListThatRepeatsItselfIsReadNoFurtherAndIsNotAtItsEnd() {
    attempt("a", 0, 10, "koala");
    owner("s", 41, "other");
    page("s 41 other 1280 720 false");
    page("s 41 other 1280 720 false");

    assertThat(history.wantsMore(ZERO, Map.of())).isFalse();
    assertThat(verdicts())
        .isEqualTo("a=Open[why=the provider's list could not be read back to its time]");
  }

  @Test
  void aListThatMovesOnWhileItIsReadIsReadToItsEnd() {
    attempt("a", 0, 10, "koala");
    owner("s", 41, "other");
    page("s 41 other 1280 720 false", "e -9000 other 1280 720 false");
    owner("e", -9000, "other");
    // one more was made meanwhile
    page("s 41 other 1280 720 false", "e -9000 other 1280 720 false");
    Map<String, Instant> earlier = Map.of("not seen", at(-9000));
    assertThat(history.wantsMore(ZERO, earlier)).isTrue();
    assertThat(history.offset()).isEqualTo(2);
    page("e -9000 other 1280 720 false");
    assertThat(history.wantsMore(ZERO, earlier)).isTrue();
    page();

    assertThat(history.wantsMore(ZERO, earlier)).isFalse();
    assertThat(verdicts()).isEqualTo("a=Unpaid[]");
  }

  @Test
  void aListThatMovesByMoreThanAPageWhileItIsReadIsStillReadBack() {
    attempt("a", 0, 10, "koala");
    owner("s", 43, "other");
    owner("o", -301, "other");
    List<ListedGeneration> list =
        IntStream.range(0, 8)
            .mapToObj(
                i -> listed((i == 0 ? "s" : "n" + i) + " " + (43 - i) + " theirs 1920 720 true"))
            .collect(Collectors.toCollection(ArrayList::new));
    list.set(0, listed("s 43 other 1280 720 false"));
    list.add(listed("o -301 other 1280 720 false"));
    // So many are made while each of the pages is read.
    for (int more : new int[] {0, 0, 4, 2, 3, 0, 5, 0, 0, 0}) {
      IntStream.range(0, more)
          .forEach(i -> list.add(0, listed("m" + list.size() + " 60 theirs 1920 720 true")));
      readPage(list, 3);
    }

    assertThat(history.wantsMore(ZERO, Map.of("o", at(-301)))).isFalse();
    assertThat(verdicts()).isEqualTo("a=Unpaid[]");
  }

  @Test
  void aListThatRepeatsItsFirstPageForEverIsNotReadForEver() {
    attempt("a", 0, 10, "koala");
    owner("s", 41, "other");
    int pages = 0;
    while (history.wantsMore(ZERO, Map.of("not seen", at(-9000)))) {
      page("s 41 other 1280 720 false", "n 40 theirs 1920 720 true");
      pages++;
    }

    assertThat(pages).isLessThan(12);
    assertThat(verdicts())
        .isEqualTo("a=Open[why=the provider's list could not be read back to its time]");
  }

  @Test
  void aListThatShowsItsEntriesInAnotherOrderWhileItIsReadProvesNothing() {
    attempt("a", 0, 10, "koala");
    owner("s", 41, "other");
    owner("o", -301, "other");
    page("s 41 other 1280 720 false", "n 40 theirs 1920 720 true", "m 39 theirs 1920 720 true");
    page("m 39 theirs 1920 720 true", "l 38 theirs 1920 720 true", "k 37 theirs 1920 720 true");
    page("l 38 theirs 1920 720 true", "n 40 theirs 1920 720 true", "m 39 theirs 1920 720 true");
    page("k 37 theirs 1920 720 true", "o -301 other 1280 720 false");

    assertThat(verdicts())
        .isEqualTo("a=Open[why=the provider's list could not be read back to its time]");
  }

  /** Reads the next page if it is asked for. */
  private void readPage(List<ListedGeneration> list, int size) {
    if (history.wantsMore(ZERO, Map.of("o", at(-301)))) {
      int from = Math.min(list.size(), history.offset());
      List<ListedGeneration> page = list.subList(from, Math.min(list.size(), from + size));
      history.add(new GenerationPage.Page(page));
    }
  }

  private void attempt(String job, int from, int until, String prompt) {
    attempts.add(new CreateAttempt(job, request(prompt), call(from, until), Stage.LISTABLE));
  }

  private void owner(String generation, int from, String prompt) {
    owned.put(
        generation,
        new CreateAttempt(
            "of " + generation, request(prompt), call(from, from + 1), Stage.LISTABLE));
  }

  /** The list shows a create of ours from later on. */
  private void later() {
    owner("s", 60, "other");
    list("s 60 other 1280 720 false");
  }

  /** Adds to the page that is read next. */
  private void list(String... generations) {
    next.addAll(List.of(generations));
  }

  /** Adds a page of its own. */
  private void page(String... generations) {
    history.add(
        new GenerationPage.Page(
            Arrays.stream(generations).map(CreateMatcherTest::listed).toList()));
  }

  private void readNext() {
    if (!next.isEmpty()) {
      page(next.toArray(String[]::new));
      next.clear();
    }
  }

  private static ListedGeneration listed(String text) {
    String[] words = text.split(" ");
    ObjectNode shown = JsonNodeFactory.instance.objectNode();
    put(shown, "id", words[0], TextNode.valueOf(words[0]));
    put(shown, "createdAt", words[1], TextNode.valueOf(second(words[1])));
    put(shown, "prompt", words[2], TextNode.valueOf(words[2]));
    put(shown, "imageWidth", words[3], number(words[3]));
    put(shown, "imageHeight", words[4], number(words[4]));
    put(shown, "public", words[5], BooleanNode.valueOf(Boolean.parseBoolean(words[5])));
    return ListedGeneration.read(shown);
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

  /** The list shows one of ours from long before, and then its end. */
  private void end() {
    owner("e", -100000, "other");
    list("e -100000 other 1280 720 false");
    readNext();
    page("e -100000 other 1280 720 false");
    page();
  }

  private static CallTime call(int from, int until) {
    return new CallTime(
        at(from), at(until), at(until), false, at(from).toEpochMilli(), at(until).toEpochMilli());
  }

  private static ObjectNode request(String prompt) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("model", "turbo").put("public", false);
    request.putObject("parameters").put("prompt", prompt).put("width", 1280).put("height", 720);
    return request;
  }

  private static Instant at(int second) {
    return ZERO.plusSeconds(second);
  }

  private Map<String, ReconcileVerdict> decide() {
    readNext();
    return CreateMatcher.of(
        history, new KnownCreates(owned, leftOut, shown), attempts, Duration.ofSeconds(30), now);
  }

  private String verdicts() {
    return new TreeMap<>(decide())
        .entrySet().stream().map(Object::toString).collect(Collectors.joining(", "));
  }
}
