package io.leonardoroutes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.auth.ApiKeys;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who moved a job, as its caller and its operators read it afterwards. */
class HistoryTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir static Path folder;
  private static ScriptedProvider provider;
  private static App app;
  private static RestClient rest;
  private static LogCapture audit;
  private static String erp;
  private static String shop;
  private static String anna;

  @BeforeAll
  static void open() throws Exception {
    ApiKeys.Made one = ApiKeys.make(new Caller("erp", false));
    ApiKeys.Made two = ApiKeys.make(new Caller("shop", false));
    ApiKeys.Made three = ApiKeys.make(new Caller("anna", true));
    erp = one.key();
    shop = two.key();
    anna = three.key();
    Path keys = Files.write(folder.resolve("keys"), List.of(one.line(), two.line(), three.line()));
    audit = LogCapture.of("leonardo-audit");
    provider = ScriptedProvider.start();
    app =
        App.in(folder)
            .at(provider)
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.rest.auth", "api-key")
            .with("leonardo.rest.keys", keys.toString())
            .with("leonardo.limits.concurrent", "1")
            .start();
    rest = RestClient.of(app);
  }

  @AfterAll
  static void close() {
    app.close();
    provider.close();
    audit.close();
  }

  private static JsonNode get(String key, String path) throws Exception {
    return RestClient.json(rest.send("GET", path, "", "Authorization", "Bearer " + key));
  }

  private static String post(String key) throws Exception {
    return RestClient.json(rest.post(InboxFixture.request("a"), "Authorization", "Bearer " + key))
        .get("id")
        .asText();
  }

  /** The changes of a job without their times. */
  private static List<String> changes(String key, String id) throws Exception {
    List<String> changes = new ArrayList<>();
    String process = "process " + ProcessHandle.current().pid();
    for (JsonNode moved : get(key, "/generations/" + id + "/history").get("items")) {
      String where = moved.get("where").asText();
      changes.add(
          "%s > %s by %s, %s"
              .formatted(
                  moved.path("from").asText("nothing"),
                  moved.get("to").asText(),
                  moved.path("who").asText("nobody"),
                  where.startsWith(process + "@") ? "here" : where));
    }
    return changes;
  }

  private static void awaitState(String id, String state) {
    await()
        .atMost(LONG)
        .until(() -> get(anna, "/generations/" + id).get("state").asText().equals(state));
  }

  @Test
  void everyChangeOfAJobIsKeptWithWhoMadeItAndFromWhere() throws Exception {
    String id = post(erp);
    awaitState(id, "COMPLETE");

    assertThat(changes(erp, id))
        .containsExactly(
            "nothing > ACCEPTED by erp, rest 127.0.0.1",
            "ACCEPTED > SUBMITTING by leonardo-routes, here",
            "SUBMITTING > RUNNING by leonardo-routes, here",
            "RUNNING > COMPLETE by leonardo-routes, here");
    assertThat(changes(anna, id)).hasSize(4);
    JsonNode job = get(anna, "/generations/" + id);
    JsonNode first = get(anna, "/generations/" + id + "/history").at("/items/0");
    assertThat(first.get("at")).isEqualTo(job.get("createdAt"));
    assertThat(audit.with(id).get(0))
        .isEqualTo(
            "INFO {\"job\":\"%s\",\"name\":\"kling-3.0-turbo-%s\",%s"
                .formatted(id, id.substring(0, 8), first.toString().substring(1)));
    await().atMost(LONG).untilAsserted(() -> assertThat(audit.with(id)).hasSize(4));
  }

  @Test
  void aJobThatCameByAnotherWayIsToldByItsRoute() throws Exception {
    String answer =
        app.template()
            .requestBody("direct:leonardo-accept", InboxFixture.request("b"), String.class);
    String id = RestClient.JSON.readTree(answer).get("id").asText();

    assertThat(changes(anna, id).get(0)).isEqualTo("nothing > ACCEPTED by nobody, accept");
    for (String user : List.of(erp, shop)) {
      assertThat(get(user, "/generations/" + id + "/history").get("detail").asText())
          .isEqualTo("there is no job " + id);
    }
  }
}
