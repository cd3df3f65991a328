package io.leonardoroutes.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leonardoroutes.fixture.App;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.core.client.impl.ClientSessionFactoryInternal;
import org.apache.activemq.artemis.core.client.impl.ClientSessionInternal;
import org.apache.activemq.artemis.core.protocol.core.Channel;
import org.apache.activemq.artemis.core.protocol.core.CoreRemotingConnection;
import org.apache.activemq.artemis.core.protocol.core.Packet;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.CreateQueueMessage;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.Ping;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.ReattachSessionMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What no client of the built-in broker would say, over the Artemis core protocol. */
class BrokerPacketsTest {
  private static final Duration LONG = Patience.LONG;
  private static final int CLUSTER = 3;
  private static final int FEDERATION = 4;

  @TempDir Path folder;
  private final int port = App.freePort();
  private ScriptedProvider provider;
  private App app;
  private ServerLocator locator;
  private ClientSessionFactoryInternal factory;

  @BeforeEach
  void open() throws Exception {
    provider = ScriptedProvider.start();
    app =
        App.in(folder)
            .at(provider)
            .with("leonardo.jms.enabled", "true")
            .with("leonardo.jms.port", String.valueOf(port))
            .start();
    locator = ActiveMQClient.createServerLocator("tcp://127.0.0.1:" + port);
    factory = (ClientSessionFactoryInternal) locator.createSessionFactory();
  }

  @AfterEach
  void close() throws Exception {
    locator.close();
    app.close();
    provider.close();
  }

  /** Says it, and waits until the connection is closed for it. */
  private void assertClosed(long channel, Packet packet) {
    CoreRemotingConnection connection = (CoreRemotingConnection) factory.getConnection();
    Channel to = connection.getChannel(channel, -1);
    to.send(packet);
    await().atMost(LONG).until(() -> !connection.getTransportConnection().isOpen());
  }

  private boolean isThere(String queue) throws Exception {
    try (ClientSession session = locator.createSessionFactory().createSession()) {
      return session.queueQuery(SimpleString.of(queue)).isExists();
    }
  }

  @Test
  void aSessionOfSomebodyElseIsNotTakenOver() throws Exception {
    try (ClientSession victim = locator.createSessionFactory().createSession()) {
      assertClosed(1, new ReattachSessionMessage(((ClientSessionInternal) victim).getName(), -1));

      assertThat(victim.addressQuery(SimpleString.of("leonardo.requests")).isExists()).isTrue();
    }
  }

  @Test
  void noQueueIsMadeBeforeAnybodyIsKnown() throws Exception {
    SimpleString name = SimpleString.of("copy");
    assertClosed(
        1,
        new CreateQueueMessage(
            SimpleString.of("leonardo.requests"), name, null, true, false, false));

    assertThat(isThere("copy")).isFalse();
  }

  @Test
  void nobodyBecomesAPartOfAClusterOrFederation() {
    assertClosed(CLUSTER, new Ping(1_000));
    locator.close();
    locator = assertLocator();
    assertClosed(FEDERATION, new Ping(1_000));
  }

  private ServerLocator assertLocator() {
    try {
      ServerLocator next = ActiveMQClient.createServerLocator("tcp://127.0.0.1:" + port);
      factory = (ClientSessionFactoryInternal) next.createSessionFactory();
      return next;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aPacketThatNeverEndsIsNotKept() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      OutputStream out = socket.getOutputStream();
      out.write("ARTEMIS".getBytes(StandardCharsets.US_ASCII));
      // Not so long that its decoder refuses it by itself.
      out.write(new byte[] {0x10, 0, 0, 0});
      byte[] more = new byte[64 * 1_024];

      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  out.write(more);
                }
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aMessageThatNeverEndsIsNotWrittenToTheDisk() throws Exception {
    try (ClientSession session = factory.createSession()) {
      ClientMessage endless = session.createMessage(true);
      endless.setBodyInputStream(
          new InputStream() {
            private long left = 256L << 20;

            @Override
            public int read() {
              return left-- > 0 ? 'x' : -1;
            }

            @Override
            public int read(byte[] to, int from, int length) {
              left -= length;
              return left > 0 ? length : -1;
            }
          });

      assertThatThrownBy(() -> session.createProducer("leonardo.requests").send(endless))
          .isInstanceOf(ActiveMQException.class);
    }
    try (Stream<Path> files = Files.walk(app.data().resolve("broker/large"))) {
      assertThat(files.filter(Files::isRegularFile).mapToLong(BrokerPacketsTest::size).sum())
          .isLessThan(4L << 20);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }
}
