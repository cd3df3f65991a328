package io.leonardoroutes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job is booked under. */
class TagsTest {
  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  private static String tagged(String tags) {
    return "{\"tags\":" + tags + "," + FlowFixture.REQUEST.substring(1);
  }

  private RestClient rest() throws Exception {
    return RestClient.of(story.with("leonardo.rest.enabled", "true").start().app());
  }

  private static List<String> ids(RestClient rest, String query) throws Exception {
    return RestClient.json(rest.get("/generations?" + query)).get("items").findValuesAsText("id");
  }

  @Test
  void tagsAreOnTheJobAndItsEventsAndTheProviderNeverSeesThem() throws Exception {
    RestClient rest = rest();
    JsonNode job = RestClient.json(rest.post(tagged("{\"team\":\"red\",\"project\":\"a b\"}")));

    assertThat(job.get("tags")).hasToString("{\"project\":\"a b\",\"team\":\"red\"}");
    String id = job.get("id").asText();
    assertThat(story.told(id, "completed").at("/data/tags")).isEqualTo(job.get("tags"));
    assertThat(provider.creates().get(0).getBody().utf8()).doesNotContain("tags", "team");
    assertThat(RestClient.json(rest.post(FlowFixture.REQUEST)).has("tags")).isFalse();
    assertThat(RestClient.json(rest.post(tagged("{}"))).has("tags")).isFalse();
    assertThat(
            RestClient.json(
                    rest.send("POST", "/generations?dry-run=true", tagged("{\"team\":\"red\"}")))
                .at("/tags/team")
                .asText())
        .isEqualTo("red");
  }

  @Test
  void theSameReferenceWithOtherTagsIsAnotherRequest() throws Exception {
    RestClient rest = rest();
    String request =
        tagged("{\"a\":\"1\",\"b\":\"2\"}").replaceFirst("\\{", "{\"reference\":\"r\",");

    assertThat(rest.post(request).statusCode()).isEqualTo(202);
    String turned = request.replace("\"a\":\"1\",\"b\":\"2\"", "\"b\":\"2\",\"a\":\"1\"");
    assertThat(rest.post(turned).statusCode()).isEqualTo(200);
    assertThat(rest.post(request.replace("\"1\"", "\"3\"")).statusCode()).isEqualTo(409);
  }

  @Test
  void jobsAreListedByTag() throws Exception {
    RestClient rest = rest();
    String red = id(rest.post(tagged("{\"team\":\"red\"}")));
    String wine = id(rest.post(tagged("{\"team\":\"red: wine\",\"by\":\"anna\"}")));
    rest.post(FlowFixture.REQUEST);

    assertThat(ids(rest, "tag=team:red")).containsExactly(red);
    assertThat(ids(rest, "tag=team:red%3A%20wine")).containsExactly(wine);
    assertThat(ids(rest, "tag=by:anna&model=kling-3.0-turbo&limit=1000")).containsExactly(wine);
    assertThat(ids(rest, "tag=by:anna&model=kling-video-o-3")).isEmpty();
    assertThat(ids(rest, "tag=by:anna&reference=x")).isEmpty();
    assertThat(ids(rest, "tag=team:blue")).isEmpty();
    for (String bad : List.of("team", "team:", ":red")) {
      assertThat(RestClient.json(rest.get("/generations?tag=" + bad)).get("detail").asText())
          .isEqualTo("tag '" + bad + "' is not NAME:VALUE, as in team:red");
    }
  }

  private static String id(HttpResponse<String> job) throws Exception {
    return RestClient.json(job).get("id").asText();
  }

  @Test
  void filesAndMessagesHaveTagsToo() throws Exception {
    int port = App.freePort();
    story
        .with("leonardo.file.enabled", "true")
        .with("leonardo.jms.enabled", "true")
        .with("leonardo.jms.port", "" + port)
        .start();
    InboxFixture.into(story.app().inbox()).file("a.json", tagged("{\"from\":\"file\"}"));
    try (TestBroker.Caller caller = new TestBroker.Caller("tcp://127.0.0.1:" + port)) {
      caller.send("leonardo.requests", tagged("{\"from\":\"jms\"}"));
    }

    await()
        .atMost(Patience.LONG)
        .untilAsserted(
            () ->
                assertThat(LedgerRows.of(story.app(), "SELECT tags FROM job ORDER BY tags"))
                    .extracting(row -> row.get("tags"))
                    .containsExactly("{\"from\":\"file\"}", "{\"from\":\"jms\"}"));
  }

