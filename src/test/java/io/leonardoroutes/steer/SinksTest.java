package io.leonardoroutes.steer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator sees what has not reached a sink, and how everything stands. */
class SinksTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;
  private final List<String> taken = new CopyOnWriteArrayList<>();
  private volatile boolean broken = true;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;
  private RestClient rest;

  @BeforeEach
  void open() throws Exception {
    story
        .with("leonardo.rest.enabled", "true")
        .with("leonardo.deliver.tries", "1")
        .with("leonardo.sinks.erp.uri", "direct:erp")
        .with("leonardo.sinks.erp.content", "event,video");
    story
        .app()
        .main()
        .configure()
        .addRoutesBuilder(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("direct:erp")
                    .errorHandler(noErrorHandler())
                    .filter(exchange -> broken)
                    .throwException(new IllegalStateException("the erp is down"))
                    .end()
                    .process(e -> taken.add(e.getMessage().getHeader("CamelFileName") + ""));
              }
            });
    story.start();
    rest = RestClient.of(story.app());
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> answer = rest.get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return RestClient.json(answer);
  }

  /** A job whose three deliveries are given up. */
  private String dead() {
    String id = story.accept(FlowFixture.REQUEST);
    await()
        .atMost(LONG)
        .until(
            () ->
                LedgerRows.of(story.app(), "SELECT * FROM delivery WHERE state = 'DEAD'").size()
                    == 3);
    return id;
  }

  @Test
  void whatIsDeadIsListedPageByPageAndOneIsDeliveredAgain() throws Exception {
    String job = dead();
    JsonNode sinks = json("/sinks").get("items");
    assertThat(sinks.findValuesAsText("name")).containsExactly("erp", "outbox", "told");
    assertThat(sinks.get(0).toString())
        .isEqualTo(
            "{\"name\":\"erp\",\"events\":[\"completed\",\"failed\",\"submitted\"],"
                + "\"pending\":0,\"dead\":3}");

    JsonNode all = json("/sinks/erp/deliveries").get("items");
    assertThat(all.findValuesAsText("job")).containsExactly(job, job, job);
    assertThat(all.findValuesAsText("content"))
        .containsExactlyInAnyOrder("event", "event", "video");
    assertThat(all.findValuesAsText("error")).containsOnly("the erp is down");
    assertThat(json("/sinks/erp/deliveries?state=PENDING").get("items")).isEmpty();
    List<String> paged = new ArrayList<>();
    JsonNode page = json("/sinks/erp/deliveries?state=DEAD&limit=1");
    while (!page.get("next").isNull()) {
      page.get("items").forEach(one -> paged.add(one.get("id").asText()));
      page = json("/sinks/erp/deliveries?state=DEAD&limit=1&after=" + page.get("next").asText());
    }
    page.get("items").forEach(one -> paged.add(one.get("id").asText()));
    assertThat(paged).isEqualTo(all.findValuesAsText("id"));

    broken = false;
    try (LogCapture audit = LogCapture.of("leonardo-audit")) {
      String path = "/sinks/erp/deliveries/" + paged.get(0) + "/redeliver";
      JsonNode again = RestClient.json(rest.send("POST", path, ""));
      assertThat(again.get("id").asText()).isEqualTo(paged.get(0));
      await().atMost(LONG).until(() -> taken.size() == 1);
      await().atMost(LONG).until(() -> rest.send("POST", path, "").statusCode() == 409);
      assertThat(audit.with("\"delivery\":\"erp " + paged.get(0)).get(0))
          .contains("\"from\":\"DEAD\",\"to\":\"PENDING\"");
    }
    assertThat(json("/sinks/erp/deliveries").get("items")).hasSize(2);
    assertThat(taken).hasSize(1);
  }

  @Test
  void whatIsNotThereIsAnsweredWithWhatIs() throws Exception {
    assertThat(RestClient.json(rest.get("/sinks/epr/deliveries")).get("detail").asText())
        .isEqualTo("there is no sink epr: erp, outbox, told");
    assertThat(rest.get("/sinks/erp/deliveries?state=DELIVERED").statusCode()).isEqualTo(400);
    assertThat(rest.get("/sinks/erp/deliveries?after=none").statusCode()).isEqualTo(400);
    for (String id : List.of("none", "none-event", "-video")) {
      assertThat(rest.send("POST", "/sinks/erp/deliveries/" + id + "/redeliver", "").statusCode())
          .as(id)
          .isEqualTo(404);
    }
  }

  @Test
  void theSummarySaysHowEverythingStands() throws Exception {
    dead();
    assertThat(rest.send("POST", "/accounts/default/pause", "").statusCode()).isEqualTo(200);
    story.accept(FlowFixture.REQUEST);
    JsonNode now = json("/summary");

    assertThat(now.get("states").toString())
        .isEqualTo(
            "{\"ACCEPTED\":1,\"SUBMITTING\":0,\"RUNNING\":0,\"IN_DOUBT\":0,\"COMPLETE\":1,"
                + "\"FAILED\":0,\"CANCELLED\":0}");
    assertThat(now.get("waitsFor").toString()).isEqualTo("{\"pause\":1}");
    assertThat(now.has("oldestQueuedAt")).isTrue();
    assertThat(now.get("slots").toString()).isEqualTo("{\"used\":0,\"of\":10}");
    assertThat(now.at("/sinks/0/dead").asInt()).isEqualTo(3);
    assertThat(now.at("/pauses/0/name").asText()).isEqualTo("default");
    assertThat(now.get("accounts").toString())
        .isEqualTo("[{\"name\":\"default\",\"slots\":{\"used\":0,\"of\":10},\"paused\":true}]");
    assertThat(now.get("away").isArray()).isTrue();
  }
}
