package io.leonardoroutes.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that would cost too much waits until an operator decides; nothing is paid before. */
class ApprovalTest {
  private static final String DEAR =
      """
      {"model":"kling-3.0-turbo","reference":"dear","parameters":{"prompt":"a","duration":10}}\
      """;
  private static final String CHEAP =
      """
      {"model":"kling-3.0-turbo","reference":"cheap","parameters":{"prompt":"a","duration":3}}\
      """;

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;
  private RestClient rest;

  private void start(String above) throws Exception {
    story
        .with("leonardo.rest.enabled", "true")
        .with("leonardo.approval.above", above)
        .with("leonardo.sinks.told.events", "submitted,completed,failed,cancelled,approval")
        .start();
    rest = RestClient.of(story.app());
  }

  private HttpResponse<String> decide(String id, String how) throws Exception {
    return rest.send("POST", "/generations/" + id + "/" + how, "{}");
  }

  private void assertTooLate(String id, String how, String detail) throws Exception {
    HttpResponse<String> answer = decide(id, how);
    assertThat(answer.statusCode()).isEqualTo(409);
    JsonNode problem = RestClient.json(answer);
    assertThat(problem.get("title").asText()).isEqualTo("The job does not wait for approval");
    assertThat(problem.get("detail").asText()).isEqualTo(detail);
  }

  @Test
  void aJobThatCostsMoreWaitsUntilItIsApprovedAndIsPaidOnce() throws Exception {
    start("1");
    JsonNode job = RestClient.json(rest.post(DEAR));
    String id = job.get("id").asText();
    assertThat(job.get("state").asText()).isEqualTo("ACCEPTED");
    assertThat(job.get("waitsFor").asText()).isEqualTo("approval");
    assertThat(job.at("/warnings/0").asText())
        .startsWith(
            "waits for approval: it will cost at least 2.392 DOLLARS (leonardo.approval.above=1"
                + " DOLLARS); cancelled if nobody approves it by 2");
    assertThat(story.told(id, "approval").at("/data/waitsFor").asText()).isEqualTo("approval");
    story.until(story.accept(CHEAP), "COMPLETE");
    assertThat(provider.creates()).hasSize(1);
    assertThat(story.state(id)).isEqualTo("ACCEPTED");
    assertThat(
            RestClient.json(rest.get("/generations?waitsFor=approval")).at("/items/0/id").asText())
        .isEqualTo(id);

    assertThat(decide(id, "approve").statusCode()).isEqualTo(200);
    JsonNode approved = RestClient.json(decide(id, "approve"));
    assertThat(approved.has("waitsFor")).isFalse();
    assertThat(approved.has("approvedAt")).isTrue();
    assertThat(approved.get("warnings")).isEmpty();
    story.until(id, "COMPLETE");
    assertThat(provider.creates()).hasSize(2);
    assertThat(decide(id, "approve").statusCode()).isEqualTo(200);
    assertTooLate(
        id,
        "reject",
        "job " + id + " is COMPLETE: only one that waits for approval can be rejected");
    JsonNode history = RestClient.json(rest.get("/generations/" + id + "/history")).get("items");
    assertThat(history.get(1).get("from").asText()).isEqualTo("ACCEPTED");
    assertThat(history.get(1).get("to").asText()).isEqualTo("ACCEPTED");
    assertThat(history.get(1).get("where").asText()).contains("127.0.0.1");
  }

  @Test
  void aRejectedJobIsCancelledUnpaid() throws Exception {
    start("1");
    String id = story.accept(DEAR);

    assertThat(RestClient.json(decide(id, "reject")).get("state").asText()).isEqualTo("CANCELLED");
    assertThat(decide(id, "reject").statusCode()).isEqualTo(200);
    assertThat(story.job(id).at("/problem/title").asText()).isEqualTo("An operator rejected it");
    assertTooLate(
        id,
        "approve",
        "job " + id + " is CANCELLED: only one that waits for approval can be approved");
    story.toldInAll(id, "approval", "cancelled");
    assertThat(provider.creates()).isEmpty();
  }

