package io.leonardoroutes.submit;

import static io.leonardoroutes.fixture.ScriptedProvider.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.leonardo.Submission;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What one paid call can come to. Whatever it is, the call is made once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SubmitTest {
  private static final String OPEN = ": whether it made and billed a video is not known";
  private static final String LOST = ": whether the provider made and billed a video is not known";

  private ScriptedProvider provider;
  private FlowFixture story;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    provider = ScriptedProvider.start();
    story =
        FlowFixture.in(folder, provider)
            .with("leonardo.http.response-timeout", "2s")
            .with("leonardo.track.first", "1h")
            .with("leonardo.limits.concurrent", "50")
            .start();
  }

  @AfterAll
  void close() {
    story.close();
    provider.close();
  }

  @Test
  void anOutcomeWithoutAJobIsNamedAndHarmsNothing() {
    Exchange exchange = new DefaultExchange(story.app().context());
    exchange.getMessage().setBody(Submission.unanswered("cut off"));
    try (LogCapture log = LogCapture.open()) {
      story
          .app()
          .context()
          .getRegistry()
          .lookupByNameAndType("leonardoSubmit", SubmitStep.class)
          .record(exchange);

      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains("is not recorded, as no job was begun", "leonardoBegun");
    }
  }

  static Stream<Arguments> created() {
    return Stream.of(
        Arguments.of(
            "wrapped",
            json(
                200,
                """
                {"generate":{"generationId":"gen-w","apiCreditCost":null,
                 "cost":{"amount":"0.0147","unit":"DOLLARS"}}}\
                """),
            "gen-w",
            """
            {"amount":"0.0147","unit":"DOLLARS"}\
            """),
        Arguments.of(
            "flat",
            json(201, "{\"generationId\":\"gen-f\",\"apiCreditCost\":12}"),
            "gen-f",
            """
            {"amount":"12","unit":"CREDITS"}\
            """));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("created")
  void aCreatedGenerationRunsAndItsPriceIsKept(
      String shape, MockResponse answer, String generation, String cost) {
    Told told = submit(answer);

    assertThat(told.job.get("state").asText()).isEqualTo("RUNNING");
    assertThat(told.job.get("generationId").asText()).isEqualTo(generation);
    assertThat(told.job.get("cost")).isEqualTo(FlowFixture.json(cost));
    assertThat(told.job.has("problem")).isFalse();
    told.once("submitted");
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(
            json(400, "{\"error\":\"content moderation filter: cat\",\"code\":\"unexpected\"}"),
            400,
            "content moderation filter: cat"),
        Arguments.of(
            json(422, "{\"error\":\"Unexpected variable duratoin\"}"),
            422,
            "Unexpected variable duratoin"),
        Arguments.of(
            json(
                200,
                """
                [{"message":"Bad","extensions":{"code":"x","statusCode":400,
                  "details":{"errors":[{"message":"parameters.mode must be one of: a"}]}}}]\
                """),
            200,
            "parameters.mode must be one of: a"));
  }

  @ParameterizedTest(name = "{1} {2}")
  @MethodSource("refused")
  void aRefusalFailsTheJobInTheProvidersOwnWords(MockResponse answer, int status, String words) {
    Told told = submit(answer);

    assertThat(told.job.get("state").asText()).isEqualTo("FAILED");
    assertThat(told.job.at("/problem/title").asText())
        .isEqualTo("The provider declined the request");
    assertThat(told.job.at("/problem/status").asInt()).isEqualTo(status);
    assertThat(told.job.at("/problem/detail").asText()).isEqualTo(words);
    told.once("failed");
  }

  static Stream<Arguments> doubtful() {
    return Stream.of(
        Arguments.of(
            json(500, "{\"error\":\"Service Error\"}"),
            "the provider answered 500 (Service Error)" + OPEN),
        Arguments.of(
            json(502, "<html>"), "the provider answered 502 with nothing that can be read" + OPEN),
        Arguments.of(
            json(200, "{\"generate\":{"),
            "the provider answered 200 with nothing that can be read" + OPEN),
        Arguments.of(
            json(200, "{\"generate\":{}}"),
            "the provider answered 200 without a generation id" + OPEN),
        Arguments.of(
            json(408, ""), "the provider answered 408 with nothing that can be read" + OPEN),
        Arguments.of(
            new MockResponse.Builder().code(307).setHeader("Location", "/elsewhere").build(),
            "the provider answered 307 with nothing that can be read" + OPEN),
        Arguments.of(
            new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket(true, false, false))
                .build(),
            "the call failed (NoHttpResponseException: The target server failed to respond)"
                + LOST),
        Arguments.of(
            new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build(),
            "the call failed (SocketTimeoutException: Read timed out)" + LOST),
        Arguments.of(
            new MockResponse.Builder()
                .body("{\"generate\":{\"generationId\":\"gen-cut\"}}" + " ".repeat(100_000))
                .onResponseBody(new SocketEffect.CloseSocket(true, false, false))
                .build(),
            "the answer was cut off: Premature end of Content-Length delimited message body"
                + " (expected: 100039; received: 50019)"),
        Arguments.of(
            new MockResponse.Builder()
                .body("{\"generate\":{\"generationId\":\"gen-slow\"}}" + " ".repeat(1000))
                .throttleBody(10, 100, java.util.concurrent.TimeUnit.MILLISECONDS)
                .build(),
            "the answer was cut off: the answer never ended"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("doubtful")
  void anAnswerThatLeavesItOpenPutsTheJobInDoubtAndNothingIsRepeated(
      MockResponse answer, String why) {
    Told told = submit(answer);

    assertThat(told.job.get("state").asText()).isEqualTo("IN_DOUBT");
    assertThat(told.job.at("/problem/title").asText())
        .isEqualTo(
            "Nobody knows whether the paid call was billed; it is repeated only once it is known to"
                + " be unpaid");
    assertThat(told.job.at("/problem/detail").asText()).isEqualTo(why);
    told.once("in_doubt");
  }

  @Test
  void whatADoubtfulAnswerSaidIsKeptForThePersonWhoEndsTheDoubt() {
    Told whole = submit(json(500, "{\"error\":\"Service Error\",\"generationId\":\"gen-500\"}"));
    Told cut =
        submit(
            new MockResponse.Builder()
                .body("{\"generate\":{\"generationId\":\"gen-cut\"}}" + " ".repeat(100_000))
                .onResponseBody(new SocketEffect.CloseSocket(true, false, false))
                .build());
    Told none = submit(json(502, ""));

    assertThat(whole.job.at("/problem/answer").asText())
        .isEqualTo("{\"error\":\"Service Error\",\"generationId\":\"gen-500\"}");
    assertThat(cut.job.at("/problem/answer").asText())
        .startsWith("{\"generate\":{\"generationId\":\"gen-cut\"}}");
    assertThat(none.job.get("problem").has("answer")).isFalse();
  }

  private Told submit(MockResponse answer) {
    int before = provider.creates().size();
    provider.onCreate(request -> answer);
    String id = story.accept(FlowFixture.REQUEST);
    return new Told(id, story.submitted(id), before);
  }

  private final class Told {
    private final String id;
    private final JsonNode job;
    private final int before;

    Told(String id, JsonNode job, int before) {
      this.id = id;
      this.job = job;
      this.before = before;
    }

    /** One event, and one call, however long one waits. */
    void once(String type) {
      assertThat(story.told(id, type).get("data")).isEqualTo(job);
      await().during(Duration.ofMillis(200)).until(() -> provider.creates().size() == before + 1);
      assertThat(story.told(id)).containsExactly(type);
    }
  }
}
