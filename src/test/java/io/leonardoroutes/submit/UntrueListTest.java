package io.leonardoroutes.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ReconcileFixture;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A provider that accepts a create, loses its answer, and keeps a list that is not as it should be:
 * whatever ordinary jobs follow, it is paid once.
 */
class UntrueListTest {
  private static final String PROMPT = "caf\u00e9 &\u00a0bar \ud83d\udc28 by night";
  private static final Duration LONG = Patience.LONG;

  /** What a list does to the entries that it should show, the newest first. */
  private enum Lie {
    CHANGES_TEXT((list, now) -> list.map(m -> m.shownAs(changed(m.prompt())))),
    SHOWS_ANOTHER_TEXT((list, now) -> list.map(m -> m.plain() ? m : m.shownAs("?"))),
    HIDES_WHAT_IS_NOT_ASCII((list, now) -> list.filter(m -> m.prompt().matches("\\p{ASCII}*"))),
    HIDES_ONE_MODEL((list, now) -> list.filter(m -> !m.model().equals(O3))),
    /** This one takes much longer than the others. */
    HIDES_WHAT_IS_BEING_MADE(
        (list, now) ->
            list.filter(m -> m.plain() || now.isAfter(m.at().plus(Duration.ofMinutes(40))))),
    SPELLS_IDS_IN_CAPITALS((list, now) -> list.map(Made::inCapitals)),
    IS_CUT_AFTER_TWO((list, now) -> list.limit(2));

    private final BiFunction<Stream<Made>, Instant, Stream<Made>> told;

    Lie(BiFunction<Stream<Made>, Instant, Stream<Made>> told) {
      this.told = told;
    }

    private static String changed(String prompt) {
      return prompt.replace("\u00a0", " ").replace("&", "&amp;").replace("\ud83d\udc28", "");
    }
  }

  private static final String O3 = "kling-video-o-3";

  private record Made(String id, String prompt, String model, Instant at) {
    boolean plain() {
      return !prompt.equals(PROMPT);
    }

    Made inCapitals() {
      return new Made(id.toUpperCase(Locale.ROOT), prompt, model, at);
    }

