package io.leonardoroutes;

import io.leonardoroutes.health.Outages;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.nio.file.Path;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/** The connection to the JMS broker, and the broker inside if no other is named. */
final class Broker implements AutoCloseable {
  // more than a week of them: what waits for a ledger that is away should not have to be put back
  private static final int REDELIVERIES = 10_000;
  private static final long FIRST_REDELIVERY = 1_000;
  private static final long LAST_REDELIVERY = 60_000;

  private final EmbeddedActiveMQ embedded;
  private final JmsPoolConnectionFactory pool;

  private Broker(EmbeddedActiveMQ embedded, JmsPoolConnectionFactory pool) {
    this.embedded = embedded;
    this.pool = pool;
  }

  /** Connects to a broker elsewhere, now or when it is there. */
  static Broker at(String url, Outages outages) {
    ActiveMQConnectionFactory factory = new Watched(url, outages);
    // Without a window of messages fetched ahead, no consumer sits on work that another could do.
    factory.setConsumerWindowSize(0);
    JmsPoolConnectionFactory pool = new JmsPoolConnectionFactory();
    pool.setConnectionFactory(factory);
    return new Broker(null, pool);
  }

  /** Starts a broker on a loopback port with its journal on disk. */
  static Broker inside(Path folder, int port, Outages outages) throws Exception {
    String url = "tcp://127.0.0.1:" + port;
    Configuration config =
        new ConfigurationImpl()
            .setName("leonardo-routes")
            .setPersistenceEnabled(true)
            .setJournalDirectory(folder.resolve("journal").toString())
            .setBindingsDirectory(folder.resolve("bindings").toString())
            .setLargeMessagesDirectory(folder.resolve("large").toString())
            .setPagingDirectory(folder.resolve("paging").toString())
            .setSecurityEnabled(false)
            .setJMXManagementEnabled(false)
            .addAcceptorConfiguration("loopback", url);
    AddressSettings all =
        new AddressSettings()
            .setDeadLetterAddress(SimpleString.of("leonardo.dead"))
            .setAutoCreateDeadLetterResources(true)
            .setMaxDeliveryAttempts(REDELIVERIES)
            .setRedeliveryDelay(FIRST_REDELIVERY)
            .setRedeliveryMultiplier(2)
            .setMaxRedeliveryDelay(LAST_REDELIVERY);
    config.addAddressSetting("#", all);
    EmbeddedActiveMQ embedded = new EmbeddedActiveMQ().setConfiguration(config);
    embedded.start();
    return new Broker(embedded, at(url, outages).pool);
  }

  /** Says in the log that the broker is away, in place of those who keep trying to connect. */
  private static final class Watched extends ActiveMQConnectionFactory {
    private static final long serialVersionUID = 1L;
    private final String broker;
    private final transient Outages outages;

    private Watched(String url, Outages outages) {
      super(url);
      this.broker = "the broker at " + url.replaceFirst("\\?.*", "");
      this.outages = outages;
    }

    @Override
    public Connection createConnection() throws JMSException {
      try {
        Connection connection = super.createConnection();
        outages.back(broker);
        return connection;
      } catch (JMSException e) {
        outages.away(broker, String.valueOf(e.getMessage()));
        throw e;
      }
    }
  }

  ConnectionFactory connections() {
    return pool;
  }

  @Override
  public void close() throws Exception {
    pool.stop();
    if (embedded != null) {
      embedded.stop();
    }
  }
}
