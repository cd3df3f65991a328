package io.leonardoroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class JobLifeTest {

  private static final TickingClock CLOCK =
      new TickingClock(Instant.parse("2026-03-09T14:14:40.429Z"));

  @RegisterExtension
  static final SandboxExtension SANDBOX =
      new SandboxExtension(
          SandboxOptions.defaults()
              .withClock(CLOCK)
              .withJobDuration(Duration.ofSeconds(4))
              .withConcurrency(2)
              .withModels(List.of("a-model", "another")));

  private Sandbox sandbox;
  private Client client;

  @BeforeEach
  void aClient() {
    sandbox = SANDBOX.sandbox();
    client = new Client(sandbox);
  }

  @Test
  void aCreateIsAnsweredInTheWrappedShapeWithItsPrice() throws Exception {
    var answer = client.create("a koala");

    var id = sandbox.creates().get(0).generationId();
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Client.json(answer))
        .isEqualTo(
            SandboxAnswer.parse(
                """
                {"generate": {"generationId": "%s", "apiCreditCost": null,
                              "cost": {"amount": "0.0189", "unit": "DOLLARS"}}}\
                """
                    .formatted(id)));
  }

  @Test
  void theSameModelAndDurationCostTheSameAndLongerCostsMore() {
    assertThat(price("a", "3")).isEqualTo(price("a", "3")).isEqualTo("0.0288");
    assertThat(price("a", "6")).isEqualTo("0.0576");
    assertThat(price("a", "5"))
        .isEqualTo(SandboxPrice.dollars(SandboxAnswer.parse("{\"model\": \"a\"}")));
  }

  @Test
  void aJobIsPendingUntilItsTimeIsOverAndThenHasAVideoAndAPoster() throws Exception {
    var id = client.created("a koala");
    CLOCK.tick(Duration.ofMillis(3_999));
    assertThat(client.look(id).get("status").asText()).isEqualTo("PENDING");
    assertThat(client.look(id).get("generated_images")).isEmpty();

    CLOCK.tick(Duration.ofMillis(1));

    var image = client.look(id).at("/generated_images/0");
    assertThat(client.look(id).get("status").asText()).isEqualTo("COMPLETE");
    assertThat(image.get("motionMP4URL").asText())
        .isEqualTo("http://" + sandbox.host() + "/cdn/" + id + "/0.mp4");
    assertThat(image.get("url").asText())
        .isEqualTo("http://" + sandbox.host() + "/cdn/" + id + "/0.jpg");
  }

  @Test
  void aJobShowsWhatWasAskedForAndWhenWithoutAZone() throws Exception {
    var before = CLOCK.instant();

    var shown = client.look(client.created("a koala"));

    assertThat(shown.get("prompt").asText()).isEqualTo("a koala");
    assertThat(shown.get("imageWidth").asInt()).isEqualTo(1280);
    assertThat(shown.get("createdAt").asText() + "Z").isEqualTo(before.toString());
    assertThat(shown.get("modelId").isNull()).isTrue();
  }

  @Test
  void aPromptCanAskForAFailure() throws Exception {
    var id = client.created("a koala " + Sandbox.FAILING_WORD);
    CLOCK.tick(Duration.ofSeconds(4));

    assertThat(client.look(id).get("status").asText()).isEqualTo("FAILED");
    assertThat(client.look(id).get("generated_images")).isEmpty();
  }

  @Test
  void aPromptCanAskForACompleteJobWithoutAVideo() throws Exception {
    var id = client.created("a koala " + Sandbox.NO_VIDEO_WORD);
    CLOCK.tick(Duration.ofSeconds(4));

    assertThat(client.look(id).get("status").asText()).isEqualTo("COMPLETE");
    assertThat(client.look(id).get("generated_images")).isEmpty();
  }

  @Test
  void jobsBeyondTheConcurrencyWaitForAPlace() throws Exception {
    var first = client.created("one");
    CLOCK.tick(Duration.ofSeconds(1));
    var second = client.created("two");
    var third = client.created("three");

    CLOCK.tick(Duration.ofSeconds(4));
    assertThat(statuses(first, second, third)).containsExactly("COMPLETE", "COMPLETE", "PENDING");
    CLOCK.tick(Duration.ofSeconds(3));
    assertThat(statuses(third)).containsExactly("COMPLETE");
  }

  @Test
  void theListHasTheNewestFirstInPages() throws Exception {
    var ids = new ArrayList<String>();
    for (int i = 0; i < 12; i++) {
      ids.add(0, client.created("number " + i));
    }

    assertThat(list("")).isEqualTo(ids.subList(0, 10));
    assertThat(list("?offset=10")).isEqualTo(ids.subList(10, 12));
    assertThat(list("?offset=2&limit=3")).isEqualTo(ids.subList(2, 5));
    assertThat(list("?offset=12&limit=3")).isEmpty();
  }

  @Test
  void theListOfAnotherUserIsEmpty() throws Exception {
    client.created("a koala");

    assertThat(client.get("/v1/generations/user/somebody").get("generations")).isEmpty();
  }

  @Test
  void aDeletedJobIsUnknownButWasPaid() throws Exception {
    var id = client.created("a koala");

    var answer = client.send(client.to("/v1/generations/" + id).DELETE().build());

    assertThat(Client.json(answer).at("/delete_generations_by_pk/id").asText()).isEqualTo(id);
    assertThat(client.look(id).isNull()).isTrue();
    assertThat(list("")).isEmpty();
    assertThat(sandbox.creates()).hasSize(1);
  }

  @Test
  void anUnknownJobIsNullWithStatus200() throws Exception {
    var answer = client.send(client.to("/v1/generations/nobody-made-it").build());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"generations_by_pk\":null}");
  }

  @Test
  void theAccountSaysWhoItIsAndHowManyJobsRunAtOnce() throws Exception {
    var details = client.get("/v1/me").at("/user_details/0");

    assertThat(details.at("/user/id").asText()).isEqualTo(Sandbox.USER_ID);
    assertThat(details.get("apiConcurrencySlots").asInt()).isEqualTo(2);
  }

  @Test
  void theModelsAreListedUnderIdsThatAreNotRequestIds() throws Exception {
    var models = client.get("/v2/models").get("productionApiAvailableModels");

    assertThat(models.findValuesAsText("name")).containsExactly("a-model", "another");
    assertThat(models.get(0).get("id").asText()).hasSize(36);
  }

  @Test
  void anAcceptedCreateIsSeenWithItsBodyAndTime() throws Exception {
    var id = client.created("a koala");

    var create = sandbox.creates().get(0);
    assertThat(create).isEqualTo(new Create(id, CLOCK.instant(), Client.request("a koala")));
    assertThat(create.json().at("/parameters/prompt").asText()).isEqualTo("a koala");
    assertThat(sandbox.count(Door.CREATE)).isEqualTo(1);
  }

  private static String price(String model, String duration) {
    return SandboxPrice.dollars(
        SandboxAnswer.parse(
            "{\"model\": \"%s\", \"parameters\": {\"duration\": %s}}".formatted(model, duration)));
  }

  private List<String> list(String query) throws IOException, InterruptedException {
    return client
        .get("/v1/generations/user/" + Sandbox.USER_ID + query)
        .get("generations")
        .findValuesAsText("id");
  }

  private List<String> statuses(String... ids) throws IOException, InterruptedException {
    var statuses = new ArrayList<String>();
    for (String id : ids) {
      JsonNode shown = client.look(id);
      statuses.add(shown.get("status").asText());
    }
    return statuses;
  }
}