  @Test
  void aTagHasABudgetOfItsOwn() throws Exception {
    story
        .with("leonardo.budgets.red.tag", "team:red")
        .with("leonardo.budgets.red.per-day", "0")
        .with("leonardo.budgets.blue.tag", "team:blue")
        .with("leonardo.budgets.blue.per-month", "100");
    RestClient rest = rest();
    String red = id(rest.post(tagged("{\"team\":\"red\"}")));
    String blue = id(rest.post(tagged("{\"team\":\"blue\"}")));

    story.until(blue, "COMPLETE");
    await()
        .atMost(Patience.LONG)
        .untilAsserted(
            () ->
                assertThat(story.job(red).at("/warnings/0").asText())
                    .startsWith("waits for the budget red: it is taken to cost 0"));
    assertThat(story.state(red)).isEqualTo("ACCEPTED");
    JsonNode budgets = RestClient.json(rest.get("/costs")).get("budgets");
    assertThat(budgets.findValuesAsText("name")).containsExactly("blue", "red");
    assertThat(budgets.at("/0/used").asText()).isEqualTo("0.0147");
    assertThat(budgets.at("/0/month").asText()).hasSize(7);
  }

  @Test
  void costsAreSummedByTagAndCaller() throws Exception {
    RestClient rest = rest();
    story.until(id(rest.post(tagged("{\"team\":\"red\"}"))), "COMPLETE");
    story.until(id(rest.post(tagged("{\"team\":\"red\"}"))), "COMPLETE");
    story.until(id(rest.post(tagged("{\"team\":\"=1+1,\\\"\"}"))), "COMPLETE");
    story.until(id(rest.post(FlowFixture.REQUEST)), "COMPLETE");
    String day = LocalDate.now(ZoneOffset.UTC).toString();

    JsonNode items = RestClient.json(rest.get("/costs?days=2&by=tag:team")).get("items");
    assertThat(items).hasSize(3);
    assertThat(items.findValuesAsText("tag")).containsExactlyInAnyOrder("red", "=1+1,\"");
    assertThat(items.findValuesAsText("amount"))
        .containsExactlyInAnyOrder("0.0294", "0.0147", "0.0147");
    HttpResponse<String> csv =
        rest.send("GET", "/costs?days=2&by=tag:team", "", "Accept", "text/csv");
    assertThat(csv.headers().firstValue("Content-Type")).hasValue("text/csv; charset=utf-8");
    assertThat(csv.body().replace(day, "today").split("\r\n"))
        .containsExactlyInAnyOrder(
            "day,account,model,team,amount,unit,jobs,refunded",
            "today,default,kling-3.0-turbo,,0.0147,DOLLARS,1,",
            "today,default,kling-3.0-turbo,\"'=1+1,\"\"\",0.0147,DOLLARS,1,",
            "today,default,kling-3.0-turbo,red,0.0294,DOLLARS,2,");
    assertThat(rest.send("GET", "/costs?days=2", "", "Accept", "text/csv").body())
        .isEqualTo(
            "day,account,model,amount,unit,jobs,refunded\r\n"
                + day
                + ",default,kling-3.0-turbo,0.0588,DOLLARS,4,\r\n");
    assertThat(RestClient.json(rest.get("/costs?by=caller")).at("/items/0/jobs").asInt())
        .isEqualTo(4);
    for (String bad : List.of("tag", "tag:", "model")) {
      assertThat(RestClient.json(rest.get("/costs?by=" + bad)).get("detail").asText())
          .isEqualTo("by '" + bad + "' is not tag:NAME, as in tag:team, or caller");
    }
  }
}
