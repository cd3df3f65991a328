package io.leonardoroutes;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.nio.file.Path;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** A broker of somebody else's, that can be stopped and started on one port and journal. */
final class TestBroker implements AutoCloseable {
  private final Path folder;
  private final int port;
  private EmbeddedActiveMQ server;

  TestBroker(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  String url() {
    return "tcp://127.0.0.1:" + port;
  }

  void start() throws Exception {
    server =
        new EmbeddedActiveMQ()
            .setConfiguration(
                new ConfigurationImpl()
                    .setSecurityEnabled(false)
                    .setJMXManagementEnabled(false)
                    .setJournalDirectory(folder.resolve("journal").toString())
                    .setBindingsDirectory(folder.resolve("bindings").toString())
                    .setLargeMessagesDirectory(folder.resolve("large").toString())
                    .setPagingDirectory(folder.resolve("paging").toString())
                    .addAcceptorConfiguration("tcp", url()));
    server.start();
  }

  void stop() throws Exception {
    server.stop();
  }

  @Override
  public void close() throws Exception {
    if (server != null) {
      server.stop();
    }
  }

  /** A plain caller with one session of its own. */
  static final class Caller implements AutoCloseable {
    private static final long WAIT = 30_000;
    private final Connection connection;
    final Session session;

    Caller(String url) throws JMSException {
      connection = new ActiveMQConnectionFactory(url).createConnection();
      session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      connection.start();
    }

    Message send(String queue, Message message) throws JMSException {
      session.createProducer(session.createQueue(queue)).send(message);
      return message;
    }

    Message send(String queue, String text) throws JMSException {
      return send(queue, session.createTextMessage(text));
    }

    Message receive(jakarta.jms.Destination from) throws JMSException {
      try (var consumer = session.createConsumer(from)) {
        return consumer.receive(WAIT);
      }
    }

    Message receive(String queue) throws JMSException {
      return receive(session.createQueue(queue));
    }

    Message receiveNoMore(jakarta.jms.Destination from) throws JMSException {
      try (var consumer = session.createConsumer(from)) {
        return consumer.receive(500);
      }
    }

    @Override
    public void close() throws JMSException {
      connection.close();
    }
  }
}
