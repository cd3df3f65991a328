package io.leonardoroutes.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.InboxFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TestBroker;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.jms.management.JMSManagementHelper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built-in broker when it has too much, too little room, or has stopped. */
@Tag("long")
class BrokerFullTest {
  private static final Duration LONG = Patience.LONG;
  private static final String REQUESTS = "leonardo.requests";
  private static final int LIMIT = 256 * 1_024;
  private static final String LONG_PROMPT = "a koala ".repeat(180);

  @TempDir Path folder;
  private final int port = App.freePort();
  @Fixture private ScriptedProvider provider;
  @Fixture private App app;

  @BeforeEach
  void open() {
    app.with("leonardo.jms.enabled", "true")
        .with("leonardo.jms.port", String.valueOf(port))
        .with("leonardo.limits.creates-per-minute", "100000")
        .with("leonardo.limits.requests-per-minute", "100000")
        .with("camel.component.jms.recovery-interval", "200");
  }

  private TestBroker.Caller caller() throws JMSException {
    return new TestBroker.Caller("tcp://127.0.0.1:" + port);
  }

  private static String request(int number) {
    return InboxFixture.request("koala")
        .replaceFirst("\\{", "{\"reference\":\"%d\",".formatted(number));
  }

  private long onDisk() throws IOException {
    try (Stream<Path> files = Files.walk(app.data().resolve("broker"))) {
      return files.filter(Files::isRegularFile).mapToLong(BrokerFullTest::size).sum();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }

  @Test
  void whoSendsMoreThanAQueueHoldsIsRefusedAndWhatWasTakenIsMade() throws Exception {
    app.with("leonardo.jms.max-bytes", String.valueOf(LIMIT)).start();
    app.context().getRouteController().stopRoute("intake-jms");
    long before = onDisk();
    int taken = 0;
    try (LogCapture log = LogCapture.open();
        TestBroker.Caller caller = caller()) {
      JMSException refused = null;
      // Twice as much as may lie there.
      while (refused == null && taken < 2 * LIMIT / LONG_PROMPT.length()) {
        try {
          caller.send(REQUESTS, request(taken).replace("koala", LONG_PROMPT));
          taken++;
        } catch (JMSException e) {
          refused = e;
        }
      }
      assertThat(refused).isNotNull().hasMessageContaining("full");
      assertThat(onDisk() - before).isLessThan(16 * LIMIT);
      await().atMost(LONG).until(() -> log.with("room in queue " + REQUESTS).size() == 1);

      app.context().getRouteController().startRoute("intake-jms");
      int all = taken;
      await().atMost(LONG).until(() -> LedgerRows.jobs(app) == all);
      await().atMost(LONG).until(() -> log.with("room in queue " + REQUESTS).size() == 2);
      assertThat(log.with("room in queue " + REQUESTS))
          .containsExactly(
              "WARN room in queue leonardo.requests is away, retrying: it has"
                  + " leonardo.jms.max-bytes of messages, and more are refused",
              "INFO room in queue leonardo.requests is back");
      caller.send(REQUESTS, request(-1));
      await().atMost(LONG).until(() -> LedgerRows.jobs(app) == all + 1);
    }
  }

  @Test
  void aFullQueueOfRejectedMessagesDoesNotBlockRequests() throws Exception {
    app.with("leonardo.jms.max-bytes", String.valueOf(LIMIT)).start();
    long before = onDisk();
    try (LogCapture log = LogCapture.open();
        TestBroker.Caller caller = caller()) {
      String junk = "x".repeat(20_000);
      for (int i = 0; i < 100; i++) {
        await().atMost(LONG).until(() -> isTaken(caller, junk));
      }
      await().atMost(LONG).until(() -> isTaken(caller, request(1)));
      await().atMost(LONG).until(() -> LedgerRows.jobs(app) == 1);
      // Else it would be tried again and again, and its listener be down for a while each time.
      assertThat(log.with("listener invoker failed")).isEmpty();
    }
    assertThat(onDisk() - before).isLessThan(16 * LIMIT);
  }

  private static boolean isTaken(TestBroker.Caller caller, String text) {
    try {
      caller.send(REQUESTS, text);
      return true;
    } catch (JMSException e) {
      return false;
    }
  }

  @Test
  void onADiskThatIsTooFullSendersAreRefusedAndTheRestGoesOn() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      RestClient rest =
          RestClient.of(
              app.with("leonardo.jms.min-disk-free", String.valueOf(Long.MAX_VALUE))
                  .with("leonardo.rest.enabled", "true")
                  .start());
      await().atMost(LONG).until(() -> log.with("room on the broker's disk is away").size() == 1);

      try (TestBroker.Caller caller = caller()) {
        assertThatThrownBy(() -> caller.send(REQUESTS, request(1)))
            .isInstanceOf(JMSException.class)
            .hasMessageContaining("full");
      }
      assertThat(rest.post(InboxFixture.request("a")).statusCode()).isEqualTo(202);
    }
  }

  @Test
  void aBrokerThatWasStoppedIsRestartedWithNothingLostOrDoubled() throws Exception {
    app.start();
    app.context().getRouteController().stopRoute("intake-jms");
    try (LogCapture log = LogCapture.open()) {
      int taken = 50;
      try (TestBroker.Caller caller = caller()) {
        for (int i = 0; i < taken; i++) {
          Message message = caller.session.createTextMessage(request(i));
          message.setJMSReplyTo(caller.session.createQueue("answers"));
          caller.send(REQUESTS, message);
        }
      }
      app.context().getRouteController().startRoute("intake-jms");
      await().atMost(LONG).until(() -> LedgerRows.jobs(app) > 3);
      stopTheBroker();

      await().atMost(LONG).until(() -> log.with("the built-in broker").size() >= 2);
      await().atMost(LONG).until(() -> LedgerRows.jobs(app) == taken);
      try (TestBroker.Caller caller = caller()) {
        for (int i = 0; i < 3 * taken; i++) {
          assertThat(caller.receive("answers")).as("answer %s", i).isNotNull();
        }
        caller.send(REQUESTS, request(taken));
        await().atMost(LONG).until(() -> LedgerRows.jobs(app) == taken + 1);
      }
      await().atMost(LONG).until(() -> provider.creates().size() == taken + 1);
      assertThat(log.with("the built-in broker")).hasSize(2);
      assertThat(log.with("the built-in broker").get(0))
          .startsWith("WARN the built-in broker is away, retrying: ");
      assertThat(log.with("the built-in broker").get(1))
          .isEqualTo("INFO the built-in broker is back");
    }
  }

  /** As it stops itself when it cannot write: in its middle, whoever is connected. */
  private void stopTheBroker() throws Exception {
    ConnectionFactory own =
        app.context()
            .getRegistry()
            .lookupByNameAndType("leonardoConnectionFactory", ConnectionFactory.class);
    try (Connection connection = own.createConnection();
        Session session = connection.createSession()) {
      connection.start();
      Message stop = session.createMessage();
      JMSManagementHelper.putOperationInvocation(stop, "broker", "forceFailover");
      session.createProducer(session.createQueue("activemq.management")).send(stop);
    } catch (JMSException e) {
      // it was faster
    }
  }
}
