package io.leonardoroutes.jms;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.InflaterInputStream;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.RedeliveryPolicy;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.apache.activemq.artemis.jms.client.JMSExceptionHelper;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTempQueue;
import org.apache.activemq.command.ActiveMQTempTopic;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.util.ByteArrayInputStream;
import org.apache.activemq.util.ByteSequence;
import org.messaginghub.pooled.jms.JmsPoolSession;

/** The libraries that speak to brokers, each with a protocol of its own. */
public enum JmsClient {
  /** Apache Artemis, as the built-in broker is. */
  ARTEMIS("tcp://host:61616", "\\(?tcp:.+") {
    @Override
    public ConnectionFactory connections(String url, String user, String password) {
      var factory =
          new org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory(url, user, password);
      // Without a window of messages fetched ahead, no consumer sits on work that another could do.
      factory.setConsumerWindowSize(0);
      return factory;
    }

    @Override
    public long textBytes(TextMessage message) throws JMSException {
      // Decoded when it came: no more can be spared.
      String text = message.getText();
      return text == null ? 0 : text.length();
    }

    /** The library would have a temporary queue made anew for its answers, which nobody reads. */
    @Override
    public void mustBeThere(Destination to, ConnectionFactory connections) throws JMSException {
      if (to instanceof TemporaryQueue queue) {
        try (Connection connection = connections.createConnection();
            Session session = connection.createSession()) {
          Session own =
              session instanceof JmsPoolSession ours ? ours.getInternalSession() : session;
          SimpleString name = SimpleString.of(queue.getQueueName());
          if (!((ActiveMQSession) own).getCoreSession().addressQuery(name).isExists()) {
            throw new InvalidDestinationException(queue.getQueueName() + " is gone");
          }
        } catch (ActiveMQException e) {
          throw JMSExceptionHelper.convertFromActiveMQException(e);
        }
      }
    }

    @Override
    Queue queue(String name, boolean temporary) {
      return temporary
          ? ActiveMQDestination.createTemporaryQueue(name)
          : ActiveMQDestination.createQueue(name);
    }

    @Override
    Topic topic(String name, boolean temporary) {
      return temporary
          ? ActiveMQDestination.createTemporaryTopic(name)
          : ActiveMQDestination.createTopic(name);
    }
  },

  /** Apache ActiveMQ Classic 6, over OpenWire. */
  ACTIVEMQ("tcp://host:61616 or ssl://host:61617", "(failover:.*)?\\(?(tcp|ssl)://.+") {
    @Override
    public ConnectionFactory connections(String url, String user, String password) {
      ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(user, password, url);
      // Few, as no other consumer gets them; but more than one, as one that waits for its
      // redelivery counts.
      factory.getPrefetchPolicy().setQueuePrefetch(10);
      factory.setRedeliveryPolicy(redeliveries());
      factory.setNonBlockingRedelivery(true);
      // The broker itself refuses a reply to a caller that is gone, and so needs no rights for
      // this.
      factory.setWatchTopicAdvisories(false);
      factory.setConnectResponseTimeout(PATIENCE);
      factory.setSendTimeout(PATIENCE);
      factory.setCloseTimeout(PATIENCE);
      return factory;
    }

    /** Here the client counts them, and would put a message aside after six. */
    private static RedeliveryPolicy redeliveries() {
      RedeliveryPolicy policy = new RedeliveryPolicy();
      policy.setMaximumRedeliveries(JmsBroker.REDELIVERIES);
      policy.setInitialRedeliveryDelay(JmsBroker.FIRST_REDELIVERY);
      policy.setRedeliveryDelay(JmsBroker.FIRST_REDELIVERY);
      policy.setUseExponentialBackOff(true);
      policy.setBackOffMultiplier(2);
      policy.setMaximumRedeliveryDelay(JmsBroker.LAST_REDELIVERY);
      return policy;
    }

    /** As its head says, which its decoder believes: a hundred bytes may claim two gigabytes. */
    @Override
    public long textBytes(TextMessage message) throws JMSException {
      org.apache.activemq.command.Message packed = (org.apache.activemq.command.Message) message;
      ByteSequence content = packed.getContent();
      if (content == null) {
        return 0;
      }
      InputStream bytes = new ByteArrayInputStream(content);
      try (DataInputStream head =
          new DataInputStream(packed.isCompressed() ? new InflaterInputStream(bytes) : bytes)) {
        return head.readInt();
      } catch (IOException e) {
        throw new MessageFormatException("it has no length: " + e.getMessage());
      }
    }

    @Override
    Queue queue(String name, boolean temporary) {
      return temporary ? new ActiveMQTempQueue(name) : new ActiveMQQueue(name);
    }

    @Override
    Topic topic(String name, boolean temporary) {
      return temporary ? new ActiveMQTempTopic(name) : new ActiveMQTopic(name);
    }
  };

  /** Milliseconds that a broker may take for an answer. */
  private static final int PATIENCE = 30_000;

  private final String example;
  private final String addresses;

  JmsClient(String example, String addresses) {
    this.example = example;
    this.addresses = addresses;
  }

  /** As {@code leonardo.jms.client} says it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String example() {
    return example;
  }

  boolean connectsTo(String url) {
    return url.matches(addresses);
  }

  public abstract ConnectionFactory connections(String url, String user, String password);

  /** About how long its text is, as far as that shows before it is decoded; in bytes at most. */
  public abstract long textBytes(TextMessage message) throws JMSException;

  /**
   * Asks the broker for a destination that only its caller can make, where the broker itself would
   * not refuse what is sent there.
   *
   * @throws InvalidDestinationException if it is gone
   */
  public void mustBeThere(Destination to, ConnectionFactory connections) throws JMSException {}

  abstract Queue queue(String name, boolean temporary);

  abstract Topic topic(String name, boolean temporary);
}
