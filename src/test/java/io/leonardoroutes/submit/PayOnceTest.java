package io.leonardoroutes.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The paid call itself: what is sent, when it is sent again, and who may not repeat it. */
class PayOnceTest {
  private static final String KEY = "3c0a1f6e-5d0f-4c6e-9c0a-0d1e2f3a4b5c";

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  @BeforeEach
  void open() {
    story.with("leonardo.api-key", KEY);
  }

  @Test
  void theProviderGetsTheNormalisedRequestAndNothingOfOurs() throws Exception {
    story.start();

    String id =
        story.accept(
            """
            {"reference":"order-1","sinks":["told"],"priority":9,"model":"kling-3.0-turbo",
             "parameters":{"prompt":"A koala","guidances":{"start_frame":[]}}}\
            """);

    story.submitted(id);
    RecordedRequest create = provider.creates().get(0);
    assertThat(create.getBody().utf8())
        .isEqualTo(
            """
            {"model":"kling-3.0-turbo","public":false,"parameters":{"prompt":"A koala",\
            "duration":5,"motion_has_audio":true,"quantity":1}}\
            """);
    assertThat(create.getTarget()).isEqualTo("/api/rest/v2/generations");
    assertThat(create.getHeaders().names())
        .containsExactlyInAnyOrder(
            "Accept",
            "Authorization",
            "Content-Length",
            "Content-Type",
            "Host",
            "User-Agent",
            "Connection");
    assertThat(create.getHeaders().get("Authorization")).isEqualTo("Bearer " + KEY);
    assertThat(create.getHeaders().get("Content-Type")).isEqualTo("application/json");
  }

  @Test
  void theKeyGoesToTheProviderAndNowhereElse() throws Exception {
    try (ScriptedProvider elsewhere = ScriptedProvider.start()) {
      provider.onCreate(
          request ->
              new MockResponse.Builder()
                  .code(307)
                  .setHeader("Location", elsewhere.baseUrl() + "/v2/generations")
                  .build(),
          request -> ScriptedProvider.json(400, "{\"error\":\"wrong key " + KEY + "\"}"));
      story.start();
      String redirected = story.accept(FlowFixture.REQUEST);
      story.told(redirected, "in_doubt");
      String refused = story.accept(FlowFixture.REQUEST);
      story.told(refused, "failed");
      String complete = story.accept(FlowFixture.REQUEST);
      story.told(complete, "completed");

      assertThat(elsewhere.creates()).isEmpty();
      assertThat(provider.looks().get(0).getHeaders().get("Authorization"))
          .isEqualTo("Bearer " + KEY);
      assertThat(provider.downloads().get(0).getHeaders().toString()).doesNotContain(KEY);
      assertThat(story.events(refused).toString()).doesNotContain(KEY);
      assertThat(story.job(refused).toString()).doesNotContain(KEY);
    }
  }

  @Test
  void whatWasTurnedAwayWithRetryAfterIsSentAgainThenAndNotBefore() throws Exception {
    provider.onCreate(
        request ->
            new MockResponse.Builder().code(429).setHeader("Retry-After", "30").body("").build());
    story.bind("clock", clock).start();
    String id = story.accept(FlowFixture.REQUEST);
    await().atMost(Patience.LONG).until(() -> provider.creates().size() == 1);
    await().atMost(Patience.LONG).until(() -> story.state(id).equals("ACCEPTED"));

    clock.tick(Duration.ofSeconds(29));
    await().during(Duration.ofMillis(300)).until(() -> provider.creates().size() == 1);
    clock.tick(Duration.ofSeconds(31));

    JsonNode job = story.submitted(id);
    assertThat(job.get("state").asText()).isEqualTo("RUNNING");
    assertThat(provider.creates()).hasSize(2);
    story.told(id, "submitted");
    story.toldInAll(id, "submitted");
  }

