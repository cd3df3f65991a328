package io.leonardoroutes.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import io.leonardoroutes.jms.JmsClient;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.reader.MessageUtil;
import org.apache.activemq.artemis.utils.UUID;
import org.apache.activemq.artemis.utils.UUIDGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose a JMS message is, by the word of a broker that many callers share. */
class JmsCallerTest {
  private static final String REQUESTS = "leonardo.requests";
  private static final String SAME_REFERENCE =
      InboxFixture.request("a").replaceFirst("\\{", "{\"reference\":\"R\",");

  @TempDir Path folder;
  private ScriptedProvider provider;
  private TestBroker broker;
  private App app;
  private TestBroker.Caller caller;

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
    broker = new TestBroker(folder.resolve("broker"), App.freePort());
    broker.start();
    app =
        App.in(folder)
            .at(provider)
            .with("leonardo.jms.enabled", "true")
            .with("leonardo.jms.url", broker.url());
    caller = new TestBroker.Caller(broker.url());
  }

  @AfterEach
  void close() throws Exception {
    caller.close();
    app.close();
    broker.close();
    provider.close();
  }

  /** As a broker that vouches for its senders hands it out. */
  private TextMessage from(String user, String text) throws Exception {
    TextMessage message = caller.session.createTextMessage(text);
    if (user != null) {
      message.setStringProperty("JMSXUserID", user);
    }
    message.setJMSReplyTo(caller.session.createQueue("answers-" + user));
    return message;
  }

  private JsonNode answerTo(String user) throws Exception {
    while (true) {
      JsonNode answer =
          new ObjectMapper().readTree(((TextMessage) caller.receive("answers-" + user)).getText());
      if (!answer.has("type") || answer.has("status")) {
        return answer;
      }
    }
  }

  @Test
  void eachSenderHasReferencesOfItsOwn() throws Exception {
    app.with("leonardo.jms.trust-user-id", "true").start();
    Set<String> jobs = new HashSet<>();
    for (String user : new String[] {"erp", "shop", null}) {
      for (int i = 0; i < 2; i++) {
        caller.send(REQUESTS, from(user, SAME_REFERENCE));
        jobs.add(user + " " + answerTo(user).get("id").asText());
      }
    }

    assertThat(jobs).hasSize(3);
    assertThat(LedgerRows.of(app, "SELECT caller FROM job"))
        .extracting(row -> row.get("caller"))
        .containsExactlyInAnyOrder("erp", "shop", null);
  }

  @Test
  void withoutTheOperatorsWordAllSendersAreOne() throws Exception {
    app.start();
    Set<String> jobs = new HashSet<>();
    for (String user : new String[] {"erp", "shop"}) {
      caller.send(REQUESTS, from(user, SAME_REFERENCE));
      jobs.add(answerTo(user).get("id").asText());
    }

    assertThat(jobs).hasSize(1);
  }

  @Test
  void whoMakesUpTheIdOfAnothersMessageIsToldNothingOfItsJob() throws Exception {
    app.with("leonardo.jms.trust-user-id", "true").start();
    UUID id = UUIDGenerator.getInstance().generateUUID();
    send(id, "erp");
    String job = answerTo("erp").get("id").asText();
    send(id, "shop");

    JsonNode refused = answerTo("shop");
    assertThat(refused.get("status").asInt()).isEqualTo(409);
    assertThat(refused.toString()).doesNotContain(job).contains("another caller");
    assertThat(LedgerRows.jobs(app)).isEqualTo(1);
  }

  /** To Artemis, "temporary" is a word of the sender: the queue is the one of that name. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "temp-queue://leonardo.dead",
        "temp-queue://leonardo.requests",
        "temp-queue://answers-of-somebody-else",
        "temp-topic://activemq.notifications",
      })
  void noAnswerGoesToAQueueThatItsSenderOnlyCallsTemporary(String replyTo) throws Exception {
    app.with("leonardo.jms.replies", "answers-mine").start();
    send(UUIDGenerator.getInstance().generateUUID(), "erp", replyTo);

    assertThat(answerToRejected().get("status").asInt()).isEqualTo(403);
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  private void send(UUID id, String user) throws Exception {
    send(id, user, "queue://answers-" + user);
  }

  /** By hand, as every JMS client makes up the ids of its messages. */
  private void send(UUID id, String user, String replyTo) throws Exception {
    try (ServerLocator locator = ActiveMQClient.createServerLocator(broker.url());
        ClientSession session = locator.createSessionFactory().createSession()) {
      ClientMessage message =
          session.createMessage(org.apache.activemq.artemis.api.core.Message.TEXT_TYPE, true);
      message.setUserID(id);
      message.setValidatedUserID(user);
      message.setRoutingType(RoutingType.ANYCAST);
      message.getBodyBuffer().writeNullableSimpleString(SimpleString.of(InboxFixture.request("a")));
      MessageUtil.setJMSReplyTo(message, replyTo);
      session.createProducer(REQUESTS).send(message);
    }
  }

  @Test
  void aNameThatCanBeNoCallersIsRefused() throws Exception {
    app.with("leonardo.jms.trust-user-id", "true").start();
    TextMessage message = from("erp", InboxFixture.request("a"));
    message.setStringProperty("JMSXUserID", "an erp");
    caller.send(REQUESTS, message);

    assertThat(answerToRejected().get("status").asInt()).isEqualTo(403);
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "leonardo.dead",
        "leonardo.requests",
        "leonardo.requests.rejected",
        "activemq.management",
        "ActiveMQ.DLQ",
        "$sys.x",
        "DLQ",
        "a.*",
      })
  void noAnswerGoesToAQueueOfTheBrokerOrOfRequests(String name) throws Exception {
    app.start();
    TextMessage message = caller.session.createTextMessage(InboxFixture.request("a"));
    message.setJMSReplyTo(caller.session.createQueue(name));
    caller.send(REQUESTS, message);

    assertThat(answerToRejected().get("status").asInt()).isEqualTo(403);
    assertThat(LedgerRows.jobs(app)).isZero();
  }

  @Test
  void noAnswerOverClassicGoesToSeveralQueues() throws Exception {
    app.start();
    try (TestBroker classic =
        new TestBroker(JmsClient.ACTIVEMQ, folder.resolve("classic"), App.freePort())) {
      classic.start();
      try (App over =
              App.in(folder.resolve("over"))
                  .at(provider)
                  .with("leonardo.jms.enabled", "true")
                  .with("leonardo.jms.client", "activemq")
                  .with("leonardo.jms.url", classic.url())
                  .start();
          TestBroker.Caller other = new TestBroker.Caller(JmsClient.ACTIVEMQ, classic.url())) {
        Message message = other.session.createTextMessage(InboxFixture.request("a"));
        message.setJMSReplyTo(other.session.createQueue("mine,leonardo.dead"));
        other.send(REQUESTS, message);

        assertThat(other.receive(REQUESTS + ".rejected").getBody(String.class)).contains("403");
        assertThat(LedgerRows.jobs(over)).isZero();
      }
    }
  }

  private JsonNode answerToRejected() throws Exception {
    return new ObjectMapper()
        .readTree(caller.receive(REQUESTS + ".rejected").getBody(String.class));
  }
}
