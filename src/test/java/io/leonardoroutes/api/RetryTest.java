package io.leonardoroutes.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that failed or was cancelled is made again, once, if somebody asks for it. */
class RetryTest {
  private static final String TAGGED =
      FlowFixture.REQUEST.replace(
          "{\"model\"",
          "{\"reference\":\"r-1\",\"priority\":7,\"sinks\":[\"told\"],\"tags\":{\"team\":\"red\"},\"model\"");

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  private RestClient rest() throws Exception {
    return RestClient.of(story.with("leonardo.rest.enabled", "true").start().app());
  }

  private static HttpResponse<String> retry(RestClient rest, String id) throws Exception {
    return rest.send("POST", "/generations/" + id + "/retry", "");
  }

  private static String id(HttpResponse<String> job) throws Exception {
    return RestClient.json(job).get("id").asText();
  }

  private String failed(RestClient rest, String request) throws Exception {
    provider.onLook(ScriptedProvider::failed);
    String id = id(rest.post(request));
    story.until(id, "FAILED");
    return id;
  }

  @Test
  void aFailedJobIsRetriedOnceHoweverOftenThatIsAsked() throws Exception {
    RestClient rest = rest();
    String failed = failed(rest, TAGGED);

    HttpResponse<String> retried = retry(rest, failed);
    String id = id(retried);
    assertThat(retried.statusCode()).isEqualTo(202);
    assertThat(retried.headers().firstValue("Location")).hasValue("/generations/" + id);
    JsonNode job = story.until(id, "COMPLETE");
    assertThat(job.get("retryOf").asText()).isEqualTo(failed);
    assertThat(job.get("tags")).hasToString("{\"team\":\"red\"}");
    assertThat(job.has("reference")).isFalse();
    assertThat(job.get("request")).isEqualTo(story.job(failed).get("request"));
    assertThat(LedgerRows.of(story.app(), "SELECT priority, sinks FROM job"))
        .containsOnly(Map.of("priority", 7, "sinks", "[\"told\"]"));

    HttpResponse<String> again = retry(rest, failed);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(id(again)).isEqualTo(id);
    assertThat(provider.creates()).hasSize(2);
    assertThat(story.state(failed)).isEqualTo("FAILED");
  }