    Made shownAs(String other) {
      return new Made(id, other, model, at);
    }
  }

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private final List<Made> made = new CopyOnWriteArrayList<>();
  private ScriptedProvider provider;
  private ReconcileFixture doubt;
  private final AtomicInteger readings = new AtomicInteger();
  private IntPredicate showsIt = reading -> true;
  private Lie lie;

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start().list(this::list);
    doubt =
        new ReconcileFixture(folder, clock, provider.baseUrl(), provider.host())
            .with("leonardo.track.give-up", "1h");
  }

  @AfterEach
  void close() {
    doubt.close();
    provider.close();
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"CHANGES_TEXT", "HIDES_ONE_MODEL"})
  @Tag("long")
  void whateverElseTheListDoesItIsPaidOnce(Lie lie) throws Exception {
    whatWasMadeIsPaidOnceWhateverTheListDoes(lie);
  }

  @ParameterizedTest
  @EnumSource(names = {"CHANGES_TEXT", "HIDES_ONE_MODEL"})
  void whatWasMadeIsPaidOnceWhateverTheListDoes(Lie lie) throws Exception {
    doubt.start();
    ordinary(3);
    provider.onCreate(this::loses);
    String id = accept(PROMPT, O3);
    doubt.until("IN_DOUBT", id);
    this.lie = lie;

    ordinary(12);
    read(8, id);

    assertThat(creates()).isEqualTo(1);
  }

  @Test
  void whatWasNotMadeIsSubmittedAgainOnceAnHonestListShowsLaterJobs() throws Exception {
    doubt.start();
    ordinary(3);
    provider.onCreate(request -> ScriptedProvider.json(500, "{\"error\":\"Service Error\"}"));
    String id = accept(PROMPT, O3);
    doubt.until("IN_DOUBT", id);

    provider.onCreate(
        Stream.generate(() -> (ScriptedProvider.Answer) this::makes)
            .limit(20)
            .toArray(ScriptedProvider.Answer[]::new));
    for (int i = 0; i < 4; i++) {
      accept("plain later " + i, O3);
      accept("caf\u00e9 & \ud83d\udc28 later " + i, O3);
      clock.tick(Duration.ofSeconds(40));
    }

    doubt.inTime("COMPLETE", id);
    assertThat(made).filteredOn(m -> m.prompt().equals(PROMPT)).hasSize(1);
  }

  @Test
  void whatTheListShowsInOneReadingOfThreeIsPaidOnce() throws Exception {
    doubt.start();
    ordinary(3);
    provider.onCreate(this::loses);
    String id = accept(PROMPT, O3);
    doubt.until("IN_DOUBT", id);
    clock.tick(Duration.ofMinutes(1));
    provider.onCreate(this::makes, this::makes);
    accept("plain later", O3);
    accept("caf\u00e9 & \ud83d\udc28 later", O3);
    showsIt = reading -> false;
    doubt.heldBecause(id, ReconcileStep.NOT_LISTED);
    int first = readings.get();
    showsIt = reading -> reading == first + 2;

    doubt.inTime("COMPLETE", id);

    assertThat(creates()).isEqualTo(1);
  }

  @Test
  void aGenerationThatAJobHasIsNotTakenForAnotherInCapitals() throws Exception {
    doubt.start();
    provider.onCreate(this::makes);
    String first = accept(PROMPT, O3);
    doubt.inTime("COMPLETE", first);
    provider.onCreate(request -> ScriptedProvider.json(500, "{\"error\":\"Service Error\"}"));
    String second = accept(PROMPT, O3);
    doubt.until("IN_DOUBT", second);
    lie = Lie.SPELLS_IDS_IN_CAPITALS;

    clock.tick(Duration.ofMinutes(1));
    doubt.held(second);

    assertThat(doubt.state(second)).isEqualTo("IN_DOUBT");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"generate\":{\"generationId\":\"%s\",\"apiCr",
        "{\"data\":{\"job\":{\"generation_id\":\"%s\"}}}",
        "{\"result\":\"{\\\"generationId\\\":\\\"%s\\\"}\"}",
        "accepted as %s, thank you"
      })
  void aGenerationThatIsNamedInAnAnswerThatCannotBeReadIsAskedForAndAdopted(String answer)
      throws Exception {
    String generation = "0196c6ed-7f4e-6a11-9f0c-000000000001";
    // A list that would never show it.
    lie = Lie.HIDES_WHAT_IS_BEING_MADE;
    provider.onCreate(
        request -> {
          makes(request, generation);
          return ScriptedProvider.json(200, String.format(Locale.ROOT, answer, generation));
        });
    provider.onLook(this::look);
    doubt.start();
    String id = accept(PROMPT, O3);

    doubt.inTime("COMPLETE", id);

    assertThat(doubt.job(id).get("generationId").asText()).isEqualTo(generation);
    assertThat(provider.creates()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"generate\":{\"generationId\":\"0196c6ed-7f4e",
        "{\"generate\":{\"generationId\":\"",
        "{\"data\":{\"generation\":{\"id\":\"0196c6ed-7f4e-6a11-9f0c-000000000009\"}}}"
      })
  void whatAnAnswerSpokeOfIsNeverMadeAgainThoughNothingShowsIt(String answer) throws Exception {
    doubt.start();
    ordinary(3);
    provider.onCreate(this::makes);
    doubt.inTime("COMPLETE", accept("caf\u00e9 & \ud83d\udc28 before", O3));
    provider.onCreate(request -> ScriptedProvider.json(200, answer));
    provider.onLook(request -> ScriptedProvider.json(200, "{\"generations_by_pk\":null}"));
    String id = accept(PROMPT, O3);
    doubt.until("IN_DOUBT", id);

    ordinary(12);
    read(8, id);

    assertThat(creates()).isEqualTo(1);
    doubt.heldBecause(id, ReconcileStep.WAS_MADE);
  }

  @Test
  void aGenerationOfAnotherPromptThatAnAnswerNamesIsNotAdopted() throws Exception {
    String other = "0196c6ed-7f4e-6a11-9f0c-000000000002";
    made.add(new Made(other, "somebody else's", O3, clock.instant()));
    provider.onCreate(request -> ScriptedProvider.json(500, "{\"error\":\"see " + other + "\"}"));
    provider.onLook(this::look);
    doubt.start();
    String id = accept(PROMPT, O3);
    doubt.until("IN_DOUBT", id);

    clock.tick(Duration.ofSeconds(30));
    doubt.held(id);

    assertThat(provider.looks()).hasSize(1);
    assertThat(doubt.state(id)).isEqualTo("IN_DOUBT");
  }

  /** Ordinary jobs of both models, one after another, with time between them. */
  private void ordinary(int jobs) {
    for (int i = 0; i < jobs; i++) {
      provider.onCreate(this::makes);
      String model = i % 2 == 0 ? "kling-3.0-turbo" : O3;
      int before = made.size();
      accept("plain " + before, model);
      await().atMost(LONG).until(() -> made.size() > before);
      int lists = provider.lists().size();
      clock.tick(Duration.ofSeconds(50));
      if (lists > 0) {
        // The list is read, if anything is in doubt.
        clock.tick(Duration.ofMinutes(15));
      }
    }
  }

  /** How often the doubtful one was asked for. */
  private long creates() {
    return provider.creates().stream()
        .map(
            create ->
                ReconcileFixture.json(create.getBody().utf8()).at("/parameters/prompt").asText())
        .filter(PROMPT::equals)
        .count();
  }

  /** So often the list is read for the doubt, unless it ends before. */
  private void read(int times, String id) {
    for (int i = 0; i < times && doubt.state(id).equals("IN_DOUBT"); i++) {
      long before = doubt.looks();
      await()
          .atMost(LONG)
          .until(
              () -> {
                clock.tick(Duration.ofSeconds(30));
                return !doubt.state(id).equals("IN_DOUBT") || doubt.looks() > before;
              });
    }
    if (!doubt.state(id).equals("IN_DOUBT")) {
      doubt.inTime("COMPLETE", id);
    }
  }

  private String accept(String prompt, String model) {
    String request =
        String.format(
            Locale.ROOT,
            "{\"model\":\"%s\",\"parameters\":{\"prompt\":\"%s\",\"width\":1280,\"height\":720%s}}",
            model,
            prompt,
            model.equals(O3) ? ",\"duration\":5" : "");
    return ReconcileFixture.json(
            doubt.app.template().requestBody("direct:leonardo-accept", request, String.class))
        .get("id")
        .asText();
  }

  private MockResponse loses(RecordedRequest request) {
    makes(request);
    return ScriptedProvider.json(500, "{\"error\":\"Service Error\"}");
  }

  private MockResponse makes(RecordedRequest request) {
    return makes(request, "made-" + made.size());
  }

  private MockResponse makes(RecordedRequest request, String id) {
    JsonNode body = ReconcileFixture.json(request.getBody().utf8());
    String prompt = body.at("/parameters/prompt").asText();
    made.add(new Made(id, prompt, body.path("model").asText(), clock.instant()));
    return ScriptedProvider.json(200, "{\"generate\":{\"generationId\":\"" + id + "\"}}");
  }

  private MockResponse look(RecordedRequest request) {
    String id = request.getUrl().pathSegments().get(request.getUrl().pathSegments().size() - 1);
    String shown =
        made.stream()
            .filter(m -> m.id().equals(id))
            .findFirst()
            .map(m -> entry(m, "COMPLETE"))
            .orElse("null");
    return ScriptedProvider.json(200, "{\"generations_by_pk\":" + shown + "}");
  }

  private MockResponse list(RecordedRequest request) throws IOException {
    int offset = Integer.parseInt(request.getUrl().queryParameter("offset"));
    int reading = offset == 0 ? readings.incrementAndGet() : readings.get();
    List<Made> all = new ArrayList<>(made);
    all.removeIf(m -> !m.plain() && !showsIt.test(reading));
    all.sort(Comparator.comparing(Made::at).reversed());
    Stream<Made> told = lie == null ? all.stream() : lie.told.apply(all.stream(), clock.instant());
    String status = lie == Lie.HIDES_WHAT_IS_BEING_MADE ? "COMPLETE" : "PENDING";
    return ScriptedProvider.json(
        200,
        "{\"generations\":"
            + told.skip(offset).limit(25).map(m -> entry(m, status)).toList()
            + "}");
  }

  private String entry(Made m, String status) {
    return ReconcileFixture.object()
        .put("id", m.id())
        .put("status", status)
        .put("createdAt", m.at().toString())
        .put("prompt", m.prompt())
        .put("public", false)
        .put("imageWidth", 1280)
        .put("imageHeight", 720)
        .toString();
  }
}
