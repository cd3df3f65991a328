package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import io.leonardoroutes.jms.JmsClient;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.TextMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.DeflaterOutputStream;
import org.apache.activemq.util.ByteSequence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a message with a broker of somebody else's, of either kind. */
@ParameterizedClass
@EnumSource(JmsClient.class)
class JmsBrokersTest {
  private static final Duration LONG = Patience.LONG;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REQUESTS = "leonardo.requests";
  private static final String REJECTED = REQUESTS + ".rejected";

  @TempDir static Path folder;
  private static ScriptedProvider provider;
  private static TestBroker broker;
  private static App app;
  private static TestBroker.Caller caller;
  private static LogCapture log;

  @Parameter JmsClient kind;

  @BeforeParameterizedClassInvocation
  static void open(JmsClient kind) throws Exception {
    log = LogCapture.ofEverything();
    provider = ScriptedProvider.start();
    Path here = folder.resolve(kind.settingValue());
    broker = new TestBroker(kind, here.resolve("broker"), App.freePort()).askingForNames();
    broker.start();
    app =
        App.in(here)
            .at(provider)
            .with("leonardo.jms.enabled", "true")
            .with("leonardo.jms.url", broker.url())
            .with("leonardo.jms.client", kind.settingValue())
            .with("leonardo.jms.user", TestBroker.USER)
            .with("leonardo.jms.password", TestBroker.PASSWORD)
            .with("leonardo.jms.replies", "answers.*,told")
            .start();
    caller = new TestBroker.Caller(kind, broker.url());
  }

  @AfterParameterizedClassInvocation
  static void close() throws Exception {
    caller.close();
    app.close();
    broker.close();
    provider.close();
    log.close();
    assertThat(log.with(TestBroker.PASSWORD)).isEmpty();
  }

  private static String anyRequest() {
    return InboxFixture.request("number " + UUID.randomUUID());
  }

  private static Message request(String text, Destination replyTo) throws JMSException {
    Message message = caller.session.createTextMessage(text);
    message.setJMSReplyTo(replyTo);
    return message;
  }

  private static JsonNode json(Message message) throws Exception {
    assertThat(message).isNotNull();
    return JSON.readTree(((TextMessage) message).getText());
  }

