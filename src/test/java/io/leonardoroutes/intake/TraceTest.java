package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trace that a request came in goes on with its events. */
class TraceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final String STATE = "erp=1";

  @TempDir Path folder;
  private ScriptedProvider provider;
  private HttpServer hook;
  private App app;

  /** What the sink got, by type: the event, with the headers of its call beside it. */
  private final Map<String, JsonNode> events = new ConcurrentHashMap<>();

  private final Map<String, List<String>> headers = new ConcurrentHashMap<>();

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
    hook = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    hook.createContext(
        "/",
        call -> {
          JsonNode event = JSON.readTree(call.getRequestBody());
          String type = event.path("type").asText().replaceFirst(".*\\.", "");
          headers.put(
              type,
              List.of(
                  String.valueOf(call.getRequestHeaders().getFirst("traceparent")),
                  String.valueOf(call.getRequestHeaders().getFirst("tracestate"))));
          events.put(type, event);
          call.sendResponseHeaders(204, -1);
          call.close();
        });
    hook.start();
  }

  @AfterEach
  void close() {
    app.close();
    hook.stop(0);
    provider.close();
  }

  private App app(App made) {
    String address = "http://127.0.0.1:" + hook.getAddress().getPort() + "/";
    app =
        made.with("leonardo.sinks.hook.uri", address)
            .with("leonardo.sinks.hook.events", "submitted,completed,rejected");
    return app;
  }

  private void assertTold(String type) {
    await().atMost(Patience.LONG).until(() -> events.containsKey(type));
    assertThat(events.get(type).path("traceparent").asText()).isEqualTo(PARENT);
    assertThat(events.get(type).path("tracestate").asText()).isEqualTo(STATE);
    assertThat(headers.get(type)).containsExactly(PARENT, STATE);
  }

  @Test
  void aTraceThatCameOverRestGoesToHttpSinksEvenAfterARestart() throws Exception {
    app(App.onlyRest(folder)).start();
    RestClient.of(app).post(InboxFixture.request("a"), "traceparent", PARENT, "tracestate", STATE);
    app.close();

    app(App.in(folder).at(provider)).start();

    assertTold("submitted");
    assertTold("completed");
    assertThat(provider.creates().get(0).toString()).doesNotContain("0af7651916cd43dd");
  }

  @Test
  void aRequestWithoutATraceHasNone() throws Exception {
    app(App.in(folder).at(provider).with("leonardo.rest.enabled", "true")).start();
    RestClient.of(app).post(InboxFixture.request("a"), "traceparent", "00-no-trace-00");

    await().atMost(Patience.LONG).until(() -> events.containsKey("completed"));
    assertThat(events.get("completed").has("traceparent")).isFalse();
    assertThat(headers.get("completed")).containsExactly("null", "null");
  }

  @Test
  void aTraceThatCameOverJmsGoesToTheAnswersAndToHttpSinks() throws Exception {
    int port = App.freePort();
    app(App.in(folder).at(provider))
        .with("leonardo.jms.enabled", "true")
        .with("leonardo.jms.port", String.valueOf(port))
        .start();
    try (TestBroker.Caller caller = new TestBroker.Caller("tcp://127.0.0.1:" + port)) {
      Queue answers = caller.session.createTemporaryQueue();
      TextMessage request = caller.session.createTextMessage(InboxFixture.request("a"));
      request.setStringProperty("traceparent", PARENT);
      request.setStringProperty("tracestate", STATE);
      request.setJMSReplyTo(answers);
      caller.send("leonardo.requests", request);

      List<String> parents = new ArrayList<>();
      for (int answer = 0; answer < 3; answer++) {
        Message message = caller.receive(answers);
        parents.add(message.getStringProperty("traceparent"));
      }
      assertThat(parents).containsExactly(PARENT, PARENT, PARENT);
      assertTold("completed");

      TextMessage wrong = caller.session.createTextMessage("{\"model\": \"none\"}");
      wrong.setStringProperty("traceparent", PARENT);
      wrong.setStringProperty("tracestate", STATE);
      caller.send("leonardo.requests", wrong);
      assertTold("rejected");
    }
  }
}
