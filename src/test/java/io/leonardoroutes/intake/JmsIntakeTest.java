package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import jakarta.jms.BytesMessage;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a message, with the built-in broker. */
class JmsIntakeTest {
  private static final Duration LONG = Patience.LONG;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REQUESTS = "leonardo.requests";

  @TempDir Path folder;
  private ScriptedProvider provider;
  private App app;
  private TestBroker.Caller caller;

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
    int port = App.freePort();
    app =
        App.in(folder)
            .at(provider)
            .with("leonardo.jms.enabled", "true")
            .with("leonardo.jms.port", String.valueOf(port))
            .start();
    caller = new TestBroker.Caller("tcp://127.0.0.1:" + port);
  }

  @AfterEach
  void close() throws Exception {
    caller.close();
    app.close();
    provider.close();
  }

  private Message request(String text, jakarta.jms.Destination replyTo) throws Exception {
    Message message = caller.session.createTextMessage(text);
    message.setJMSReplyTo(replyTo);
    return message;
  }

  private static JsonNode json(Message message) throws Exception {
    return JSON.readTree(((TextMessage) message).getText());
  }

  /** What a caller is told, in any order, and of which job. */
  private Map<String, String> told(Queue answers, int count, String correlationId)
      throws Exception {
    Map<String, String> told = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      Message message = caller.receive(answers);
      assertThat(message.getJMSCorrelationID()).isEqualTo(correlationId);
      JsonNode answer = json(message);
      boolean event = answer.has("type");
      told.put(
          answer.get(event ? "type" : "state").asText(),
          answer.get(event ? "subject" : "id").asText());
    }
    return told;
  }

  private void assertStillOpen() throws Exception {
    long before = LedgerRows.jobs(app);
    caller.send(REQUESTS, InboxFixture.request("still open"));
    await().atMost(LONG).until(() -> LedgerRows.jobs(app) == before + 1);
  }

  @Test
  void textAndBytesAreAccepted() throws Exception {
    BytesMessage bytes = caller.session.createBytesMessage();
    bytes.writeBytes(InboxFixture.request("日本").getBytes(StandardCharsets.UTF_8));
    caller.send(REQUESTS, bytes);
    caller.send(REQUESTS, InboxFixture.request("日本"));

    await().atMost(LONG).until(() -> provider.creates().size() == 2);
    assertThat(LedgerRows.of(app, "SELECT request FROM job"))
        .allSatisfy(row -> assertThat((String) row.get("request")).contains("日本"));
  }

  @Test
  void theCallerIsAnsweredUnderItsOwnCorrelationIdAndThenToldTheRest() throws Exception {
    Queue answers = caller.session.createQueue("my.answers");
    Message request = request(InboxFixture.request("a"), answers);
    request.setJMSCorrelationID("my-id");
    caller.send(REQUESTS, request);

    assertThat(told(answers, 3, "my-id"))
        .containsOnlyKeys(
            "ACCEPTED", "leonardo.generation.submitted", "leonardo.generation.completed")
        .allSatisfy(
            (what, id) ->
                assertThat(id)
                    .isEqualTo(LedgerRows.of(app, "SELECT id FROM job").get(0).get("id")));
    assertThat(caller.receiveNoMore(answers)).isNull();
  }

  @Test
  void aTemporaryQueueIsAnsweredUnderTheMessagesId() throws Exception {
    TemporaryQueue answers = caller.session.createTemporaryQueue();
    Message sent = caller.send(REQUESTS, request("{}", answers));

    Message refused = caller.receive(answers);
    assertThat(json(refused).get("status").asInt()).isEqualTo(422);
    assertThat(refused.getJMSCorrelationID()).isEqualTo(sent.getJMSMessageID());
    assertThat(caller.receiveNoMore(caller.session.createQueue(REQUESTS + ".rejected"))).isNull();
  }

  @Test
  void aRefusedMessageWithoutAReplyAddressIsKeptWithItsReason() throws Exception {
    Message sent = caller.send(REQUESTS, "{\"model\": nonsense}");

    Message rejected = caller.receive(REQUESTS + ".rejected");
    assertThat(rejected.getJMSCorrelationID()).isEqualTo(sent.getJMSMessageID());
    assertThat(json(rejected))
        .hasToString(
            """
            {"type":"urn:leonardo-routes:problem:not-json","title":"The request is not JSON",\
            "status":400,"detail":"line 1, column 11: Unrecognized token 'nonsense': was expecting\
             (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",\
            "request":"{\\"model\\": nonsense}"}\
            """);
  }

  /** Says so when somebody makes it from a message. */
  static final class Trap implements Serializable {
    private static final long serialVersionUID = 1;
    static volatile boolean sprung;

    private void readObject(ObjectInputStream in) throws IOException {
      sprung = true;
    }
  }

  @Test
  void anObjectOrAMapIsRefusedWithoutALookInside() throws Exception {
    MapMessage map = caller.session.createMapMessage();
    map.setString("model", "kling-3.0-turbo");
    caller.send(REQUESTS, caller.session.createObjectMessage(new Trap()));
    String objects = problem(caller.receive(REQUESTS + ".rejected"));
    caller.send(REQUESTS, map);
    String maps = problem(caller.receive(REQUESTS + ".rejected"));

    assertThat(objects)
        .isEqualTo(maps)
        .isEqualTo(
            """
            {"type":"urn:leonardo-routes:problem:message-type","title":"Only text and bytes are supported",\
            "status":415,"detail":"send the JSON as a TextMessage or a BytesMessage"}\
            """);
    assertThat(Trap.sprung).isFalse();
    assertStillOpen();
  }

  private static String problem(Message message) throws Exception {
    return json(message).toString();
  }

  @Test
  void poisonIsPutAsideAndBlocksNothing() throws Exception {
    caller.send(REQUESTS, "");
    caller.send(REQUESTS, caller.session.createTextMessage());
    caller.send(REQUESTS, "x".repeat(300 * 1024));
    caller.send(REQUESTS, caller.session.createMessage());
    BytesMessage bytes = caller.session.createBytesMessage();
    bytes.writeBytes(new byte[] {'{', (byte) 0xff, '}'});
    caller.send(REQUESTS, bytes);
    Message odd = caller.session.createTextMessage("{}");
    odd.setStringProperty("CamelJmsDestinationName", "stolen");
    odd.setStringProperty("CamelFileName", "../stolen");
    odd.setJMSType("x");
    caller.send(REQUESTS, odd);

    for (int i = 0; i < 6; i++) {
      assertThat(caller.receive(REQUESTS + ".rejected")).as("message %s", i).isNotNull();
    }
    assertStillOpen();
  }

  @Test
  void aMessageWithoutAnIdOfItsOwnIsRefusedAsItsRedeliveryCouldNotBeTold() throws Exception {
    try (MessageProducer producer =
        caller.session.createProducer(caller.session.createQueue(REQUESTS))) {
      producer.setDisableMessageID(true);
      producer.send(caller.session.createTextMessage(InboxFixture.request("a")));
      producer.send(caller.session.createTextMessage(InboxFixture.request("b")));
    }

    for (int i = 0; i < 2; i++) {
      assertThat(json(caller.receive(REQUESTS + ".rejected")).get("detail").asText())
          .isEqualTo("without a JMSMessageID its redelivery would be paid again: set one");
    }
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  @Test
  void aReplyAddressThatIsGoneBlocksNothing() throws Exception {
    TemporaryQueue gone = caller.session.createTemporaryQueue();
    Message lost = request(InboxFixture.request("lost"), gone);
    gone.delete();
    caller.send(REQUESTS, lost);
    await().atMost(LONG).until(() -> provider.creates().size() == 1);

    Queue answers = caller.session.createQueue("my.answers");
    Message message = caller.send(REQUESTS, request(InboxFixture.request("a"), answers));
    assertThat(told(answers, 3, message.getJMSMessageID())).containsKey("ACCEPTED");
  }

  @Test
  void aSecondMessageOfTheSameReferenceIsAnsweredWithTheSameJob() throws Exception {
    String request = InboxFixture.request("a").replaceFirst("\\{", "{\"reference\":\"R\",");
    Queue first = caller.session.createQueue("first");
    Queue second = caller.session.createQueue("second");
    caller.send(REQUESTS, request(request, first));
    String id = json(caller.receive(first)).get("id").asText();
    caller.send(REQUESTS, request(request, second));

    assertThat(json(caller.receive(second)).get("id").asText()).isEqualTo(id);
    assertThat(LedgerRows.jobs(app)).isEqualTo(1);
  }
}
