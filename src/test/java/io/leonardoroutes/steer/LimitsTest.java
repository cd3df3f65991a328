package io.leonardoroutes.steer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator changes a limit or a budget while the program runs. */
class LimitsTest {
  private static final String BUDGET = "/limits/accounts.default.budget-per-day";
  private static final String SLOTS = "/limits/accounts.default.concurrent";

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;
  private RestClient rest;

  private void start() throws Exception {
    story.with("leonardo.rest.enabled", "true").start();
    rest = RestClient.of(story.app());
  }

  private String put(String path, String body) throws Exception {
    return said(rest.send("PUT", path, body));
  }

  private static String said(HttpResponse<String> answer) {
    return answer.statusCode()
        + " "
        + answer.body().replaceAll("\"since\":\"[^\"]+\"", "\"since\"");
  }

  @Test
  void aBudgetThatIsUsedUpIsRaisedAndTheJobIsMade() throws Exception {
    story.with("leonardo.budget.per-day", "0").with("leonardo.budget.price-unknown", "0.5");
    start();
    String id = story.accept(FlowFixture.REQUEST);
    await().during(Duration.ofMillis(400)).until(() -> story.state(id).equals("ACCEPTED"));
    try (LogCapture audit = LogCapture.of("leonardo-audit")) {
      assertThat(put(BUDGET, "{\"value\": 100.50, \"reason\": \"the fair\"}"))
          .isEqualTo(
              "200 {\"name\":\"accounts.default.budget-per-day\",\"file\":0,\"ledger\":100.50,"
                  + "\"inForce\":100.50,\"unit\":\"DOLLARS\",\"since\",\"by\":\"rest 127.0.0.1\","
                  + "\"reason\":\"the fair\"}");
      story.until(id, "COMPLETE");
      assertThat(RestClient.json(rest.get("/costs")).at("/budget/amount").asText())
          .isEqualTo("100.50");
      assertThat(RestClient.json(rest.get("/summary")).at("/accounts/0/budget/amount").asText())
          .isEqualTo("100.50");
      assertThat(audit.with("\"limit\":\"accounts.default.budget-per-day\"").get(0))
          .contains("\"from\":\"0\",\"to\":\"100.50\"", "\"reason\":\"the fair\"");
    }
    String back =
        "200 {\"name\":\"accounts.default.budget-per-day\",\"file\":0,\"inForce\":0,"
            + "\"unit\":\"DOLLARS\"}";
    assertThat(said(rest.send("DELETE", BUDGET, ""))).isEqualTo(back);
    assertThat(said(rest.send("DELETE", BUDGET, ""))).isEqualTo(back);
  }

  @Test
  void allLimitsAreListedWithWhatTheSettingsSayAndWhatIsInForce() throws Exception {
    story
        .with("leonardo.budgets.red.tag", "team:red")
        .with("leonardo.budgets.red.per-month", "12.5");
    start();
    assertThat(put(SLOTS, "{\"value\":3}")).startsWith("200");
    JsonNode items = RestClient.json(rest.get("/limits")).get("items");
    assertThat(items.findValuesAsText("name"))
        .containsExactly(
            "accounts.default.concurrent",
            "accounts.default.creates-per-minute",
            "accounts.default.requests-per-minute",
            "budgets.red.per-month");
    assertThat(items.findValuesAsText("file")).containsExactly("10", "10000", "2000", "12.5");
    assertThat(items.findValuesAsText("inForce")).containsExactly("3", "10000", "2000", "12.5");
    assertThat(RestClient.json(rest.get("/summary")).at("/slots/of").asInt()).isEqualTo(3);
  }

  @Test
  void whatCannotBeALimitIsNone() throws Exception {
    start();
    assertThat(put(BUDGET, "{\"value\":3}"))
        .startsWith("404 ")
        .contains("the settings have no limit accounts.default.budget-per-day: accounts.default.");
    assertThat(rest.send("DELETE", BUDGET, "").statusCode()).isEqualTo(404);
    for (String body :
        List.of("{}", "{\"value\":0}", "{\"value\":\"3\"}", "{\"value\":1e9}", "{\"vlaue\":3}")) {
      assertThat(put(SLOTS, body)).as(body).startsWith("422 ");
    }
    assertThat(put(SLOTS, "")).startsWith("422 ").contains("value is a whole number from 1 to");
    assertThat(
            rest.send("PUT", SLOTS, "{\"value\":3}", "Origin", "https://evil.example").statusCode())
        .isEqualTo(403);
    assertThat(RestClient.json(rest.get("/summary")).at("/slots/of").asInt()).isEqualTo(10);
  }
}
