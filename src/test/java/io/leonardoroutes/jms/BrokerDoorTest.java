package io.leonardoroutes.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientRequestor;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.api.core.management.ManagementHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may connect to the built-in broker, and what they may do there. */
class BrokerDoorTest {
  private static final Duration LONG = Patience.LONG;
  private static final String REQUESTS = "leonardo.requests";

  @TempDir Path folder;
  private final int port = App.freePort();
  private ScriptedProvider provider;
  private App app;
  private ServerLocator locator;
  private ClientSession raider;

  /** What is tried from outside. */
  private interface Attempt {
    void run() throws Exception;
  }

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
    app =
        App.in(folder)
            .at(provider)
            .with("leonardo.jms.enabled", "true")
            .with("leonardo.jms.port", String.valueOf(port));
  }

  @AfterEach
  void close() throws Exception {
    if (locator != null) {
      locator.close();
    }
    app.close();
    provider.close();
  }

  private String url() {
    return "tcp://127.0.0.1:" + port;
  }

  private TestBroker.Caller caller() throws JMSException {
    return new TestBroker.Caller(url());
  }

  private App askingForKeys() throws Exception {
    Path keys = Files.writeString(folder.resolve("rest.keys"), "");
    return app.with("leonardo.rest.auth", "api-key").with("leonardo.rest.keys", keys.toString());
  }

  /** An anonymous client with all that the core protocol can say. */
  private ClientSession raider() throws Exception {
    if (raider == null) {
      locator = ActiveMQClient.createServerLocator(url());
      ClientSessionFactory factory = locator.createSessionFactory();
      raider = factory.createSession(true, true, 0);
      raider.start();
    }
    return raider;
  }

  private static void assertDenied(Attempt attempt) {
    assertThatThrownBy(attempt::run)
        .isInstanceOf(ActiveMQException.class)
        .extracting(e -> ((ActiveMQException) e).getType())
        .isEqualTo(ActiveMQExceptionType.SECURITY_EXCEPTION);
  }

  @Test
  void whereKeysAreAskedForNobodyReachesABrokerThatAsksForNone() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      askingForKeys().start();

      assertThatThrownBy(() -> new Socket("127.0.0.1", port).close())
          .isInstanceOf(ConnectException.class);
      assertThat(log.with("leonardo-routes ready"))
          .singleElement()
          .asString()
          .contains(
              "send them to queue leonardo.requests of the built-in broker, which nobody reaches:"
                  + " leonardo.rest.auth asks for keys, so set leonardo.jms.user and"
                  + " leonardo.jms.password to open its port;");
    }
  }

  @Test
  void whoHasTheNameAndPasswordMaySendAndIsTheCaller() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      askingForKeys()
          .with("leonardo.jms.user", TestBroker.USER)
          .with("leonardo.jms.password", TestBroker.PASSWORD)
          .start();
      assertThat(log.with("leonardo-routes ready"))
          .singleElement()
          .asString()
          .contains(
              "send them to queue leonardo.requests at %s (who has leonardo.jms.password);"
                  .formatted(url()));
    }
    try (TestBroker.Caller caller = caller()) {
      Message message = caller.session.createTextMessage(InboxFixture.request("a"));
      message.setStringProperty("JMSXUserID", "somebody-else");
      caller.send(REQUESTS, message);
      await().atMost(LONG).until(() -> LedgerRows.jobs(app) == 1);
    }
    assertThat(LedgerRows.of(app, "SELECT caller FROM job").get(0)).containsEntry("caller", "erp");
  }

  @Test
  void whoHasTheWrongPasswordOrNoneIsLeftOutside() throws Exception {
    askingForKeys()
        .with("leonardo.jms.user", TestBroker.USER)
        .with("leonardo.jms.password", TestBroker.PASSWORD)
        .start();

    assertThatThrownBy(
            () -> new TestBroker.Caller(io.leonardoroutes.jms.JmsClient.ARTEMIS, url(), "guess"))
        .isInstanceOf(JMSSecurityException.class);
    assertThatThrownBy(this::raider).isInstanceOf(ActiveMQException.class);
  }

  @Test
  void withoutANameTheStartLineSaysThatAnyProgramHereMayConnect() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      app.start();

      assertThat(log.with("leonardo-routes ready"))
          .singleElement()
          .asString()
          .contains("at %s (any program on this machine);".formatted(url()));
    }
  }

  @Test
  void nobodyManagesIt() throws Exception {
    app.start();
    ClientSession session = raider();

    assertDenied(
        () -> {
          try (ClientRequestor requestor = new ClientRequestor(session, "activemq.management")) {
            ClientMessage message = session.createMessage(false);
            ManagementHelper.putOperationInvocation(
                message, "broker", "createDivert", "copy", "copy", REQUESTS, "mine", false, "", "");
            requestor.request(message, 10_000);
          }
        });
    for (String name : List.of("activemq.management", "activemq.notifications", "$sys.x", "DLQ")) {
      assertDenied(() -> session.createProducer(name).send(session.createMessage(true)));
      assertDenied(
          () -> session.createQueue(QueueConfiguration.of("copy-" + name).setAddress(name)));
      assertDenied(
          () -> session.createAddress(SimpleString.of(name), RoutingType.MULTICAST, false));
    }
  }

  @Test
  void nobodyReadsOrCopiesWhatOthersSend() throws Exception {
    app.start();
    ClientSession session = raider();
    try (TestBroker.Caller other = caller()) {
      other.receiveNoMore(other.session.createQueue("other.answers"));
      other.session.createConsumer(other.session.createQueue("other.answers"));

      assertDenied(() -> session.createConsumer(REQUESTS));
      assertDenied(() -> session.createConsumer(REQUESTS, true));
      assertDenied(() -> session.createConsumer("other.answers", true));
      for (RoutingType type : RoutingType.values()) {
        assertDenied(
            () ->
                session.createQueue(
                    QueueConfiguration.of("copy-" + type)
                        .setAddress(REQUESTS)
                        .setRoutingType(type)));
        assertDenied(
            () ->
                session.createQueue(
                    QueueConfiguration.of("all-" + type).setAddress("#").setRoutingType(type)));
      }
      assertDenied(() -> session.deleteQueue(REQUESTS));
      assertDenied(() -> session.deleteQueue("other.answers"));
    }
  }

  @Test
  void nobodySendsAnywhereButToTheRequests() throws Exception {
    app.start();
    ClientSession session = raider();

    for (String name : List.of("mine", "other.answers", REQUESTS + ".rejected", "leonardo.dead")) {
      assertDenied(() -> session.createProducer(name).send(session.createMessage(true)));
    }
    assertThat(session.addressQuery(SimpleString.of("mine")).isExists()).isFalse();
  }

  @Test
  void aSelectorThatWalksThroughMessagesForEverIsRefused() throws Exception {
    app.start();
    try (TestBroker.Caller caller = caller()) {
      var queue = caller.session.createTemporaryQueue();

      assertThatThrownBy(
              () -> caller.session.createConsumer(queue, "JMSCorrelationID LIKE '%a%a%a%a%b'"))
          .isInstanceOf(JMSException.class)
          .hasMessageContaining("a selector here has no LIKE, REGEX or XPATH");
      caller.session.createConsumer(queue, "JMSCorrelationID = 'I LIKE it'").close();
    }
  }

  @Test
  void aNameThatNobodyVouchesForIsNotBelieved() throws Exception {
    app.start();
    try (TestBroker.Caller caller = caller()) {
      String request = InboxFixture.request("a").replaceFirst("\\{", "{\"reference\":\"R\",");
      for (String user : List.of("one", "two")) {
        TextMessage message = caller.session.createTextMessage(request);
        message.setStringProperty("JMSXUserID", user);
        message.setJMSReplyTo(caller.session.createQueue("answers"));
        caller.send(REQUESTS, message);
        String answer = ((TextMessage) caller.receive("answers")).getText();
        assertThat(new ObjectMapper().readTree(answer).has("caller")).isFalse();
      }
    }
    assertThat(LedgerRows.of(app, "SELECT caller FROM job"))
        .singleElement()
        .satisfies(row -> assertThat(row.get("caller")).isNull());
  }
}