  @Test
  void whatCouldNotBeSentIsSentOnceTheProviderIsBack() throws Exception {
    int port = Integer.parseInt(provider.host().split(":")[1]);
    provider.close();
    story.start();
    String id = story.accept(FlowFixture.REQUEST);
    await().during(Duration.ofMillis(500)).until(() -> !story.state(id).equals("IN_DOUBT"));

    provider = ScriptedProvider.startAt(port);

    story.told(id, "completed");
    assertThat(provider.creates()).hasSize(1);
    story.toldInAll(id, "submitted", "completed");
  }

  @Test
  void aRouteThatRepeatsTheCallPaysOnce() throws Exception {
    story
        .edited(
            folder,
            "submit.camel.yaml",
            """
            - filter:
                        expression:
                          simple:
                            expression: ${exchangeProperty.leonardoBegun}
            """,
            """
            - loop:
                        expression:
                          constant:
                            expression: "3"
                        copy: true
            """)
        .with("leonardo.track.first", "1h")
        .start();

    String id = story.accept(FlowFixture.REQUEST);

    assertThat(story.submitted(id).get("state").asText()).isEqualTo("RUNNING");
    await().during(Duration.ofMillis(500)).until(() -> story.state(id).equals("RUNNING"));
    assertThat(provider.creates()).hasSize(1);
    story.toldInAll(id, "submitted");
  }

  @Test
  void aRouteWithoutTheLedgersLeaveSendsNothing() throws Exception {
    story
        .edited(
            folder,
            "submit.camel.yaml",
            "- bean:\n"
                + "            id: begin\n"
                + "            ref: leonardoSubmit\n"
                + "            method: begin\n",
            """
            - setProperty:
                        name: leonardoBegun
                        expression:
                          constant:
                            expression: "true"
                    - setBody:
                        expression:
                          simple:
                            expression: ${body.request.toString()}
            """)
        .edited(folder, "submit.camel.yaml", "maximumRedeliveries: 8", "maximumRedeliveries: 0")
        .start();

    String id = story.accept(FlowFixture.REQUEST);

    await().during(Duration.ofSeconds(1)).until(() -> story.state(id).equals("ACCEPTED"));
    assertThat(provider.creates()).isEmpty();
  }

  @Test
  void anAnswerThatTheLedgerCannotTakeIsNeverAskedForAgain() throws Exception {
    String huge = "x".repeat(900_000);
    provider.onCreate(
        request ->
            ScriptedProvider.json(
                200, "{\"generate\":{\"generationId\":\"gen-1\"},\"more\":\"" + huge + "\"}"));
    story
        .edited(folder, "submit.camel.yaml", "maximumRedeliveries: 8", "maximumRedeliveries: 1")
        .with(
            "leonardo.ledger.url",
            "jdbc:sqlite:" + folder.resolve("small.db") + "?max_page_count=150")
        .with("leonardo.http.connect-timeout", "500ms")
        .with("leonardo.http.response-timeout", "500ms")
        .with("leonardo.lease", "500ms")
        .start();

    String id = story.accept(FlowFixture.REQUEST);

    assertThat(story.submitted(id).get("state").asText()).isEqualTo("IN_DOUBT");
    assertThat(story.told(id, "in_doubt").at("/data/problem/detail").asText())
        .isEqualTo("the program ended between the paid call and the record of its answer");
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void aCallThatIsUnderWayIsNotInDoubtHoweverTheClockJumps() throws Exception {
    CountDownLatch jumped = new CountDownLatch(1);
    provider.onCreate(
        request -> {
          jumped.await(Patience.LONG.toSeconds(), TimeUnit.SECONDS);
          return provider.created();
        });
    story.bind("clock", clock).with("leonardo.track.first", "10h").start();
    String id = story.accept(FlowFixture.REQUEST);
    await().atMost(Patience.LONG).until(() -> provider.creates().size() == 1);

    clock.tick(Duration.ofHours(5));
    await().during(Duration.ofMillis(500)).until(() -> story.state(id).equals("SUBMITTING"));
    clock.tick(Duration.ofHours(-5));
    jumped.countDown();

    assertThat(story.submitted(id).get("generationId").asText()).isEqualTo("gen-1");
    story.told(id, "submitted");
    story.toldInAll(id, "submitted");
    assertThat(provider.creates()).hasSize(1);
  }
}
