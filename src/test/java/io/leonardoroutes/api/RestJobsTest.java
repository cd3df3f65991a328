package io.leonardoroutes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.request.ModelExamples;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs over REST: one, many, cancelled, and while the ledger is away. */
class RestJobsTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private App app;

  @BeforeEach
  void open() {
    app.with("leonardo.rest.enabled", "true");
  }

  private static String id(HttpResponse<String> job) throws Exception {
    return RestClient.json(job).get("id").asText();
  }

  private static String detail(HttpResponse<String> answer) throws Exception {
    return answer.statusCode() + " " + RestClient.json(answer).get("detail").asText();
  }

  @Test
  void jobsAreListedNewestFirstPageByPage() throws Exception {
    RestClient rest =
        RestClient.of(app.with("leonardo.base-url", "http://127.0.0.1:1/api/rest").start());
    List<String> newestFirst = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      newestFirst.add(0, id(rest.post(InboxFixture.request("a"))));
    }
    rest.send("DELETE", "/generations/" + newestFirst.get(3), "");

    JsonNode first = RestClient.json(rest.get("/generations?limit=2"));
    String next = first.get("next").asText();
    JsonNode second = RestClient.json(rest.get("/generations?limit=2&after=" + next));
    List<String> paged = new ArrayList<>(first.findValuesAsText("id"));
    paged.addAll(second.findValuesAsText("id"));
    assertThat(paged).hasSameElementsAs(newestFirst).doesNotHaveDuplicates();
    assertThat(second.get("next").isNull()).isTrue();
    assertThat(RestClient.json(rest.get("/generations?state=CANCELLED")).findValuesAsText("id"))
        .containsExactly(newestFirst.get(3));
    assertThat(RestClient.json(rest.get("/generations?limit=1000")).get("items")).hasSize(4);
    assertThat(rest.get("/generations?state=RUNNING").body())
        .isEqualTo("{\"items\":[],\"next\":null}");
  }

  @Test
  void filtersAreCombined() throws Exception {
    app.with("leonardo.base-url", "http://127.0.0.1:1/api/rest").with("leonardo.tick", "10h");
    RestClient rest = RestClient.of(app.start());
    String request = InboxFixture.request("a").replaceFirst("\\{", "{\"reference\":\"order-1\",");
    JsonNode job = RestClient.json(rest.post(request));
    String id = job.get("id").asText();
    String at = job.get("createdAt").asText();
    rest.post(request.replace("order-1", "order-2"));

    assertThat(ids(rest, "reference=order-1")).containsExactly(id);
    assertThat(ids(rest, "reference=order-1&state=ACCEPTED&model=kling-3.0-turbo&from=" + at))
        .containsExactly(id);
    assertThat(ids(rest, "reference=order-1&to=" + at)).isEmpty();
    assertThat(ids(rest, "reference=order-1&model=kling-video-o-3")).isEmpty();
    assertThat(ids(rest, "reference=order")).isEmpty();
    assertThat(ids(rest, "refe%72ence=order%2D1&")).containsExactly(id);
    assertThat(ids(rest, "from=2026-11-21t00:00:00%2b02:00&to=9999-12-31T23:59:59.999Z"))
        .hasSize(2);
  }

  private static List<String> ids(RestClient rest, String query) throws Exception {
    return RestClient.json(rest.get("/generations?" + query)).get("items").findValuesAsText("id");
  }

  @Test
  void aJobIsFoundByTheNameThatTheLogSays() throws Exception {
    RestClient rest = RestClient.of(app.with("leonardo.budget.per-day", "0").start());
    String id = id(rest.post(InboxFixture.request("a")));
    String name = "kling-3.0-turbo-" + id.substring(0, 8);
    String path = "/generations/";

    assertThat(id(rest.get(path + name))).isEqualTo(id);
    assertThat(rest.get(path + name + "/history").body())
        .isEqualTo(rest.get(path + id + "/history").body());
    assertThat(detail(rest.get(path + name + "/video")))
        .startsWith("409 job " + id + " is ACCEPTED");
    assertThat(id(rest.send("DELETE", path + name, ""))).isEqualTo(id);
    assertThat(detail(rest.send("DELETE", path + name, "")))
        .isEqualTo("409 job " + id + " is CANCELLED: only an ACCEPTED one can be cancelled");
  }

  @Test
  void aPageThatCannotBeIsRefused() throws Exception {
    RestClient rest = RestClient.of(app.start());

    for (String limit : List.of("0", "1001", "-1", "x", "1e2")) {
      assertThat(detail(rest.get("/generations?limit=" + limit)))
          .isEqualTo("400 limit '" + limit + "' is not 1 to 1000");
    }
    assertThat(detail(rest.get("/generations?state=running")))
        .isEqualTo(
            "400 state 'running' is not one of [ACCEPTED, SUBMITTING, RUNNING, IN_DOUBT, COMPLETE,"
                + " FAILED, CANCELLED]");
    assertThat(detail(rest.get("/generations?model=kling-4")))
        .isEqualTo("400 model 'kling-4' is not one of " + ModelExamples.ids());
    for (String time :
        List.of("2026-07-01", "now", "2026-07-01T00:00:00", "2026-13-01T00:00:00Z", "1782864000")) {
      assertThat(detail(rest.get("/generations?from=" + time)))
          .isEqualTo(
              "400 from '"
                  + time
                  + "' is not a time as 2026-07-01T00:00:00Z (a + in it is written %2B)");
    }
    assertThat(detail(rest.get("/generations?sate=FAILED")))
        .isEqualTo(
            "400 sate is no parameter of this call, which has state, waitsFor, model, reference,"
                + " tag, from, to, limit, after");
    assertThat(detail(rest.get("/generations?state=FAILED&state=RUNNING")))
        .isEqualTo("400 state is there more than once");
    assertThat(detail(rest.get("/generations?after=%0d%0aX:%20y")))
        .isEqualTo("400 after '\r\nX: y' is not the `next` of a page");
    assertThat(detail(rest.get("/generations/no-such-id")))
        .isEqualTo("404 there is no job no-such-id");
  }

  @Test
  void aJobThatIsNotSubmittedIsCancelledAndItsSinksAreTold() throws Exception {
    app.with("leonardo.base-url", "http://127.0.0.1:1/api/rest")
        .with("leonardo.sinks.outbox.events", "cancelled");
    RestClient rest = RestClient.of(app.start());
    String id = id(rest.post(InboxFixture.request("a")));

    HttpResponse<String> cancelled =
        await()
            .atMost(LONG)
            .until(
                () -> rest.send("DELETE", "/generations/" + id, ""),
                answer -> answer.statusCode() == 200);
    assertThat(RestClient.json(cancelled).get("state").asText()).isEqualTo("CANCELLED");
    String name = "kling-3.0-turbo-" + id.substring(0, 8) + ".cancelled.json";
    await().atMost(LONG).until(() -> Files.exists(app.outbox().resolve(name)));
    assertThat(detail(rest.send("DELETE", "/generations/" + id, "")))
        .isEqualTo("409 job " + id + " is CANCELLED: only an ACCEPTED one can be cancelled");
    assertThat(detail(rest.send("DELETE", "/generations/x", "")))
        .isEqualTo("404 there is no job x");
  }

  @Test
  void aJobThatIsPaidForCannotBeCancelled() throws Exception {
    RestClient rest = RestClient.of(app.start());
    String id = id(rest.post(InboxFixture.request("a")));
    await().atMost(LONG).until(() -> rest.get("/generations/" + id).body().contains("\"file\""));

    assertThat(detail(rest.send("DELETE", "/generations/" + id, "")))
        .isEqualTo("409 job " + id + " is COMPLETE: only an ACCEPTED one can be cancelled");
  }

  @Test
  void whileTheLedgerIsLockedACallIsAskedToComeAgain() throws Exception {
    String url = "jdbc:sqlite:" + folder.resolve("data/ledger.db");
    app.with("leonardo.ledger.url", url + "?busy_timeout=100");
    RestClient rest =
        RestClient.of(app.with("leonardo.sinks.outbox.events", "rejected,completed").start());
    try (LogCapture log = LogCapture.open();
        Connection other = DriverManager.getConnection(url);
        Statement sql = other.createStatement()) {
      sql.execute("BEGIN IMMEDIATE");
      for (String request : List.of(InboxFixture.request("a"), InboxFixture.request("b"), "{}")) {
        HttpResponse<String> answer = rest.post(request);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
        assertThat(answer.body())
            .isEqualTo(
                """
                {"type":"urn:leonardo-routes:problem:unavailable","title":"Not available now",\
                "status":503,"detail":"send it again later, with the same Idempotency-Key or\
                 reference if it has one"}\
                """);
      }
      sql.execute("COMMIT");
      assertThat(rest.post(InboxFixture.request("a")).statusCode()).isEqualTo(202);
      assertThat(log.with("what REST calls need"))
          .hasSize(2)
          .last()
          .isEqualTo("INFO what REST calls need is back");
      assertThat(rest.post("{}").statusCode()).isEqualTo(422);
    }
    assertThat(LedgerRows.jobs(app)).isEqualTo(1);
  }
}