  @Test
  void manyWhoAskAtOnceGetTheSameRetry() throws Exception {
    RestClient rest = rest();
    String failed = failed(rest, FlowFixture.REQUEST);

    List<String> ids =
        IntStream.range(0, 16)
            .parallel()
            .mapToObj(
                i -> {
                  try {
                    return id(retry(rest, failed));
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                })
            .distinct()
            .toList();
    assertThat(ids).hasSize(1);
    story.until(ids.get(0), "COMPLETE");
    assertThat(provider.creates()).hasSize(2);
  }

  @Test
  void aRetryThatFailsIsRetriedByItself() throws Exception {
    RestClient rest = rest();
    String failed = failed(rest, FlowFixture.REQUEST);
    provider.onLook(ScriptedProvider::failed);
    String second = id(retry(rest, failed));
    story.until(second, "FAILED");

    String third = id(retry(rest, second));
    assertThat(story.until(third, "COMPLETE").get("retryOf").asText()).isEqualTo(second);
    assertThat(id(retry(rest, failed))).isEqualTo(second);
  }

  @Test
  void onlyWhatFailedOrWasCancelledIsRetried() throws Exception {
    RestClient rest = rest();
    String complete = id(rest.post(FlowFixture.REQUEST));
    story.until(complete, "COMPLETE");

    HttpResponse<String> refused = retry(rest, complete);
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(RestClient.json(refused).get("detail").asText())
        .isEqualTo("job " + complete + " is COMPLETE: only one that is FAILED or CANCELLED can be");
    assertThat(retry(rest, "none").statusCode()).isEqualTo(404);
    assertThat(rest.get("/generations/" + complete + "/retry").statusCode()).isEqualTo(405);
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void manyAreRetriedWithADryRunBefore() throws Exception {
    story.with("leonardo.budget.per-day", "0");
    RestClient rest = rest();
    String first = cancelled(rest, TAGGED);
    String second = cancelled(rest, FlowFixture.REQUEST);
    String third = cancelled(rest, FlowFixture.REQUEST);
    String retried = id(retry(rest, third));
    String path = "/generations/retry?state=CANCELLED";

    JsonNode dry = RestClient.json(rest.send("POST", path + "&dry-run=true", ""));
    assertThat(dry.get("items").findValuesAsText("job")).containsExactly(third, second, first);
    assertThat(dry.at("/items/0/retry/id").asText()).isEqualTo(retried);
    assertThat(dry.at("/items/2/preview/tags/team").asText()).isEqualTo("red");
    assertThat(LedgerRows.jobs(story.app())).isEqualTo(4);

    JsonNode page = RestClient.json(rest.send("POST", path + "&limit=2", ""));
    assertThat(page.get("items").findValuesAsText("status")).containsExactly("200", "202");
    JsonNode rest2 =
        RestClient.json(rest.send("POST", path + "&after=" + page.get("next").asText(), ""));
    assertThat(rest2.at("/items/0/retry/retryOf").asText()).isEqualTo(first);
    assertThat(rest2.get("next").isNull()).isTrue();
    assertThat(
            RestClient.json(rest.send("POST", path + "&tag=team:red", ""))
                .get("items")
                .findValuesAsText("status"))
        .containsExactly("200");
    assertThat(LedgerRows.jobs(story.app())).isEqualTo(6);
    for (String bad :
        List.of("", "?state=COMPLETE", "?state=FAILED&sate=x", "?state=FAILED&limit=101")) {
      assertThat(rest.send("POST", "/generations/retry" + bad, "").statusCode()).isEqualTo(400);
    }
  }

  private static String cancelled(RestClient rest, String request) throws Exception {
    String id = id(rest.post(request));
    assertThat(rest.send("DELETE", "/generations/" + id, "").statusCode()).isEqualTo(200);
    return id;
  }

  @Test
  void aRequestThatWouldBeRejectedNowIsNotRetried() throws Exception {
    story.with("leonardo.budget.per-day", "0");
    RestClient rest = rest();
    String cancelled = cancelled(rest, TAGGED);
    LedgerRows.change(story.app(), "UPDATE job SET sinks = '[\"gone\"]'");

    HttpResponse<String> refused = retry(rest, cancelled);
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(RestClient.json(refused).at("/violations/0/pointer").asText()).isEqualTo("/sinks/0");
    JsonNode many = RestClient.json(rest.send("POST", "/generations/retry?state=CANCELLED", ""));
    assertThat(many.at("/items/0/status").asInt()).isEqualTo(422);
    assertThat(many.at("/items/0/problem/violations/0/code").asText()).isEqualTo("unknown-sink");
    assertThat(LedgerRows.jobs(story.app())).isEqualTo(1);
  }

  @Test
  void aJobThatMayHaveBeenRetriedSinceABackupIsRetriedOnlyByWhoeverSaysThatThisIsKnown()
      throws Exception {
    RestClient rest = rest();
    String retried = failed(rest, FlowFixture.REQUEST);
    String known = id(retry(rest, retried));
    story.until(known, "COMPLETE");
    String failed = failed(rest, FlowFixture.REQUEST);
    LedgerRows.change(
        story.app(), "INSERT INTO restored SELECT max(created_at) FROM job WHERE state = 'FAILED'");
    String later = failed(rest, FlowFixture.REQUEST);

    assertThat(id(retry(rest, retried))).isEqualTo(known);
    HttpResponse<String> refused = retry(rest, failed);
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(RestClient.json(refused).get("detail").asText())
        .startsWith("nobody knows whether job %s was retried before, as".formatted(failed))
        .endsWith("and perhaps pay twice, send ?confirm=may-be-billed");
    JsonNode many =
        RestClient.json(rest.send("POST", "/generations/retry?state=FAILED&dry-run=true", ""));
    assertThat(many.get("items").findValuesAsText("job")).containsExactly(later, retried);
    assertThat(many.get("leftOut").asInt()).isEqualTo(1);
  }

  @Test
  void aJobThatMayHaveBeenBilledIsRetriedOnlyByWhoeverSaysThatThisIsKnown() throws Exception {
    story.with("leonardo.reconcile", "hold");
    RestClient rest = rest();
    String declined = failed(rest, TAGGED);
    provider.onCreate(request -> ScriptedProvider.json(500, "{\"error\":\"Service Error\"}"));
    String doubtful = id(rest.post(FlowFixture.REQUEST));
    story.until(doubtful, "IN_DOUBT");
    rest.send("POST", "/generations/" + doubtful + "/resolve", "{\"as\":\"failed\"}");
    story.until(doubtful, "FAILED");

    JsonNode many = RestClient.json(rest.send("POST", "/generations/retry?state=FAILED", ""));
    assertThat(many.get("items").findValuesAsText("job")).containsExactly(declined);
    assertThat(many.get("leftOut").asInt()).isEqualTo(1);

    HttpResponse<String> refused = retry(rest, doubtful);
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(RestClient.json(refused).get("detail").asText())
        .isEqualTo(
            "nobody knows whether job %s was billed, as it was given up while it was in doubt or late: to have it made all the same, and perhaps pay twice, send ?confirm=may-be-billed"
                .formatted(doubtful));
    String path = "/generations/" + doubtful + "/retry?confirm=";
    assertThat(rest.send("POST", path + "yes", "").statusCode()).isEqualTo(400);
    HttpResponse<String> confirmed = rest.send("POST", path + "may-be-billed", "");
    assertThat(confirmed.statusCode()).isEqualTo(202);
    assertThat(RestClient.json(confirmed).get("retryOf").asText()).isEqualTo(doubtful);
    assertThat(id(rest.send("POST", path + "may-be-billed", ""))).isEqualTo(id(confirmed));
  }
}
