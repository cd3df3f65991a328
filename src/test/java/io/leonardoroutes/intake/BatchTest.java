package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.RestClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several requests in one call. */
class BatchTest {
  private static final String ATOMIC = "/generations?atomic=true";

  @TempDir static Path folder;
  private static App app;
  private static RestClient rest;

  @BeforeAll
  static void open() throws Exception {
    app =
        App.onlyRest(folder)
            .with("leonardo.rest.batch", "5")
            .with("leonardo.ledger.url", url() + "?busy_timeout=100")
            .with("leonardo.sinks.outbox.events", "rejected")
            .start();
    rest = RestClient.of(app);
  }

  @AfterAll
  static void close() {
    app.close();
  }

  @BeforeEach
  void empty() {
    for (String table : List.of("delivery", "event", "moved", "job")) {
      LedgerRows.change(app, "DELETE FROM " + table);
    }
  }

  private static String url() {
    return "jdbc:sqlite:" + folder.resolve("data/ledger.db");
  }

  private static String request(String reference, String prompt) {
    return InboxFixture.request(prompt)
        .replaceFirst("\\{", "{\"reference\":\"" + reference + "\",");
  }

  private static String array(String... requests) {
    return " [" + String.join(" ,\n", requests) + "]";
  }

  private static List<Integer> each(HttpResponse<String> answer) throws Exception {
    return stream(RestClient.json(answer).get("items"))
        .map(item -> item.get("status").asInt())
        .toList();
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return java.util.stream.StreamSupport.stream(array.spliterator(), false);
  }

  private static List<String> locations(HttpResponse<String> answer) throws Exception {
    return RestClient.json(answer).get("items").findValuesAsText("location");
  }

  @Test
  void eachRequestIsAnsweredAsIfItHadComeAlone() throws Exception {
    HttpResponse<String> alone = rest.post("{\"model\":\"x\"}");
    HttpResponse<String> answer =
        rest.post(array(request("a", "A cat"), "{\"model\":\"x\"}", "7", request("b", "A dog")));

    assertThat(answer.statusCode()).isEqualTo(207);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(each(answer)).containsExactly(202, 422, 422, 202);
    JsonNode items = RestClient.json(answer).get("items");
    assertThat(items.get(1).get("problem")).isEqualTo(RestClient.json(alone));
    assertThat(items.get(0).get("job"))
        .isEqualTo(RestClient.json(rest.get(items.get(0).get("location").asText())));
    assertThat(items.get(3).at("/job/reference").asText()).isEqualTo("b");
    assertThat(LedgerRows.jobs(app)).isEqualTo(2);
    assertThat(rejected()).isEqualTo(3);
  }

  /** What the outbox is to be told: durable before the call is answered. */
  private int rejected() {
    return LedgerRows.of(
            app, "SELECT * FROM event JOIN delivery ON id = event_id AND type = 'rejected'")
        .size();
  }

  @Test
  void aBatchThatIsSentAgainWithItsKeyIsTheSameJobs() throws Exception {
    String[] key = {"Idempotency-Key", "K"};
    // as after a crash between its elements
    HttpResponse<String> half =
        rest.post(array(InboxFixture.request("a"), InboxFixture.request("a")), key);
    String whole =
        array(InboxFixture.request("a"), InboxFixture.request("a"), InboxFixture.request("c"));
    HttpResponse<String> again = rest.post(whole, key);

    assertThat(each(half)).containsExactly(202, 202);
    assertThat(each(again)).containsExactly(200, 200, 202);
    assertThat(locations(again)).startsWith(locations(half).toArray(String[]::new));
    assertThat(each(rest.post(whole, key))).containsExactly(200, 200, 200);
    assertThat(each(rest.post(array(InboxFixture.request("other")), key))).containsExactly(409);
    assertThat(rest.post(InboxFixture.request("a"), key).statusCode())
        .as("a call of its own")
        .isEqualTo(202);
    assertThat(LedgerRows.jobs(app)).isEqualTo(4);
  }

  @Test
  void aReferenceThatIsThereTwiceIsOneJobOrAConflict() throws Exception {
    String twice = array(request("a", "A cat"), request("a", "A cat"), request("a", "A dog"));
    HttpResponse<String> answer = rest.post(twice);

    assertThat(each(answer)).containsExactly(202, 200, 409);
    assertThat(locations(answer).get(0)).isEqualTo(locations(answer).get(1));
    assertThat(LedgerRows.jobs(app)).isEqualTo(1);
  }

  @Test
  void anAtomicBatchIsAcceptedWhole() throws Exception {
    rest.post(request("a", "A cat"));
    String batch = array(request("a", "A cat"), request("b", "A dog"), request("b", "A dog"));
    HttpResponse<String> answer = rest.send("POST", ATOMIC, batch, "Idempotency-Key", "K");

    assertThat(answer.statusCode()).isEqualTo(207);
    assertThat(each(answer)).containsExactly(200, 202, 200);
    assertThat(RestClient.json(answer).at("/items/1/job"))
        .isEqualTo(RestClient.json(rest.get(locations(answer).get(1))));
    assertThat(LedgerRows.jobs(app)).isEqualTo(2);
    assertThat(each(rest.send("POST", ATOMIC, batch, "Idempotency-Key", "K")))
        .containsExactly(200, 200, 200);
  }

