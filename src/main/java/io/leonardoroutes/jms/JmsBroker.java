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

/** The connection to the JMS broker, and the built-in broker if no other is named. */
public final class JmsBroker implements AutoCloseable {
  // more than a week of them: what waits for a ledger that is away should not have to be put back
  static final int REDELIVERIES = 10_000;
  static final long FIRST_REDELIVERY = 1_000;
  static final long LAST_REDELIVERY = 60_000;

  private final EmbeddedBroker embedded;
  private final JmsPoolConnectionFactory pool;

  private JmsBroker(
      EmbeddedBroker embedded, ConnectionFactory own, JmsSettings jms, Outages outages) {
    this.embedded = embedded;
    if (embedded == null) {
      this.pool = new Watched(jms, "the broker at " + jms.address(), outages);
      pool.setConnectionFactory(
          own == null ? jms.client().connections(jms.url(), jms.user(), null) : own);
    } else {
      this.pool = new Watched(null, EmbeddedBroker.NAME, outages);
      pool.setConnectionFactory(
          JmsClient.ARTEMIS.connections(embedded.url(), BrokerSecurity.OURS, embedded.password()));
    }
  }

  /** Connects to a broker elsewhere, now or when it is there. */
  public static JmsBroker at(JmsSettings jms, Outages outages) {
    return new JmsBroker(null, null, jms, outages);
  }

  /**
   * Connects as the application does. What caches or pools connections there is left out, as there
   * is a pool here.
   *
   * @throws IllegalArgumentException if its library is not the one that {@code leonardo.jms.client}
   *     says
   */
  public static JmsBroker with(ConnectionFactory own, JmsSettings jms, Outages outages) {
    ConnectionFactory inner = own;
    if (inner instanceof SingleConnectionFactory cached
        && cached.getTargetConnectionFactory() != null) {
      inner = cached.getTargetConnectionFactory();
    }
    if (inner instanceof JmsPoolConnectionFactory pooled
        && pooled.getConnectionFactory() instanceof ConnectionFactory target) {
      inner = target;
    }
    return new JmsBroker(null, jms.client().tuned(inner), jms, outages);
  }

  /** Starts a broker with its journal on disk. */
  public static JmsBroker inside(Path folder, JmsSettings jms, Outages outages) throws Exception {
    EmbeddedBroker embedded = new EmbeddedBroker(folder, jms, outages);
    embedded.start();
    return new JmsBroker(embedded, null, jms, outages);
  }

  /** Says in the log that the broker is away, in place of those who keep trying to connect. */
  private static final class Watched extends JmsPoolConnectionFactory {
    private final Secret password;
    private final String user;
    private final String broker;
    private final Outages outages;

    private Watched(JmsSettings jms, String broker, Outages outages) {
      this.user = jms == null ? null : jms.user();
      this.password = jms == null ? null : jms.password();
      this.broker = broker;
      this.outages = outages;
    }

    @Override
    protected Connection createProviderConnection(PooledConnectionKey key) throws JMSException {
      try {
        Connection connection = started(super.createProviderConnection(login(key)));
        outages.reportUp(broker);
        return connection;
      } catch (JMSException e) {
        refused(e);
        outages.reportDown(broker, String.valueOf(e.getMessage()));
        throw e;
      }
    }

    private void refused(JMSException e) {
      if (password != null && e instanceof JMSSecurityException) {
        password.refused();
      }
    }

    /** By the password as it is now. */
    private PooledConnectionKey login(PooledConnectionKey nobody) {
      return password == null ? nobody : new PooledConnectionKey(user, password.get());
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
      embedded.close();
    }
  }
}
