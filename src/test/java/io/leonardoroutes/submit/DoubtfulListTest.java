package io.leonardoroutes.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ReconcileFixture;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a job in doubt does with lists that are not true, or not to be read. */
class DoubtfulListTest {
  private static final Duration SETTLE = Duration.ofSeconds(30);
  private static final String LAGS =
      "the provider's list shows neither it nor a later one of ours: it may lag";

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private ScriptedProvider provider;
  private ReconcileFixture doubt;

  @BeforeEach
  void open() throws IOException {
    provider = ScriptedProvider.start();
    doubt = new ReconcileFixture(folder, clock, provider.baseUrl(), provider.host());
    provider.onCreate(request -> ScriptedProvider.json(500, "{\"error\":\"Service Error\"}"));
  }

  @AfterEach
  void close() {
    doubt.close();
    provider.close();
  }

  @Test
  void aListThatStillLagsBehindReleasesNothing() throws Exception {
    doubt.start();
    String id = inDoubt();
    // Listed before the lag began, and created before the doubt was settled.
    doubt.until("RUNNING", doubt.accept("a cat"));
    provider.list(once(listed("gen-1", "a cat", 0)));
    clock.tick(SETTLE.plusSeconds(1));
    doubt.until("RUNNING", doubt.accept("a dog"));

    for (int hours = 0; hours < 3; hours++) {
      int asked = provider.lists().size();
      await()
          .atMost(Patience.LONG)
          .until(
              () -> {
                clock.tick(Duration.ofHours(1));
                return provider.lists().size() > asked;
              });
    }

    assertThat(doubt.held(id)).isEqualTo(LAGS);
    assertThat(provider.creates()).hasSize(3);
  }

  @Test
  void aListThatShowsTheCreateLateIsBelievedThen() throws Exception {
    doubt.start();
    String id = inDoubt();
    clock.tick(SETTLE);
    assertThat(doubt.held(id)).isEqualTo(LAGS);

    provider.list(once(listed("late", "a koala", 2)));

    doubt.inTime("COMPLETE", id);
    assertThat(doubt.job(id).get("generationId").asText()).isEqualTo("late");
    assertThat(provider.creates()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<html>Please stand by</html>", "{\"generations\":[7]}", "[]", "{}", "null"})
  void aListThatIsNoneEndsNoDoubt(String nonsense) throws Exception {
    provider.list(request -> ScriptedProvider.json(200, nonsense));
    doubt.start();
    String id = inDoubt();

    clock.tick(SETTLE);

    assertThat(doubt.held(id)).startsWith("the provider's list could not be read: the provider");
    assertThat(doubt.state(id)).isEqualTo("IN_DOUBT");
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void aListThatNeverEndsIsReadToABoundAndEndsNoDoubt() throws Exception {
    provider.list(DoubtfulListTest::neverEnding);
    doubt.start();
    String id = inDoubt();

    clock.tick(SETTLE);

    assertThat(doubt.held(id)).isEqualTo("the provider's list could not be read back to its time");
    assertThat(provider.lists()).hasSize(400);
    assertThat(doubt.state(id)).isEqualTo("IN_DOUBT");
  }

  @Test
  void aListIsReadSoMuchFurtherAsWeMadeMoreSinceTheDoubt() throws Exception {
    provider.list(DoubtfulListTest::neverEnding);
    doubt.start();
    String id = inDoubt();
    doubt.until("RUNNING", doubt.accept("a cat"));
    LedgerRows.change(
        doubt.app,
        """
        INSERT INTO moved (job, n, from_state, to_state, at, step)
        WITH RECURSIVE made (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM made WHERE n < 1199)
        SELECT job, moved.n - 5000 + made.n, from_state, to_state, at, step FROM moved, made
        WHERE to_state = 'RUNNING'
        """);

    clock.tick(SETTLE);

    assertThat(doubt.held(id)).isEqualTo("the provider's list could not be read back to its time");
    assertThat(provider.lists()).hasSize(400 + 1200 / 12);
  }

  @Test
  void aListThatRepeatsItsFirstPageEndsNoDoubt() throws Exception {
    provider.list(request -> page(ofAnotherSize("x", 0)));
    doubt.start();
    String id = inDoubt();

    clock.tick(SETTLE);

    assertThat(doubt.held(id)).isEqualTo("the provider's list could not be read back to its time");
    assertThat(provider.lists()).hasSize(2);
    assertThat(provider.lists().get(1).getUrl().query()).isEqualTo("offset=1&limit=25");
  }

  @Test
  void aProblemSaysSinceWhenAndWhyTheDoubtIsHeld() throws Exception {
    doubt.start();
    String id = inDoubt();

    clock.tick(SETTLE);
    doubt.held(id);

    assertThat(doubt.job(id).get("problem"))
        .isEqualTo(
            ReconcileFixture.json(
                """
                {"type":"urn:leonardo-routes:problem:in-doubt",
                 "title":"Nobody knows whether the paid call was billed; it is repeated only once it is known to be unpaid",
                 "status":0,
                 "detail":"the provider answered 500 (Service Error): whether it made and billed a video is not known",
                 "answer":"{\\"error\\":\\"Service Error\\"}",
                 "since":"2026-11-21T12:00:00Z",
                 "held":"the provider's list shows neither it nor a later one of ours: it may lag"}\
                """));
    await().untilAsserted(() -> assertThat(doubt.told(id)).containsExactly("in_doubt"));
  }

  private String inDoubt() {
    String id = doubt.accept("a koala");
    doubt.until("IN_DOUBT", id);
    return id;
  }

  private ScriptedProvider.Answer once(String... generations) {
    return request ->
        request.getUrl().queryParameter("offset").equals("0") ? page(generations) : page();
  }

  private static MockResponse neverEnding(RecordedRequest request) {
    int offset = Integer.parseInt(request.getUrl().queryParameter("offset"));
    return page(
        IntStream.range(offset, offset + 25)
            .mapToObj(i -> ofAnotherSize("gen-" + i, i % 2))
            .toArray(String[]::new));
  }

  private static MockResponse page(String... generations) {
    return ScriptedProvider.json(200, "{\"generations\":[" + String.join(",", generations) + "]}");
  }

  /** Somebody else's, that is surely not ours. */
  private static String ofAnotherSize(String id, int second) {
    return listed(id, "somebody else's", second).replace("1280", "1920").replace("720", "1080");
  }

  private static String listed(String id, String prompt, int second) {
    return """
    {"id":"%s","status":"COMPLETE","createdAt":"2026-11-21T12:00:%02d.000","prompt":"%s",
     "modelId":null,"public":false,"imageWidth":1280,"imageHeight":720}\
    """
        .formatted(id, second, prompt);
  }
}