  @Test
  void aKnownJobWithAProblemOfItsOwnRefusesNoBatch() throws Exception {
    rest.post(request("a", "A cat"));
    LedgerRows.change(
        app, "UPDATE job SET state = 'FAILED', due_at = NULL, problem = '{\"type\":\"x\"}'");

    HttpResponse<String> answer =
        rest.send("POST", ATOMIC, array(request("a", "A cat"), request("b", "A dog")));

    assertThat(answer.statusCode()).isEqualTo(207);
    assertThat(each(answer)).containsExactly(200, 202);
  }

  @Test
  void ofAnAtomicBatchWithARefusedRequestNothingIsAccepted() throws Exception {
    HttpResponse<String> answer =
        rest.send("POST", ATOMIC, array(request("a", "A cat"), "{\"model\":\"x\"}"));

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    JsonNode problem = RestClient.json(answer);
    assertThat(problem.at("/items/1/problem/violations")).isNotEmpty();
    assertThat(problem.at("/items/0").toString()).isEqualTo("{\"status\":424}");
    assertThat(problem.toString())
        .startsWith(
            """
            {"type":"urn:leonardo-routes:problem:batch-refused",\
            "title":"No request of the batch is accepted","status":422,\
            "detail":"1 of 2 requests are rejected","items":[\
            """);
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  @Test
  void ofAnAtomicBatchWithAConflictNothingIsAccepted() throws Exception {
    String id = RestClient.json(rest.post(request("a", "A cat"))).get("id").asText();
    HttpResponse<String> answer =
        rest.send(
            "POST",
            ATOMIC,
            array(
                request("new", "A cat"),
                request("a", "A dog"),
                request("a", "A cat"),
                request("new", "A dog")));

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(each(answer)).containsExactly(424, 409, 424, 409);
    assertThat(RestClient.json(answer).at("/items/1/problem/detail").asText())
        .isEqualTo("job " + id + " has this reference and asks for something else: use a new one");
    assertThat(RestClient.json(answer).at("/items/3/problem/detail").asText())
        .isEqualTo(
            "element 0 of the batch has this reference and asks for something else: use a new one");
    assertThat(LedgerRows.jobs(app)).isEqualTo(1);
    assertThat(LedgerRows.of(app, "SELECT * FROM moved")).hasSize(1);
    assertThat(rejected()).isEqualTo(2);
  }

  @Test
  void aDryRunOfABatchAcceptsNothing() throws Exception {
    String batch = array(InboxFixture.request("a"), "{}");
    HttpResponse<String> answer = rest.send("POST", "/generations?dry-run=true", batch);
    HttpResponse<String> whole = rest.send("POST", ATOMIC + "&dry-run=true", batch);
    HttpResponse<String> good =
        rest.send("POST", ATOMIC + "&dry-run=true", array(InboxFixture.request("a")));

    assertThat(answer.statusCode()).isEqualTo(207);
    assertThat(each(answer)).containsExactly(200, 422);
    assertThat(RestClient.json(answer).at("/items/0/preview/request/parameters/prompt").asText())
        .isEqualTo("a");
    assertThat(whole.statusCode()).isEqualTo(422);
    assertThat(each(whole)).containsExactly(424, 422);
    assertThat(good.statusCode()).isEqualTo(207);
    assertThat(LedgerRows.jobs(app)).isZero();
    assertThat(LedgerRows.of(app, "SELECT * FROM event")).isEmpty();
  }

  @Test
  void aBatchThatIsNoneIsRefusedWhole() throws Exception {
    assertThat(detail(array("1", "2", "3", "4", "5", "6")))
        .isEqualTo("413 batch-too-large: it has more than 5 requests: send them in parts");
    assertThat(detail("[]")).isEqualTo("400 empty: there is no request in the array");
    assertThat(detail("[" + InboxFixture.request("a") + "] x"))
        .startsWith("400 not-json: line 1, column 59: Unrecognized token 'x'");
    assertThat(detail("[" + InboxFixture.request("a") + "] 1"))
        .endsWith("there is more after the end of the request");
    assertThat(detail("[" + InboxFixture.request("a") + ","))
        .startsWith("400 not-json: line 1, column ");
    assertThat(detail("[{\"a\":1,\"a\":2}]")).contains("Duplicate field 'a'");
    assertThat(detail("[" + "[".repeat(100) + "]".repeat(100) + "]")).startsWith("400 not-json");
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  private String detail(String batch) throws Exception {
    JsonNode problem = RestClient.json(rest.post(batch));
    return problem.get("status").asInt()
        + " "
        + problem.get("type").asText().replaceFirst(".*:", "")
        + ": "
        + problem.get("detail").asText();
  }

  @Test
  void whatIsNotDurableIsNotConfirmed() throws Exception {
    try (LogCapture log = LogCapture.open();
        Connection other = DriverManager.getConnection(url());
        Statement sql = other.createStatement()) {
      sql.execute("BEGIN IMMEDIATE");
      String batch = array(request("a", "A cat"), request("b", "A dog"));
      HttpResponse<String> answer = rest.post(batch);
      HttpResponse<String> whole = rest.send("POST", ATOMIC, batch);

      assertThat(answer.statusCode()).isEqualTo(207);
      assertThat(each(answer)).containsExactly(503, 503);
      assertThat(whole.statusCode()).isEqualTo(503);
      assertThat(log.with("what REST calls need")).hasSize(1);
      sql.execute("COMMIT");
      assertThat(LedgerRows.jobs(app)).isZero();
      assertThat(each(rest.post(batch))).containsExactly(202, 202);
    }
  }
}
