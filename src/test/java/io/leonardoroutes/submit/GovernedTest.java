package io.leonardoroutes.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limits and the budget over the shipped routes. */
class GovernedTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REQUEST =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"The koala plays with the cat"}}\
      """;

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private ScriptedProvider provider;
  @Fixture private App app;

  @BeforeEach
  void open() {
    app.with("leonardo.rest.enabled", "true");
  }

  @Test
  void aSlotThatIsFreedIsFilledAtOnce() throws Exception {
    for (int i = 0; i < 5; i++) {
      provider.onCreate(request -> ScriptedProvider.json(400, "{\"error\":\"hm\"}"));
    }
    // So long that the loop itself looks for free slots only once.
    app.with("leonardo.tick", "10h").with("leonardo.limits.concurrent", "1").start();
    for (int i = 0; i < 5; i++) {
      accept();
    }
    app.template().sendBody("seda:leonardo-submit?size=1&discardWhenFull=true", null);

    waiting().until(() -> provider.creates().size() == 5);
  }

  @Test
  void aJobThatIsTurnedAwayIsSubmittedAgainLaterAndTheAccountIsAsked() throws Exception {
    provider
        .allowing(10)
        .onCreate(
            request ->
                ScriptedProvider.json(429, "{\"error\":\"slow down\"}")
                    .newBuilder()
                    .setHeader("Retry-After", "30")
                    .build());
    app.bind("clock", clock).start();
    String id = accept();
    waiting().until(() -> provider.creates().size() == 1 && state(id).equals("ACCEPTED"));
    clock.tick(Duration.ofSeconds(1));
    String next = accept();

    await()
        .during(Duration.ofMillis(300))
        .atMost(Patience.LONG)
        .until(() -> provider.creates().size() == 1);
    clock.tick(Duration.ofSeconds(31));
    waiting().until(() -> state(id).equals("RUNNING"));
    // The provider is held to have room for one job until a minute has shown that it has more.
    assertThat(state(next)).isEqualTo("ACCEPTED");
    clock.tick(Duration.ofSeconds(31));
    waiting().until(() -> state(next).equals("RUNNING"));
    assertThat(provider.accounts()).isPositive();
  }

  @Test
  void noMoreJobsRunThanTheAccountAllows() throws Exception {
    provider.allowing(1);
    app.with("leonardo.track.first", "1h")
        .with("leonardo.track.every", "1h") // nor sooner because a slot is wanted
        .start();
    waiting().until(() -> !LedgerRows.of(app, "SELECT * FROM pace WHERE slots = 1").isEmpty());
    accept();
    accept();

    waiting().until(() -> provider.creates().size() == 1);
    await()
        .during(Duration.ofMillis(500))
        .atMost(Patience.LONG)
        .until(() -> provider.creates().size() == 1);
  }

  @Test
  void aCostThatTheBudgetCannotCountIsToldOnceAndEndsTheDaysPaying() throws Exception {
    provider.onCreate(
        request ->
            ScriptedProvider.json(
                200,
                """
                {"generate":{"generationId":"a","cost":{"amount":"12","unit":"CREDITS"}}}\
                """));
    app.bind("clock", clock)
        .with("leonardo.budget.per-day", "25")
        .with("leonardo.budget.price-unknown", "0.10");
    try (LogCapture log = LogCapture.open()) {
      app.start();
      String first = accept();
      waiting().until(() -> state(first).equals("RUNNING"));
      String second = accept();
      waiting().until(() -> !log.with("is used up for some jobs").isEmpty());

      assertThat(log.with("was charged in"))
          .containsExactly(
              "WARN account default was charged in CREDITS, but its budget is in DOLLARS: it"
                  + " submits nothing more until tomorrow (UTC), or until a start with"
                  + " budget.currency=CREDITS");
      assertThat(state(second)).isEqualTo("ACCEPTED");
      assertThat(provider.creates()).hasSize(1);
    }
  }

  @Test
  void whatIsOverTheBudgetWaitsForTheNextDay() throws Exception {
    String managed = app.managed();
    app.bind("clock", clock).with("leonardo.budget.per-day", "0.02").start();
    LogCapture log = LogCapture.open();
    String first = accept();
    waiting().until(() -> state(first).equals("RUNNING"));
    String second = accept();

    waiting().until(() -> job(second).path("warnings").size() == 1);
    assertThat(job(second).at("/warnings/0").asText())
        .isEqualTo(
            "waits for the budget: it is taken to cost 0.0147 DOLLARS, and of the 0.02 for a day"
                + " 0.0053 are left; it goes on tomorrow (UTC) or with a higher"
                + " leonardo.budget.per-day");
    assertThat(get("/costs"))
        .isEqualTo(
            JSON.readTree(
                """
                {"items":[{"day":"2026-11-21","account":"default","model":"kling-3.0-turbo",
                           "amount":"0.0147","unit":"DOLLARS","jobs":1}],
                 "budget":{"day":"2026-11-21","amount":"0.02","used":"0.0147","unit":"DOLLARS"}}\
                """));
    assertThat(provider.creates()).hasSize(1);
    assertThat(log.with("budget"))
        .containsExactly(
            "WARN leonardo.budget.per-day is used up for some jobs; the first "
                + job(second).at("/warnings/0").asText());
    assertThat(json(managed + "/health/ready"))
        .isEqualTo(JSON.readTree("{\"status\":\"DEGRADED\",\"away\":[\"the day's budget\"]}"));

    clock.tick(Duration.ofDays(1));

    waiting().until(() -> provider.creates().size() == 2);
    waiting().until(() -> log.with("budget").size() == 2);
    assertThat(log.with("budget")).last().isEqualTo("INFO the day's budget is back");
    log.close();
    waiting().until(() -> get("/costs").at("/items").size() == 2);
    assertThat(get("/costs?days=1").at("/items").size()).isEqualTo(1);
    assertThat(get("/costs?days=0").at("/detail").asText()).isEqualTo("days '0' is not 1 to 366");
  }

  private String accept() throws IOException {
    String answer = app.template().requestBody("direct:leonardo-accept", REQUEST, String.class);
    return JSON.readTree(answer).get("id").asText();
  }

  private String state(String id) throws Exception {
    return job(id).get("state").asText();
  }

  private JsonNode job(String id) throws Exception {
    return get("/generations/" + id);
  }

  private JsonNode get(String path) throws Exception {
    return json(app.rest() + path);
  }

  private static JsonNode json(String address) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
    return JSON.readTree(
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  private static ConditionFactory waiting() {
    return await().atMost(Patience.LONG);
  }
}
