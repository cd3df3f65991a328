package io.leonardoroutes.board;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.Pictures;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;

/** A program with jobs in every state, so that each page has something to show. */
final class BoardStory implements AutoCloseable {
  static final String MARKUP = "<img src=x onerror=alert(1)>";

  final ScriptedProvider provider;
  final FlowFixture flow;
  final RestClient rest;
  String complete;
  String failed;
  String doubtful;
  String waiting;

  private BoardStory(ScriptedProvider provider, FlowFixture flow) {
    this.provider = provider;
    this.flow = flow;
    this.rest = RestClient.of(flow.app());
  }

  static BoardStory open(Path folder, String... settings) throws Exception {
    ScriptedProvider provider = ScriptedProvider.start();
    FlowFixture flow =
        FlowFixture.in(folder, provider)
            .with("leonardo.rest.enabled", "true")
            .with("leonardo.board.enabled", "true")
            .with("leonardo.reconcile", "hold")
            .with("leonardo.approval.above", "2")
            .with("leonardo.budget.per-day", "6")
            .with("leonardo.budget.price-unknown", "0.5")
            .with("leonardo.submit.probe", "0s")
            .with("leonardo.sinks.erp.uri", "direct:nobody")
            .with("leonardo.sinks.erp.events", "completed,failed")
            .with("leonardo.deliver.tries", "1");
    for (int i = 0; i < settings.length; i += 2) {
      flow.with(settings[i], settings[i + 1]);
    }
    return new BoardStory(provider, flow.start());
  }

  /** A request with what a caller may write. */
  static String request(String reference, String prompt, String more) {
    return """
    {"reference":"%s","tags":{"team":"red","campaign":"autumn"},"model":"kling-3.0-turbo",
     "parameters":{"prompt":"%s"%s}}\
    """
        .formatted(reference, prompt, more);
  }

  /** Makes one job of each kind. */
  BoardStory fill() throws Exception {
    complete = accept(request("order-1001", "The koala plays with the cat " + MARKUP, ""));
    flow.until(complete, "COMPLETE");
    provider.onLook(ScriptedProvider::failed);
    failed = accept(request("javascript:alert(document.domain)", "A storm over the sea", ""));
    flow.until(failed, "FAILED");
    doubtful = doubt("order-1002");
    LedgerRows.change(
        flow.app(),
        "UPDATE job SET problem = json_set(problem, '$.held', 'the list of the provider shows a"
            + " generation that may be its own: gen-77', '$.generationIds', json('[\"gen-77\"]'))"
            + " WHERE id = '"
            + doubtful
            + "'");
    waiting =
        accept(
            request(
                "order-1003",
                "The longest of all",
                ",\"duration\":15,\"mode\":\"RESOLUTION_1080\""));
    rest.post("{\"model\":\"kling-3.0-turbo\",\"parameters\":{\"prompt\":\"a\",\"duration\":99}}");
    return this;
  }

  /** A job whose create was cut off. */
  String doubt(String reference) throws Exception {
    provider.onCreate(
        request ->
            new MockResponse.Builder()
                .onResponseStart(SocketEffect.ShutdownConnection.INSTANCE)
                .build());
    String id = accept(request(reference, "A lighthouse at dawn", ",\"duration\":3"));
    flow.until(id, "IN_DOUBT");
    return id;
  }

  /** The paid calls of all doubts are over for sure. */
  void callsAreOver() {
    LedgerRows.change(
        flow.app(),
        "UPDATE job SET problem = json_set(problem, '$.since', '2026-01-01T00:00:00Z') WHERE state ="
            + " 'IN_DOUBT'");
  }

  /** Waits until something is dead for a sink. */
  void dead(String sink) {
    await()
        .atMost(Patience.LONG)
        .until(
            () ->
                !LedgerRows.of(
                        flow.app(),
                        "SELECT 1 FROM delivery WHERE state = 'DEAD' AND sink = '" + sink + "'")
                    .isEmpty());
  }

  /** Costs of the last weeks, as the ledger would have them. */
  BoardStory spend() {
    long today = Instant.now().truncatedTo(ChronoUnit.DAYS).toEpochMilli() / 86_400_000;
    for (int back = 1; back < 30; back++) {
      LedgerRows.change(
          flow.app(),
          "INSERT INTO spent (payer, name, day, account, model, cost_amount, cost_unit,"
              + " reserved_amount, reserved_unit, unmade, budgeted, billed, jobs) VALUES ('', '', "
              + (today - back)
              + ", 'default', 'kling-3.0-turbo', '0.25', 'DOLLARS', '', '', 0, 1, 1, "
              + (back * 7 % 23)
              + ")");
    }
    return this;
  }

  String accept(String request) throws Exception {
    JsonNode job = RestClient.json(rest.post(request));
    if (!job.has("state")) {
      throw new IOException(job.toString());
    }
    return job.get("id").asText();
  }

  String board() {
    return flow.app().rest() + "/board";
  }

  static String picture() {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(Pictures.png(300, 300));
  }

  @Override
  public void close() throws Exception {
    flow.close();
    provider.close();
  }
}