  private static String answered(MessageConsumer answers, String correlationId) throws Exception {
    StringBuilder told = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      Message answer = answers.receive(LONG.toMillis());
      assertThat(answer.getJMSCorrelationID()).isEqualTo(correlationId);
      JsonNode json = json(answer);
      told.append(json.has("type") ? json.get("type") : json.get("state")).append(' ');
    }
    return told.toString().replace("\"", "").replace("leonardo.generation.", "").trim();
  }

  @Test
  void answersGoToAQueueATopicOrATemporaryQueueAsTheCallerSaid() throws Exception {
    for (Destination to :
        List.of(
            caller.session.createQueue("answers.one"),
            caller.session.createTopic("told"),
            caller.session.createTemporaryQueue(),
            caller.session.createTemporaryTopic())) {
      try (MessageConsumer answers = caller.session.createConsumer(to)) {
        Message sent = caller.send(REQUESTS, request(anyRequest(), to));

        assertThat(answered(answers, sent.getJMSMessageID()))
            .isEqualTo("ACCEPTED submitted completed");
      }
    }
  }

  @Test
  void answersGoNowhereThatIsNotOpenToThem() throws Exception {
    List<Destination> closed =
        List.of(
            caller.session.createQueue(REQUESTS),
            caller.session.createQueue(REJECTED),
            caller.session.createQueue("payments"),
            caller.session.createTopic("payments"),
            caller.session.createQueue("answers.1,payments"),
            caller.session.createQueue("answers.::payments"),
            caller.session.createQueue("answers." + "x".repeat(4_000)),
            caller.session.createQueue("answers.\nx"));
    long before = LedgerRows.jobs(app);
    for (Destination to : closed) {
      caller.send(REQUESTS, request(anyRequest(), to));
      assertThat(json(caller.receive(REJECTED)).get("detail").asText())
          .isEqualTo(
              "the JMSReplyTo is not among leonardo.jms.replies: give one that is, a temporary"
                  + " queue, or none");
    }
    assertThat(LedgerRows.jobs(app)).isEqualTo(before);
  }

  @Test
  void nothingButTextAndBytesIsTakenAndNoObjectIsMade() throws Exception {
    JmsIntakeTest.Trap.sprung = false;
    for (Message message :
        List.of(
            caller.session.createObjectMessage(new JmsIntakeTest.Trap()),
            caller.session.createMapMessage(),
            caller.session.createStreamMessage(),
            caller.session.createMessage())) {
      caller.send(REQUESTS, message);
      assertThat(json(caller.receive(REJECTED)))
          .hasToString(
              """
              {"type":"urn:leonardo-routes:problem:message-type",\
              "title":"Only text and bytes are supported","status":415,\
              "detail":"send the JSON as a TextMessage or a BytesMessage"}\
              """);
    }
    assertThat(JmsIntakeTest.Trap.sprung).isFalse();
  }

  @Test
  void headersThatWouldSteerCamelDoNothing() throws Exception {
    Message odd = caller.session.createTextMessage(anyRequest());
    for (String name :
        List.of(
            "CamelHttpUri",
            "camelHTTPuri",
            "CAMELHTTPURI",
            "CamelJmsDestinationName",
            "cameljmsdestinationname",
            "CamelFileName",
            "org_apache_camel_DOT_x",
            // Artemis' own client sends no such name
            kind == JmsClient.ARTEMIS ? "org" : "org.apache.camel.x",
            "x".repeat(4_000))) {
      odd.setStringProperty(name, "http://127.0.0.1:1/stolen\u001b[2J\nFAKE");
    }
    odd.setJMSType("CamelHttpUri");
    int before = provider.creates().size();
    caller.send(REQUESTS, odd);

    await().atMost(LONG).until(() -> provider.creates().size() == before + 1);
    assertThat(log.with("stolen")).isEmpty();
  }

  @Test
  void aCorrelationIdComesBackAsItWasAndOneThatIsTooLongIsRefused() throws Exception {
    String id = "a\nFAKE line\u001b[2J\r";
    Destination to = caller.session.createQueue("answers.odd");
    Message odd = request(anyRequest(), to);
    odd.setJMSCorrelationID(id);
    Message tooLong = request(anyRequest(), to);
    tooLong.setJMSCorrelationID("x".repeat(4_000));
    caller.send(REQUESTS, tooLong);
    caller.send(REQUESTS, odd);

    try (MessageConsumer answers = caller.session.createConsumer(to)) {
      assertThat(answered(answers, id)).isEqualTo("ACCEPTED submitted completed");
    }
    Message rejected = caller.receive(REJECTED);
    assertThat(rejected.getJMSCorrelationID()).isEqualTo(tooLong.getJMSMessageID());
    assertThat(json(rejected).get("detail").asText()).isEqualTo("4000 characters: at most 400");
    assertThat(log.with("FAKE")).isEmpty();
  }

  @Test
  void theMessagesPriorityIsTheJobsUnlessItsBodyHasOne() throws Exception {
    Map<String, Integer> sent = Map.of("says none", 4, "urgent", 9, "late", 0, "own", 9);
    for (Map.Entry<String, Integer> message : sent.entrySet()) {
      String own = message.getKey().equals("own") ? "{\"priority\":2," : "{";
      try (MessageProducer producer =
          caller.session.createProducer(caller.session.createQueue(REQUESTS))) {
        producer.setPriority(message.getValue());
        producer.send(
            caller.session.createTextMessage(
                InboxFixture.request("priority " + message.getKey()).replaceFirst("\\{", own)));
      }
    }
    String priorities =
        "SELECT priority FROM job WHERE request LIKE '%\"priority %' ORDER BY priority";
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(LedgerRows.of(app, priorities))
                    .extracting(row -> ((Number) row.get("priority")).intValue())
                    .containsExactly(0, 2, 4, 9));
  }

  @Test
  void aMessageThatIsLargerThanARequestMayBeIsPutAsideWithoutItsText() throws Exception {
    var bytes = caller.session.createBytesMessage();
    bytes.writeBytes("x".repeat(8 << 20).getBytes(StandardCharsets.UTF_8));
    caller.send(REQUESTS, bytes);
    caller.send(REQUESTS, "x".repeat(8 << 20));

    for (int i = 0; i < 2; i++) {
      assertThat(json(caller.receive(REJECTED)))
          .hasToString(
              """
              {"type":"urn:leonardo-routes:problem:too-large","title":"The request is too large",\
              "status":413,"detail":"the request is larger than 262144 bytes: shorten it"}\
              """);
    }
  }

  @Test
  void aTextThatOnlyClaimsToBeLargeTakesNoRoomAndABrokenOneBlocksNothing() throws Exception {
    assumeThat(kind).isEqualTo(JmsClient.ACTIVEMQ);
    byte[] twoGigabytes = {0x7f, -1, -1, -1, '{', '}'};
    caller.send(REQUESTS, packed(twoGigabytes, false));
    caller.send(REQUESTS, packed(deflated(twoGigabytes), true));
    for (int i = 0; i < 2; i++) {
      assertThat(json(caller.receive(REJECTED)).get("status").asInt()).isEqualTo(413);
    }

    caller.send(REQUESTS, packed(new byte[] {1, 2}, true));
    caller.send(REQUESTS, packed(new byte[] {0, 0, 0, 9, '{', '}'}, false));
    for (int i = 0; i < 2; i++) {
      assertThat(json(caller.receive(REJECTED)).get("title").asText())
          .isEqualTo("The message cannot be read");
    }
  }

  private static Message packed(byte[] content, boolean compressed) throws JMSException {
    var message =
        (org.apache.activemq.command.ActiveMQTextMessage) caller.session.createTextMessage();
    message.setContent(new ByteSequence(content));
    message.setCompressed(compressed);
    return message;
  }

  private static byte[] deflated(byte[] bytes) throws IOException {
    ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(deflated)) {
      out.write(bytes);
    }
    return deflated.toByteArray();
  }

  @Test
  void messagesAreHeldWhileTheLedgerIsAwaySoThatNoBrokerPutsThemAside() throws Exception {
    long before = LedgerRows.jobs(app);
    int told = log.with("what new requests need is away").size();
    try (var other = DriverManager.getConnection("jdbc:sqlite:" + app.data().resolve("ledger.db"));
        var sql = other.createStatement()) {
      sql.execute("ALTER TABLE job RENAME TO away");
      var bytes = caller.session.createBytesMessage();
      bytes.writeBytes(anyRequest().getBytes(StandardCharsets.UTF_8));
      caller.send(REQUESTS, bytes);
      caller.send(REQUESTS, anyRequest());
      // a broker at its defaults drops at once what came back ten times
      await()
          .during(Duration.ofSeconds(2))
          .atMost(LONG)
          .until(() -> log.with("what new requests need is away").size() == told + 1);
      sql.execute("ALTER TABLE away RENAME TO job");
    }

    await().atMost(LONG).until(() -> LedgerRows.jobs(app) == before + 2);
  }

  @Test
  void whereNobodyMayListenItIsToldOnceAndOnceWhenItMayAgain() throws Exception {
    App other =
        App.in(folder.resolve("denied-" + kind))
            .at(provider)
            .with("leonardo.jms.enabled", "true")
            .with("leonardo.jms.url", broker.url())
            .with("leonardo.jms.client", kind.settingValue())
            .with("leonardo.jms.user", TestBroker.USER)
            .with("leonardo.jms.password", TestBroker.PASSWORD)
            .with("leonardo.jms.requests", "denied")
            .with("camel.component.jms.recovery-interval", "100");
    broker.letListen(false);
    try (other) {
      other.start();
      await().atMost(LONG).until(() -> log.with("queue denied is away").size() == 1);
      broker.letListen(true);
      await().atMost(LONG).until(() -> log.with("queue denied is back").size() == 1);
      assertThat(log.with("queue denied is")).hasSize(2);
    } finally {
      broker.letListen(true);
    }
  }

  @Test
  void aBrokerThatDoesNotKnowUsIsToldOnceWithoutThePassword() throws Exception {
    App other =
        App.in(folder.resolve("unknown-" + kind))
            .at(provider)
            .with("leonardo.jms.enabled", "true")
            .with("leonardo.jms.url", broker.url().replace("127.0.0.1", "localhost"))
            .with("leonardo.jms.client", kind.settingValue())
            .with("leonardo.jms.user", "nobody")
            .with("leonardo.jms.password", TestBroker.PASSWORD + "-wrong")
            .with("camel.component.jms.recovery-interval", "100");
    try (other) {
      other.start();
      await()
          .during(Duration.ofMillis(500))
          .atMost(LONG)
          .until(() -> log.with("the broker at tcp://localhost").size() == 1);
    }
  }
}
