package io.leonardoroutes;

import io.leonardoroutes.jms.JmsClient;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.util.Set;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager;
import org.apache.activemq.broker.Broker;
import org.apache.activemq.broker.BrokerFilter;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.ConnectionContext;
import org.apache.activemq.broker.region.Subscription;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.ConsumerInfo;

/**
 * A broker of somebody else's at its defaults, Artemis or ActiveMQ Classic, that can be stopped and
 * started on one port and journal.
 */
final class TestBroker implements AutoCloseable {
  static final String USER = "erp";
  static final String PASSWORD = "canary-password";

  private final JmsClient kind;
  private final Path folder;
  private final int port;
  private boolean asksForNames;
  private volatile String password = PASSWORD;
  private volatile boolean listening = true;
  private EmbeddedActiveMQ artemis;
  private BrokerService classic;

  TestBroker(Path folder, int port) {
    this(JmsClient.ARTEMIS, folder, port);
  }

  TestBroker(JmsClient kind, Path folder, int port) {
    this.kind = kind;
    this.folder = folder;
    this.port = port;
  }

  String url() {
    return "tcp://127.0.0.1:" + port;
  }

  /** Lets in none but {@link #USER}. */
  TestBroker askingForNames() {
    asksForNames = true;
    return this;
  }

  /** From now on it asks for another password. */
  void askFor(String password) {
    this.password = password;
  }

  /** Whether it lets anybody listen to queues, from the next one on who asks. */
  void letListen(boolean listening) {
    this.listening = listening;
  }

  void start() throws Exception {
    if (kind == JmsClient.ARTEMIS) {
      startArtemis();
    } else {
      startClassic();
    }
  }

  private void startArtemis() throws Exception {
    artemis =
        new EmbeddedActiveMQ()
            .setConfiguration(
                new ConfigurationImpl()
                    .setSecurityEnabled(asksForNames)
                    .setSecurityInvalidationInterval(0)
                    .setJMXManagementEnabled(false)
                    .setJournalDirectory(folder.resolve("journal").toString())
                    .setBindingsDirectory(folder.resolve("bindings").toString())
                    .setLargeMessagesDirectory(folder.resolve("large").toString())
                    .setPagingDirectory(folder.resolve("paging").toString())
                    .addAcceptorConfiguration("tcp", url()));
    artemis.setSecurityManager(
        new ActiveMQSecurityManager() {
          @Override
          public boolean validateUser(String user, String password) {
            return isKnown(user, password);
          }

          @Override
          public boolean validateUserAndRole(
              String user, String password, Set<Role> roles, CheckType what) {
            return isKnown(user, password) && (listening || what != CheckType.CONSUME);
          }
        });
    artemis.start();
  }

  private void startClassic() throws Exception {
    classic = new BrokerService();
    classic.setUseJmx(false);
    classic.setUseShutdownHook(false);
    classic.setDataDirectory(folder.toString());
    classic.addConnector(url());
    classic.setPlugins(new org.apache.activemq.broker.BrokerPlugin[] {Guarded::new});
    classic.start();
    classic.waitUntilStarted();
  }

  private final class Guarded extends BrokerFilter {
    private Guarded(Broker next) {
      super(next);
    }

    @Override
    public void addConnection(ConnectionContext context, ConnectionInfo info) throws Exception {
      if (asksForNames && !isKnown(info.getUserName(), info.getPassword())) {
        throw new SecurityException("User name [" + info.getUserName() + "] is invalid");
      }
      super.addConnection(context, info);
    }

    @Override
    public Subscription addConsumer(ConnectionContext context, ConsumerInfo info) throws Exception {
      if (!listening) {
        throw new SecurityException("not authorized to read from " + info.getDestination());
      }
      return super.addConsumer(context, info);
    }
  }

  private boolean isKnown(String user, String password) {
    return USER.equals(user) && this.password.equals(password);
  }

  void stop() throws Exception {
    if (artemis != null) {
      artemis.stop();
    }
    if (classic != null) {
      classic.stop();
      classic.waitUntilStopped();
    }
  }

  /** As a process of its own, that ends with its standard input. */
  public static void main(String[] arguments) throws Exception {
    new TestBroker(
            JmsClient.valueOf(arguments[0]), Path.of(arguments[1]), Integer.parseInt(arguments[2]))
        .start();
    System.in.read();
    Runtime.getRuntime().halt(0);
  }

  @Override
  public void close() throws Exception {
    stop();
  }

  /** A plain caller with one session of its own. */
  static final class Caller implements AutoCloseable {
    private static final long WAIT = 30_000;
    private final Connection connection;
    final Session session;

    Caller(String url) throws JMSException {
      this(JmsClient.ARTEMIS, url);
    }

    Caller(JmsClient client, String url) throws JMSException {
      this(client, url, PASSWORD);
    }

    Caller(JmsClient client, String url, String password) throws JMSException {
      connection = client.connections(url, USER, password).createConnection();
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