  @Test
  void whatNobodyDecidesInTimeIsCancelled() throws Exception {
    story.with("leonardo.approval.expires", "1s");
    start("1");
    String id = story.accept(DEAR);

    assertThat(story.until(id, "CANCELLED").at("/problem/title").asText())
        .isEqualTo("Nobody approved it in time");
    story.toldInAll(id, "approval", "cancelled");
    assertThat(provider.creates()).isEmpty();
  }

  @Test
  void aJobWhosePriceIsNotKnownOrInAnotherCurrencyWaitsToo() throws Exception {
    Path none =
        Files.writeString(
            folder.resolve("none.csv"), "model,seconds,size,audio,amount,unit,as of,source\n");
    story.with("leonardo.prices", none.toString());
    start("1");
    assertThat(story.job(story.accept(CHEAP)).at("/warnings/0").asText())
        .startsWith("waits for approval: nobody knows what it will cost (");
  }

  @Test
  void withoutALimitNoneWaits() throws Exception {
    start("");
    story.until(story.accept(DEAR), "COMPLETE");
    String id = story.accept(CHEAP);
    story.until(id, "COMPLETE");
    assertTooLate(
        id,
        "approve",
        "job " + id + " is COMPLETE: only one that waits for approval can be approved");
    assertThat(decide("none", "approve").statusCode()).isEqualTo(404);
  }

  @Test
  void anApprovedJobWaitsForTheVideoThatItTakes() throws Exception {
    start("3");
    String first = story.accept(DEAR);
    story.until(first, "COMPLETE");
    String request =
        """
        {"model":"kling-video-o-3","parameters":{"prompt":"at night","duration":10,"guidances":
         {"video_reference_base":[{"video":{"job":"dear"}}]}}}\
        """;
    String second = story.accept(request);
    assertThat(story.job(second).get("waitsFor").asText()).isEqualTo("approval");

    assertThat(decide(second, "approve").statusCode()).isEqualTo(200);
    JsonNode done = story.until(second, "COMPLETE");
    assertThat(done.at("/request/parameters/guidances/video_reference_base/0/video/id").asText())
        .isEqualTo("i");
    assertThat(provider.creates()).hasSize(2);
  }

  @Test
  void theJobsOfABatchAreDecidedTogether() throws Exception {
    start("1");
    String id = story.accept(DEAR);
    String other = story.accept(DEAR.replace("dear", "other"));
    LedgerRows.change(
        story.app(),
        """
        INSERT INTO batch (id, name, report, intake, state, lines, read_lines, tries, created_at, leased_until)
        VALUES ('b-1', 'a.jsonl', 'a', '{}', 'RUNNING', 1, 1, 0, 0, 0)
        """);
    LedgerRows.change(story.app(), "UPDATE job SET batch = 'b-1' WHERE id = '" + id + "'");

    assertThat(rest.send("POST", "/batches/b-1/approve", "").body())
        .isEqualTo("{\"batch\":\"b-1\",\"jobs\":1}");
    assertThat(rest.send("POST", "/batches/b-1/reject", "").body())
        .isEqualTo("{\"batch\":\"b-1\",\"jobs\":0}");
    story.until(id, "COMPLETE");
    assertThat(story.state(other)).isEqualTo("ACCEPTED");
    assertThat(rest.send("POST", "/batches/none/approve", "").statusCode()).isEqualTo(404);
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void everyIntakeAsksForApproval() throws Exception {
    start("1");
    JsonNode answer = RestClient.json(rest.post("[" + DEAR + "," + CHEAP + "]"));
    JsonNode both =
        RestClient.json(
            rest.send(
                "POST", "/generations?atomic=true", "[" + DEAR.replace("dear", "atomic") + "]"));
    for (JsonNode item : List.of(answer.at("/items/0/job"), both.at("/items/0/job"))) {
      assertThat(item.get("waitsFor").asText()).isEqualTo("approval");
      story.told(item.get("id").asText(), "approval");
    }
    assertThat(answer.at("/items/1/job").has("waitsFor")).isFalse();
  }
}
