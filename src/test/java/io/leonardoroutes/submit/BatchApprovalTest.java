package io.leonardoroutes.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file whose requests cost too much together waits whole until an operator decides. */
class BatchApprovalTest {
  /** Three seconds cost 0.7176 dollars. */
  private static final String LINE =
      """
      {"model":"kling-3.0-turbo","parameters":{"prompt":"a","duration":3}}
      """;

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;
  private RestClient rest;

  private String dropped(String above, String lines) throws Exception {
    story
        .with("leonardo.rest.enabled", "true")
        .with("leonardo.file.enabled", "true")
        .with("leonardo.file.patience", "1s")
        .with("leonardo.approval.batch-above", above)
        .with("leonardo.sinks.told.events", "submitted,completed,failed,cancelled,approval")
        .start();
    rest = RestClient.of(story.app());
    InboxFixture.into(story.app().inbox()).file("a.jsonl", lines);
    return until("SELECT id FROM batch WHERE state <> 'READING'").get("id").toString();
  }

  private Map<String, Object> until(String row) {
    return await()
        .atMost(Patience.LONG)
        .until(() -> LedgerRows.of(story.app(), row), rows -> !rows.isEmpty())
        .get(0);
  }

  private void allAre(String state, int jobs) {
    await()
        .atMost(Patience.LONG)
        .until(
            () ->
                LedgerRows.of(story.app(), "SELECT state FROM job WHERE due_at IS NULL").stream()
                        .filter(row -> row.get("state").equals(state))
                        .count()
                    == jobs);
  }

  private HttpResponse<String> decide(String batch, String how) throws Exception {
    return rest.send("POST", "/batches/" + batch + "/" + how, "");
  }

  @Test
  void itWaitsWholeIsToldOnceAndIsPaidOnceItIsApproved() throws Exception {
    String batch = dropped("2", LINE.repeat(3));

    JsonNode event = story.toldOfAny("approval");
    assertThat(event.get("subject").asText()).isEqualTo(batch);
    assertThat(event.at("/data/batch/name").asText()).isEqualTo("a.jsonl");
    assertThat(event.at("/data/batch/sum").toString())
        .isEqualTo("{\"amount\":\"2.1528\",\"unit\":\"DOLLARS\"}");
    JsonNode status = RestClient.json(rest.get("/batches/" + batch));
    assertThat(status.get("waitsFor").asText()).isEqualTo("approval");
    assertThat(status.at("/sum/amount").asText()).isEqualTo("2.1528");
    assertThat(status.get("expiresAt").asText())
        .isEqualTo(event.at("/data/batch/expiresAt").asText());
    JsonNode waiting = RestClient.json(rest.get("/generations?waitsFor=approval")).get("items");
    assertThat(waiting).hasSize(3);
    assertThat(waiting.at("/0/warnings/0").asText())
        .isEqualTo(
            "waits until the price of its whole batch is known, and for an approval if that is above 2 DOLLARS (leonardo.approval.batch-above)");
    assertThat(provider.creates()).isEmpty();

    assertThat(decide(batch, "approve").body())
        .isEqualTo("{\"batch\":\"%s\",\"jobs\":3}".formatted(batch));
    allAre("COMPLETE", 3);
    assertThat(provider.creates()).hasSize(3);
    assertThat(LedgerRows.of(story.app(), "SELECT id FROM job WHERE approved_at IS NULL"))
        .isEmpty();
    assertThat(story.toldTimes("approval")).isEqualTo(1);
    until("SELECT id FROM batch WHERE approval IS NULL");
    assertThat(decide(batch, "reject").body()).endsWith("\"jobs\":0}");
  }

  @Test
  void whatIsNotAboveIsPaidWithoutAWordAndADearJobStillWaitsAlone() throws Exception {
    story.with("leonardo.approval.above", "1");
    dropped("10", LINE + LINE.replace("3}", "10}") + LINE);

    allAre("COMPLETE", 2);
    assertThat(RestClient.json(rest.get("/generations?waitsFor=approval")).get("items")).hasSize(1);
    assertThat(story.toldTimes("approval")).isEqualTo(1);
    assertThat(provider.creates()).hasSize(2);
  }

  @Test
  void aRejectedBatchIsCancelledUnpaid() throws Exception {
    String batch = dropped("1", LINE.repeat(2));

    assertThat(decide(batch, "reject").body()).endsWith("\"jobs\":2}");
    allAre("CANCELLED", 2);
    assertThat(provider.creates()).isEmpty();
  }

  @Test
  void whatNobodyDecidesInTimeIsCancelled() throws Exception {
    story.with("leonardo.approval.expires", "1s");
    dropped("1", LINE.repeat(2));

    allAre("CANCELLED", 2);
    assertThat(LedgerRows.of(story.app(), "SELECT problem FROM job").toString())
        .contains("approval-expired");
    assertThat(provider.creates()).isEmpty();
  }

  @Test
  void aDecisionThatAKillInterruptedIsCarriedOn() throws Exception {
    String batch = dropped("1", LINE.repeat(3));
    LedgerRows.change(
        story.app(),
        "UPDATE batch SET approval = 'APPROVED', decided_by = 'ann', decided_from = 'REST'");

    allAre("COMPLETE", 3);
    String id = until("SELECT id FROM job").get("id").toString();
    assertThat(RestClient.json(rest.get("/generations/" + id + "/history")).at("/items/1/who"))
        .hasToString("\"ann\"");
    assertThat(provider.creates()).hasSize(3);
    assertThat(decide(batch, "approve").statusCode()).isEqualTo(200);
  }

  @Test
  void aBatchIsNotApprovedBeforeItsSumIsKnownNorAfterItWasRejected() throws Exception {
    String batch = dropped("1", LINE.repeat(2));
    String job = until("SELECT id FROM job").get("id").toString();
    for (String stage : List.of("SUMMING", "REJECTED")) {
      // It would go on at once.
      LedgerRows.change(story.app(), "UPDATE job SET waits_for = 'approval', state = 'FAILED'");
      LedgerRows.change(story.app(), "UPDATE batch SET approval = '" + stage + "'");
      HttpResponse<String> refused = decide(batch, "approve");
      assertThat(refused.statusCode()).isEqualTo(409);
      assertThat(RestClient.json(refused).get("detail").asText())
          .isEqualTo(
              stage.equals("SUMMING")
                  ? "batch %s is still being read: decide once the sum of its prices is known"
                      .formatted(batch)
                  : "batch %s was rejected before".formatted(batch));
    }
    LedgerRows.change(story.app(), "UPDATE batch SET approval = 'SUMMING'");
    LedgerRows.change(story.app(), "UPDATE job SET state = 'ACCEPTED'");
    assertThat(rest.send("POST", "/generations/" + job + "/approve", "").statusCode())
        .isEqualTo(409);
    assertThat(provider.creates()).isEmpty();
  }
}
