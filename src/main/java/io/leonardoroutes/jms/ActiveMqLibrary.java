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
  /** Milliseconds that a broker may take for an answer. */
  private static final int PATIENCE = 30_000;

  @Override
  public ConnectionFactory connections(String url, String user, String password) {
    return tuned(new ActiveMQConnectionFactory(user, password, url));
  }

  /** A copy, as the application has its own way with what fails. */
  @Override
  public Optional<ConnectionFactory> tuned(ConnectionFactory own) {
    return own instanceof ActiveMQConnectionFactory theirs
        ? Optional.of(tuned(theirs.copy()))
        : Optional.empty();
  }

  private static ActiveMQConnectionFactory tuned(ActiveMQConnectionFactory factory) {
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
  public Queue queue(String name, boolean temporary) {
    return temporary ? new ActiveMQTempQueue(name) : new ActiveMQQueue(name);
  }

  @Override
  public Topic topic(String name, boolean temporary) {
    return temporary ? new ActiveMQTempTopic(name) : new ActiveMQTopic(name);
  }
}
