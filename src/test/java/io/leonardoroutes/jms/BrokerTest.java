package io.leonardoroutes.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.health.Outages;
import jakarta.jms.Connection;
import jakarta.jms.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the built-in broker tells of itself. */
class BrokerTest {
  private static final Duration LONG = Patience.LONG;

  @TempDir Path folder;

  private static JmsSettings settings(int port) {
    return new JmsSettings(
        null,
        port,
        true,
        JmsClient.ARTEMIS,
        null,
        null,
        false,
        "requests",
        new QueueNames("requests", Pattern.compile(".*")),
        new JmsSettings.Limits(262_144, 1 << 20, 0));
  }

  private static void send(EmbeddedBroker broker, String text) throws Exception {
    try (Connection connection = connection(broker);
        Session session = connection.createSession()) {
      session.createProducer(session.createQueue("requests")).send(session.createTextMessage(text));
    }
  }

  private static String take(EmbeddedBroker broker) throws Exception {
    try (Connection connection = connection(broker);
        Session session = connection.createSession()) {
      connection.start();
      return session
          .createConsumer(session.createQueue("requests"))
          .receive(LONG.toMillis())
          .getBody(String.class);
    }
  }

  private static Connection connection(EmbeddedBroker broker) throws Exception {
    return JmsClient.ARTEMIS
        .connectionFactory(broker.url(), BrokerSecurity.OURS, broker.password())
        .createConnection();
  }

  /** As a full disk is met. */
  private static void breakDisk(EmbeddedBroker broker) {
    broker.server().getStorageManager().criticalError(new IOException("No space left on device"));
  }

  @Test
  void anErrorOfItsDiskStopsItAndItIsStartedAgainOnItsJournalHoweverOften() throws Exception {
    Outages outages = new Outages();
    try (LogCapture log = LogCapture.open();
        EmbeddedBroker broker = new EmbeddedBroker(folder, settings(freePort()), outages)) {
      broker.start();
      for (int i = 1; i <= 3; i++) {
        int lines = 2 * i;
        send(broker, "message " + i);
        breakDisk(broker);

        await().atMost(LONG).until(() -> log.with("the built-in broker").size() == lines);
        assertThat(take(broker)).isEqualTo("message " + i);
      }
      assertThat(outages.away()).isEmpty();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void aDiskThatIsTooFullIsToldOnceAndOnceWhenThereIsRoomAgain() {
    Outages outages = new Outages();
    try (LogCapture log = LogCapture.open()) {
      EmbeddedBroker.reportDiskSpace(outages, 900L << 20, true);
      EmbeddedBroker.reportDiskSpace(outages, 7L << 20, false);
      EmbeddedBroker.reportDiskSpace(outages, 6L << 20, false);
      EmbeddedBroker.reportDiskSpace(outages, 900L << 20, true);

      assertThat(log.with("room"))
          .containsExactly(
              "WARN room on the broker's disk is away, retrying: 7 MiB are"
                  + " left: the built-in broker takes nothing more",
              "INFO room on the broker's disk is back");
    }
  }
}
