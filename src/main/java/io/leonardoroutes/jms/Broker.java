package io.leonardoroutes.jms;

import io.leonardoroutes.health.Outages;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import java.nio.file.Path;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.server.files.FileStoreMonitor;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.messaginghub.pooled.jms.pool.PooledConnectionKey;

/** The connection to the JMS broker, and the broker inside if no other is named. */
public final class Broker implements AutoCloseable {
  // more than a week of them: what waits for a ledger that is away should not have to be put back
  static final int REDELIVERIES = 10_000;
  static final long FIRST_REDELIVERY = 1_000;
  static final long LAST_REDELIVERY = 60_000;

  private static final String ROOM = "room on the broker's disk";

  private final EmbeddedActiveMQ embedded;
  private final JmsPoolConnectionFactory pool;

  private Broker(EmbeddedActiveMQ embedded, JmsSettings jms, Outages outages) {
    this.embedded = embedded;
    this.pool = new Watched(jms, outages);
    pool.setConnectionFactory(
        jms.client().connections(embedded == null ? jms.url() : jms.address(), jms.user(), null));
  }

  /** Connects to a broker elsewhere, now or when it is there. */
  public static Broker at(JmsSettings jms, Outages outages) {
    return new Broker(null, jms, outages);
  }

  /** Starts a broker on a loopback port with its journal on disk. */
  public static Broker inside(Path folder, JmsSettings jms, Outages outages) throws Exception {
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
            .addAcceptorConfiguration("loopback", jms.address());
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
    FileStoreMonitor disk = ((ActiveMQServerImpl) embedded.getActiveMQServer()).getMonitor();
    disk.addCallback((left, size, enough, type) -> room(outages, left, enough));
    return new Broker(embedded, jms, outages);
  }

  /** A disk that is too full stops every sender without a word. */
  static void room(Outages outages, long left, boolean enough) {
    if (enough) {
      outages.back(ROOM);
    } else {
      outages.away(ROOM, (left >> 20) + " MiB are left: the broker inside takes nothing more");
    }
  }

  /** Says in the log that the broker is away, in place of those who keep trying to connect. */
  private static final class Watched extends JmsPoolConnectionFactory {
    private final JmsSettings jms;
    private final String broker;
    private final Outages outages;

    private Watched(JmsSettings jms, Outages outages) {
      this.jms = jms;
      this.broker = "the broker at " + jms.address();
      this.outages = outages;
    }

    @Override
    protected Connection createProviderConnection(PooledConnectionKey key) throws JMSException {
      try {
        Connection connection = started(super.createProviderConnection(login(key)));
        outages.back(broker);
        return connection;
      } catch (JMSException e) {
        refused(e);
        outages.away(broker, String.valueOf(e.getMessage()));
        throw e;
      }
    }

    private void refused(JMSException e) {
      if (jms.password() != null && e instanceof JMSSecurityException) {
        jms.password().refused();
      }
    }

    /** By the password as it is now. */
    private PooledConnectionKey login(PooledConnectionKey nobody) {
      return jms.password() == null
          ? nobody
          : new PooledConnectionKey(jms.user(), jms.password().get());
    }

    /** Some clients give their name to the broker only now. */
    private static Connection started(Connection connection) throws JMSException {
      try {
        connection.start();
        return connection;
      } catch (JMSException e) {
        connection.close();
        throw e;
      }
    }
  }

  public ConnectionFactory connections() {
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
