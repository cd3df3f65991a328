package io.leonardoroutes.jms;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.InflaterInputStream;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.RedeliveryPolicy;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTempQueue;
import org.apache.activemq.command.ActiveMQTempTopic;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.util.ByteArrayInputStream;
import org.apache.activemq.util.ByteSequence;

/** Apache ActiveMQ Classic 6, over OpenWire. */
final class ActiveMqLibrary implements JmsLibrary {
  /** How long to wait for the broker to answer. */
  private static final int TIMEOUT_MILLIS = 30_000;

  @Override
  public ConnectionFactory connectionFactory(String url, String user, String password) {
    return adapted(new ActiveMQConnectionFactory(user, password, url));
  }

  /** Adapts a copy: the application may rely on its own redelivery policy. */
  @Override
  public Optional<ConnectionFactory> adapted(ConnectionFactory own) {
    return own instanceof ActiveMQConnectionFactory theirs
        ? Optional.of(adapted(theirs.copy()))
        : Optional.empty();
  }

  private static ActiveMQConnectionFactory adapted(ActiveMQConnectionFactory factory) {
    // Few, since no other consumer gets prefetched messages; more than one, since a message waiting
    // for redelivery still counts against the prefetch.
    factory.getPrefetchPolicy().setQueuePrefetch(10);
    factory.setRedeliveryPolicy(redeliveries());
    factory.setNonBlockingRedelivery(true);
    // Not needed, since the broker itself refuses a reply to a caller that is gone; without it this
    // user needs no rights on the advisory topics.
    factory.setWatchTopicAdvisories(false);
    factory.setConnectResponseTimeout(TIMEOUT_MILLIS);
    factory.setSendTimeout(TIMEOUT_MILLIS);
    factory.setCloseTimeout(TIMEOUT_MILLIS);
    return factory;
  }

  /** With Classic the client counts redeliveries, and by default gives a message up after six. */
  private static RedeliveryPolicy redeliveries() {
    RedeliveryPolicy policy = new RedeliveryPolicy();
    policy.setMaximumRedeliveries(JmsBroker.REDELIVERIES);
    policy.setInitialRedeliveryDelay(JmsBroker.FIRST_REDELIVERY_MILLIS);
    policy.setRedeliveryDelay(JmsBroker.FIRST_REDELIVERY_MILLIS);
    policy.setUseExponentialBackOff(true);
    policy.setBackOffMultiplier(2);
    policy.setMaximumRedeliveryDelay(JmsBroker.LAST_REDELIVERY_MILLIS);
    return policy;
  }

  /**
   * Reads the declared length, because the decoder allocates that much: a message of a hundred
   * bytes may declare two gigabytes.
   */
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
      throw new MessageFormatException(
          "the text message has no readable length: " + e.getMessage());
    }
  }

  @Override
  public Queue queue(String name, boolean temporary) {
    return temporary ? new ActiveMQTempQueue(name) : new ActiveMQQueue(name);
  }

  @Override
  public Topic topic(String name, boolean temporary) {
    return temporary ? new ActiveMQTempTopic(name) : new ActiveMQTopic(name);
  }
}
