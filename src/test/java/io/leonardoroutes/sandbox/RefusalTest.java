package io.leonardoroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.TickingClock;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest {

  private static final BodyHandler<String> TEXT = BodyHandlers.ofString();
  private static final TickingClock CLOCK =
      new TickingClock(Instant.parse("2026-03-09T14:14:40.429Z"));

  @RegisterExtension
  static final SandboxExtension SANDBOX =
      new SandboxExtension(
          SandboxOptions.defaults()
              .withClock(CLOCK)
              .withConcurrency(2)
              .withRules(RefusalTest::noCats));

  private Sandbox sandbox;
  private Client client;

  @BeforeEach
  void aClient() {
    sandbox = SANDBOX.sandbox();
    client = new Client(sandbox);
  }

  private static List<String> noCats(JsonNode request) {
    var prompt = request.at("/parameters/prompt").asText();
    if (prompt.contains("bug")) {
      throw new IllegalStateException("a rule with a bug");
    }
    return prompt.contains("cat")
        ? List.of("parameters.prompt must be one of: dogs", "parameters.x is a \"cat\"")
        : List.of();
  }

  @Test
  void aRequestThatBreaksARuleIsRefusedWithStatus200AndAnArray() throws Exception {
    var answer = client.create("a cat");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Client.json(answer))
        .isEqualTo(
            SandboxAnswer.parse(
                """
                [{"message": "Validation failed",
                  "extensions": {
                    "code": "VALIDATION_ERROR", "statusCode": 400,
                    "details": {
                      "message": "The request is not valid",
                      "errors": [{"message": "parameters.prompt must be one of: dogs"},
                                 {"message": "parameters.x is a \\"cat\\""}]}}}]\
                """));
    assertThat(sandbox.creates()).isEmpty();
  }

  @Test
  void aRuleThatThrowsIsAnErrorOfTheServerAndNothingIsAccepted() throws Exception {
    var answer = client.create("a bug");

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(error(answer.body())).isEqualTo("Service Error");
    assertThat(sandbox.creates()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"model": "m", "parameters": {"prompt": "sandbox-moderated"}} | content moderation filter: sandbox-moderated
          {"model": "m", "parameters": {"prompt": "sandbox-no-tokens"}} | not enough api tokens userId: 5a0db0c8-21a4-4c5e-8f67-90b8a3d7e1f2
          {"parameters": {"prompt": "a dog"}}  | expecting a value for non-nullable variable: "model"
          {"model": "m", "parameters": {}}     | expecting a value for non-nullable variable: "prompt"
          []                                   | the request body is not a JSON object
          {"model": "m"                        | the request body is not JSON
          ~~                                   | the request body is not a JSON object
          {"model": "m"} {"model": "m"}        | the request body is not JSON
          """)
  void whatCannotBeRunIsRefusedWithStatus400(String body, String why) throws Exception {
    var answer = client.send(client.creating(body));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Client.json(answer))
        .isEqualTo(
            SandboxAnswer.object().put("error", why).put("path", "$").put("code", "unexpected"));
    assertThat(sandbox.creates()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer", "Bearer ", "Basic c2FuZGJveA==", "1b4e28ba-2fa1"})
  void aCallWithoutAKeyIsUnauthorized(String authorization) throws Exception {
    var request = HttpRequest.newBuilder(client.to("/v1/me").build().uri());
    if (!authorization.isEmpty()) {
      request.header("authorization", authorization);
    }

    var answer = client.send(request.build());

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body())
        .isEqualTo(
            "{\"error\":\"Authentication hook unauthorized this request\","
                + "\"path\":\"$\",\"code\":\"unexpected\"}");
  }

  @Test
  void aPromptCanAskToBeUnauthorized() throws Exception {
    var answer = client.create("sandbox-unauthorized");

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(error(answer.body())).isEqualTo("Authentication hook unauthorized this request");
    assertThat(sandbox.creates()).isEmpty();
  }

  @Test
  void onlyThePinnedKeyIsAccepted() throws Exception {
    try (var pinned = Sandbox.start(SandboxOptions.defaults().withApiKey("the-key"))) {
      var other = new Client(pinned);

      assertThat(other.create("a dog").statusCode()).isEqualTo(401);
      var right = other.to("/v1/me").setHeader("authorization", "Bearer the-key").build();
      assertThat(other.send(right).statusCode()).isEqualTo(200);
      assertThat(pinned.creates()).isEmpty();
    }
  }

  @Test
  void moreThanTenUnfinishedJobsForEachSlotAreRefusedUntilOneIsDone() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(client.create("dog " + i).statusCode()).isEqualTo(200);
    }

    var answer = client.create("one dog too many");

    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.headers().firstValue("retry-after")).hasValue("4");
    assertThat(error(answer.body())).isEqualTo("too many pending jobs");
    CLOCK.tick(Duration.ofSeconds(4));
    assertThat(client.create("a dog").statusCode()).isEqualTo(200);
  }

  @Test
  void manyClientsAtOnceGetTheQueueAndNotOneMore() {
    var request = client.creating(Client.request("a dog"));
    var answers = Stream.generate(() -> client.http().sendAsync(request, TEXT)).limit(100).toList();

    var statuses = answers.stream().map(CompletableFuture::join).map(a -> a.statusCode()).toList();

    assertThat(statuses).filteredOn(status -> status == 200).hasSize(20);
    assertThat(sandbox.creates()).hasSize(20);
    assertThat(sandbox.count(Door.CREATE)).isEqualTo(100);
  }

  @Test
  void aBodyOverOneMebibyteIsTooLarge() throws Exception {
    var answer = client.create("x".repeat(1024 * 1024));

    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(error(answer.body())).isEqualTo("the request body is larger than 1 MiB");
  }

  @ParameterizedTest
  @ValueSource(strings = {"limit=many", "limit=", "offset=-1", "limit=4294967295"})
  void aPageThatIsNoNumberIsRefused(String page) throws Exception {
    var answer = client.get("/v1/generations/user/" + Sandbox.USER_ID + "?" + page);

    assertThat(answer.get("error").asText())
        .isEqualTo("offset and limit must be whole numbers from 0 on");
  }

  @Test
  void anUnknownPlaceNamesTheKnownOnes() throws Exception {
    var answer = client.send(client.to("/v1/generation").build());

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(error(answer.body()))
        .isEqualTo(
            "the sandbox has no GET /api/rest/v1/generation, it has POST /api/rest/v2/generations,"
                + " GET /api/rest/v1/generations/user/:user, GET /api/rest/v1/generations/:id,"
                + " DELETE /api/rest/v1/generations/:id, GET /api/rest/v1/me, GET"
                + " /api/rest/v2/models, GET /cdn/:id/0.mp4, GET /cdn/:id/0.jpg, POST"
                + " /api/rest/v1/init-image, POST /uploads/:id, DELETE"
                + " /api/rest/v1/init-image/:id");
  }

  private static String error(String body) {
    return SandboxAnswer.parse(body).get("error").asText();
  }
}
