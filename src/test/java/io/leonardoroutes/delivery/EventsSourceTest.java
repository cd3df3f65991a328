package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Routes of the application as sinks, by their own address or by the kamelet {@code
 * leonardo-events-source}: an event is delivered once the route has ended without an error.
 */
class EventsSourceTest {
  private static final List<String> FROM =
      List.of("direct:%s", "kamelet:leonardo-events-source?sink=%s");
  private static final String FAILS =
      "- throwException: {exceptionType: java.io.IOException, message: bad}";

  @TempDir Path folder;
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;
  private final Map<String, String> routes = new TreeMap<>();
  private final List<Message> seen = new CopyOnWriteArrayList<>();

  /** A route with these steps for each address that a route can have, and its sink. */
  private void routes(String name, String handler, String steps) throws IOException {
    for (int i = 0; i < FROM.size(); i++) {
      route(name + i, FROM.get(i).formatted(name + i), handler, steps);
    }
  }

  private void route(String sink, String from, String handler, String steps) throws IOException {
    Files.writeString(
        folder.resolve("own-" + sink + ".camel.yaml"),
        """
        - route:
            id: own-%s
            %s
            from:
              uri: %s
              steps:
                - setHeader: {name: sink, constant: %1$s}
                - process: {ref: seen}
                %s
        """
            .formatted(sink, handler, from, steps));
    routes.put(sink, steps);
    story
        .with("leonardo.sinks." + sink + ".uri", "direct:" + sink)
        .with("leonardo.sinks." + sink + ".events", "completed");
  }

  private String start() throws Exception {
    story
        .bind("seen", (Processor) exchange -> seen.add(exchange.getMessage().copy()))
        .with("camel.main.routes-include-pattern", "file:" + folder + "/own-*.camel.yaml")
        .start();
    return story.accept(FlowFixture.REQUEST);
  }

  /** The state, the tries so far and the error of what is for that sink. */
  private String delivery(String sink) {
    return LedgerRows.of(story.app(), "SELECT * FROM delivery WHERE sink = '" + sink + "'").stream()
        .map(row -> row.get("state") + " " + row.get("tries") + " " + row.get("error"))
        .findFirst()
        .orElse("none");
  }

  private List<Message> seenBy(String sink) {
    return seen.stream().filter(message -> sink.equals(message.getHeader("sink"))).toList();
  }

  @Test
  void aRouteThatEndsWithoutAnErrorHasTheEvent() throws Exception {
    routes("ends", "", "- log: seen");
    routes("stops", "", "- stop: {}");
    routes("filters", "", "- filter: {simple: '${body} != null', steps: [{stop: {}}]}");
    routes("handles", "errorHandler: {deadLetterChannel: {deadLetterUri: 'log:dead'}}", FAILS);
    routes("clears", "", "- removeProperties: {pattern: '*'}");
    routes("empties", "", "- setBody: {simple: '${null}'}");
    start();

    for (String sink : routes.keySet()) {
      await()
          .atMost(Patience.LONG)
          .untilAsserted(() -> assertThat(delivery(sink)).as(sink).isEqualTo("DELIVERED 0 null"));
      assertThat(seenBy(sink)).as(sink).hasSize(1);
    }
  }

  @Test
  void aRouteThatFailsGetsTheEventAgainWithTheSameId() throws Exception {
    routes("throws", "", FAILS);
    routes("marks", "", "- rollback: {markRollbackOnly: true}");
    routes("last", "", "- rollback: {markRollbackOnlyLast: true}");
    start();

    for (String sink : routes.keySet()) {
      await().atMost(Patience.LONG).until(() -> seenBy(sink).size() > 1);
      String why = sink.startsWith("throws") ? "bad" : "its route has marked it for rollback";
      await().atMost(Patience.LONG).until(() -> delivery(sink).matches("PENDING [1-9]\\d* " + why));
      assertThat(seenBy(sink).stream().map(EventsSourceTest::id).distinct()).hasSize(1);
    }
  }

  @Test
  void anErrorHandlerThatTriesAgainDoesSoAsOftenAsItSays() throws Exception {
    routes(
        "tries",
        "errorHandler: {defaultErrorHandler: {redeliveryPolicy: {maximumRedeliveries: 2,"
            + " redeliveryDelay: 1}}}",
        "- process: {ref: failing}");
    List<Object> calls = new CopyOnWriteArrayList<>();
    story.bind(
        "failing",
        (Processor)
            exchange -> {
              calls.add(exchange.getMessage().getHeader("sink"));
              throw new IOException("bad");
            });
    start();

    for (String sink : routes.keySet()) {
      await().atMost(Patience.LONG).until(() -> delivery(sink).startsWith("PENDING 1"));
      assertThat(calls.stream().filter(sink::equals)).as(sink).hasSize(3);
    }
  }

  private static String id(Message message) {
    return FlowFixture.json(message.getBody(String.class)).get("id").asText();
  }

  @Test
  void theIdTheTypeAndTheSubjectOfAnEventAreHeadersToo() throws Exception {
    routes("sees", "", "- log: seen");
    String id = start();

    for (String sink : routes.keySet()) {
      await().atMost(Patience.LONG).until(() -> seenBy(sink).size() == 1);
      Message message = seenBy(sink).get(0);
      JsonNode event = FlowFixture.json(message.getBody(String.class));
      assertThat(event.get("data").get("id").asText()).isEqualTo(id);
      assertThat(message.getHeaders())
          .containsEntry("Content-Type", "application/cloudevents+json")
          .containsEntry("CamelCloudEventID", event.get("id").asText())
          .containsEntry("CamelCloudEventType", event.get("type").asText())
          .containsEntry("CamelCloudEventSubject", event.get("subject").asText());
    }
  }

  @Test
  void aSourceThatGetsNothingStopsTheStart() throws Exception {
    route("videos", "kamelet:leonardo-events-source?sink=video", "", "- log: seen");
    assertThatThrownBy(this::start)
        .hasStackTraceContaining(
            "route own-videos, kamelet:leonardo-events-source, sink: 'video' is not a known sink:"
                + " outbox, told, videos");
  }

  @Test
  void aSourceWhoseSinkSendsElsewhereStopsTheStart() throws Exception {
    route("videos", "kamelet:leonardo-events-source?sink=videos", "", "- log: seen");
    story.with("leonardo.sinks.videos.uri", "log:elsewhere");
    assertThatThrownBy(this::start)
        .hasStackTraceContaining(
            "route own-videos, kamelet:leonardo-events-source, sink: it gets nothing: set"
                + " leonardo.sinks.videos.uri=direct:videos");
  }
}
