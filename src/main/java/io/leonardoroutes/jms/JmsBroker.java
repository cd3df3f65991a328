package io.leonardoroutes.jms;

import io.leonardoroutes.health.Outages;
import io.leonardoroutes.settings.Secret;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import java.nio.file.Path;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.messaginghub.pooled.jms.pool.PooledConnectionKey;
import org.springframework.jms.connection.SingleConnectionFactory;

/** The connection to the JMS broker, and the built-in broker itself if no other is set. */
public final class JmsBroker implements AutoCloseable {
  // More than a week of redeliveries: a message that waits for an unreachable ledger must not end
  // in the dead letter queue.
  static final int REDELIVERIES = 10_000;
  static final long FIRST_REDELIVERY_MILLIS = 1_000;
  static final long LAST_REDELIVERY_MILLIS = 60_000;

  private final EmbeddedBroker embedded;
  private final JmsPoolConnectionFactory pool;

  private JmsBroker(
      EmbeddedBroker embedded, ConnectionFactory own, JmsSettings jms, Outages outages) {
    this.embedded = embedded;
    if (embedded == null) {
      this.pool = new ReportingPool(jms, "the broker at " + jms.address(), outages);
      pool.setConnectionFactory(
          own == null ? jms.client().connectionFactory(jms.url(), jms.user(), null) : own);
    } else {
      this.pool = new ReportingPool(null, EmbeddedBroker.NAME, outages);
      pool.setConnectionFactory(
          JmsClient.ARTEMIS.connectionFactory(
              embedded.url(), BrokerSecurity.OURS, embedded.password()));
    }
  }

  /** Connects to an external broker, as soon as it is reachable. */
  public static JmsBroker connectTo(JmsSettings jms, Outages outages) {
    return new JmsBroker(null, null, jms, outages);
  }

  /**
   * Connects through the application's own factory. A caching or pooling wrapper around it is
   * removed, because connections are pooled here.
   *
   * @throws IllegalArgumentException if the factory is not of the library named by {@code
   *     leonardo.jms.client}
   */
  public static JmsBroker using(ConnectionFactory own, JmsSettings jms, Outages outages) {
    ConnectionFactory inner = own;
    if (inner instanceof SingleConnectionFactory cached
        && cached.getTargetConnectionFactory() != null) {
      inner = cached.getTargetConnectionFactory();
    }
    if (inner instanceof JmsPoolConnectionFactory pooled
        && pooled.getConnectionFactory() instanceof ConnectionFactory target) {
      inner = target;
    }
    return new JmsBroker(null, jms.client().adapted(inner), jms, outages);
  }

  /** Starts the built-in broker with its journal in this folder, and connects to it. */
  public static JmsBroker startEmbedded(Path folder, JmsSettings jms, Outages outages)
      throws Exception {
    EmbeddedBroker embedded = new EmbeddedBroker(folder, jms, outages);
    embedded.start();
    return new JmsBroker(embedded, null, jms, outages);
  }

  /** Reports once that the broker is unreachable, in place of every consumer that retries. */
  private static final class ReportingPool extends JmsPoolConnectionFactory {
    private final Secret password;
    private final String user;
    private final String broker;
    private final Outages outages;

    private ReportingPool(JmsSettings jms, String broker, Outages outages) {
      this.user = jms == null ? null : jms.user();
      this.password = jms == null ? null : jms.password();
      this.broker = broker;
      this.outages = outages;
    }

    @Override
    protected Connection createProviderConnection(PooledConnectionKey key) throws JMSException {
      try {
        Connection connection = start(super.createProviderConnection(login(key)));
        outages.reportUp(broker);
        return connection;
      } catch (JMSException e) {
        reportRefusal(e);
        outages.reportDown(broker, String.valueOf(e.getMessage()));
        throw e;
      }
    }

    private void reportRefusal(JMSException e) {
      if (password != null && e instanceof JMSSecurityException) {
        password.markRefused();
      }
    }

    /** Adds user and password; the password is read again for each connection, as it may change. */
    private PooledConnectionKey login(PooledConnectionKey anonymous) {
      return password == null ? anonymous : new PooledConnectionKey(user, password.get());
    }

    /** Starts it here, because some clients log in only on start. */
    private static Connection start(Connection connection) throws JMSException {
      try {
        connection.start();
        return connection;
      } catch (JMSException e) {
        connection.close();
        throw e;
      }
    }
  }

  public ConnectionFactory connectionFactory() {
    return pool;
  }

  @Override
  public void close() throws Exception {
    pool.stop();
    if (embedded != null) {
      embedded.close();
    }
  }
}
