package io.leonardoroutes.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.problem.RequestRejected;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that takes the video of another job of ours, which is not there yet. */
class ChainTest {
  private static final String FIRST =
      """
      {"model":"kling-3.0-turbo","reference":"koala","parameters":{"prompt":"a koala"}}\
      """;

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;
  private volatile boolean done;

  @BeforeEach
  void hold() {
    provider.always(
        request -> done ? provider.complete(request) : ScriptedProvider.pending(request));
    story.with("leonardo.rest.enabled", "true");
  }

  private static String editing(String job) {
    return """
    {"model":"kling-video-o-3","parameters":{"prompt":"at night","guidances":
     {"video_reference_base":[{"video":{"job":"%s"}}]}}}\
    """
        .formatted(job);
  }

  private Violation refused(String request) {
    return violation(catchThrowable(() -> story.accept(request)).getCause());
  }

  private static Violation violation(Throwable refused) {
    RequestRejected rejected = (RequestRejected) refused;
    assertThat(rejected.problem().violations()).hasSize(1);
    return rejected.problem().violations().get(0);
  }

  @Test
  void itWaitsForTheJobAndTakesItsVideo() throws Exception {
    story.start();
    String first = story.accept(FIRST);
    String byReference = story.accept(editing("koala"));
    String byId = story.accept(editing(first));
    story.told(first, "submitted");

    for (String waiting : new String[] {byReference, byId}) {
      JsonNode job = story.job(waiting);
      assertThat(job.get("state").asText()).isEqualTo("ACCEPTED");
      assertThat(job.get("waitsFor").asText()).isEqualTo("job");
      assertThat(job.at("/request/parameters/guidances/video_reference_base/0/video/job").asText())
          .isEqualTo(first);
    }
    assertThat(provider.creates()).hasSize(1);
    RestClient rest = RestClient.of(story.app());
    assertThat(RestClient.json(rest.get("/generations?waitsFor=job")).get("items")).hasSize(2);
    assertThat(RestClient.json(rest.get("/generations?waitsFor=nothing")).get("detail").asText())
        .contains("one of [approval, job, budget, upload]");

    done = true;
    JsonNode complete = story.until(byReference, "COMPLETE");
    story.until(byId, "COMPLETE");
    assertThat(complete.has("waitsFor")).isFalse();
    JsonNode taken =
        FlowFixture.json(
            "{\"video_reference_base\":[{\"video\":{\"id\":\"i\",\"type\":\"GENERATED\"}}]}");
    assertThat(complete.at("/request/parameters/guidances")).isEqualTo(taken);
    assertThat(provider.creates()).hasSize(3);
    assertThat(sent(1).at("/parameters/guidances")).isEqualTo(taken);
    assertThat(sent(2)).isEqualTo(sent(1));
  }

  private JsonNode sent(int create) {
    return FlowFixture.json(provider.creates().get(create).getBody().utf8());
  }

  @Test
  void theVideoOfAJobThatIsCompleteIsTakenAtOnce() throws Exception {
    done = true;
    story.start();
    String first = story.accept(FIRST);
    story.told(first, "completed");

    story.until(story.accept(editing("koala")), "COMPLETE");
  }

  @Test
  void itFailsUnpaidIfTheJobFailsAndSoDoWhatWaitsForIt() throws Exception {
    provider.onLook(ScriptedProvider::failed);
    story.with("leonardo.track.first", "3s").start();
    String first = story.accept(FIRST);
    String second = story.accept(editing("koala"));
    String third = story.accept(editing(second));

    JsonNode failed = story.until(second, "FAILED");
    assertThat(failed.at("/problem/title").asText())
        .isEqualTo("The job that it waited for has no video; nothing was paid");
    assertThat(failed.at("/problem/detail").asText())
        .isEqualTo("job " + first + ", whose video it takes, is FAILED");
    story.until(third, "FAILED");
    story.toldInAll(second, "failed");
    story.toldInAll(third, "failed");
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void itFailsIfTheJobIsCancelled() throws Exception {
    provider.onCreate(create -> ScriptedProvider.json(429, "{}"));
    story.with("leonardo.limits.concurrent", "1").start();
    String running = story.accept(FlowFixture.REQUEST);
    String first = story.accept(FIRST);
    String second = story.accept(editing(first));
    HttpResponse<String> cancelled =
        RestClient.of(story.app()).send("DELETE", "/generations/" + first, "");
    assertThat(cancelled.statusCode()).isEqualTo(200);

    assertThat(story.until(second, "FAILED").at("/problem/detail").asText())
        .isEqualTo("job " + first + ", whose video it takes, is CANCELLED");
    assertThat(story.state(running)).isNotEqualTo("FAILED");
  }

  @Test
  void aJobWithoutAVideoForItIsRefused() throws Exception {
    provider.onLook(ScriptedProvider::failed);
    story.start();
    String first = story.accept(FIRST);
    story.until(first, "FAILED");
    String pointer = "/parameters/guidances/video_reference_base/0/video/job";

    assertThat(refused(editing("koala")))
        .isEqualTo(
            new Violation(
                pointer,
                "no-video",
                "\"koala\" is FAILED and has no video: use another one",
                null));
    assertThat(refused(editing("gorilla")))
        .isEqualTo(
            new Violation(
                pointer,
                "unknown-job",
                "\"gorilla\" is no job of yours: give the id or the reference of one",
                null));
    story.accept(
        """
        {"model":"kling-3.0-turbo","reference":"long","parameters":{"prompt":"a","duration":11}}\
        """);
    assertThat(refused(editing("long")))
        .isEqualTo(
            new Violation(
                pointer,
                "range",
                "\"long\" has a video of 11 seconds, which is too long for kling-video-o-3: at most"
                    + " 10 seconds",
                "0..10"));
  }

  @Test
  void theJobOfAnotherCallerOrAccountIsRefused() throws Exception {
    story.with("leonardo.accounts.studio.api-key", "studio-key").start();
    JsonNode first = FlowFixture.json(as("shop", FIRST).getMessage().getBody(String.class));

    for (String name : List.of(first.get("id").asText(), "koala")) {
      for (String caller : Arrays.asList("erp", null)) {
        assertThat(violation(as(caller, editing(name)).getException()).code())
            .isEqualTo("unknown-job");
      }
    }
    String byStudio = editing("koala").replace("{\"model\"", "{\"account\":\"studio\",\"model\"");
    assertThat(violation(as("shop", byStudio).getException()).message())
        .isEqualTo(
            "\"koala\" is a job by account default, and this request goes by studio: only the"
                + " account that made a video can use it");
    assertThat(as("shop", editing("koala")).getException()).isNull();
  }

  private Exchange as(String caller, String request) {
    return story
        .app()
        .template()
        .send(
            "direct:leonardo-accept",
            exchange -> {
              exchange.setProperty(FlowProperties.CALLER, caller);
              exchange.getMessage().setBody(request);
            });
  }

  @Test
  void theSameRequestAgainIsTheSameJobWhateverBecameOfTheOther() throws Exception {
    provider.onLook(ScriptedProvider::failed);
    story.with("leonardo.track.first", "3s").start();
    RestClient rest = RestClient.of(story.app());
    String first = story.accept(FIRST);
    String request = editing("koala");
    HttpResponse<String> accepted = rest.post(request, "Idempotency-Key", "k");
    assertThat(accepted.statusCode()).isEqualTo(202);
    story.until(first, "FAILED");

    HttpResponse<String> again = rest.post(request, "Idempotency-Key", "k");
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(RestClient.json(again).get("id")).isEqualTo(RestClient.json(accepted).get("id"));
  }
}
