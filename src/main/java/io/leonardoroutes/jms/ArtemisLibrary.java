package io.leonardoroutes.jms;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.apache.activemq.artemis.jms.client.JMSExceptionHelper;
import org.messaginghub.pooled.jms.JmsPoolSession;

/** Apache Artemis, as the built-in broker is. */
final class ArtemisLibrary implements JmsLibrary {
  @Override
  public ConnectionFactory connections(String url, String user, String password) {
    var factory = new ActiveMQConnectionFactory(url, user, password);
    // Without a window of messages fetched ahead, no consumer sits on work that another could do.
    factory.setConsumerWindowSize(0);
    return factory;
  }

  /** As it is: what it fetches ahead is set for all that use it. */
  @Override
  public Optional<ConnectionFactory> tuned(ConnectionFactory own) {
    return own instanceof ActiveMQConnectionFactory ? Optional.of(own) : Optional.empty();
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
        Session own = session instanceof JmsPoolSession ours ? ours.getInternalSession() : session;
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
  public Queue queue(String name, boolean temporary) {
    return temporary
        ? ActiveMQDestination.createTemporaryQueue(name)
        : ActiveMQDestination.createQueue(name);
  }

  @Override
  public Topic topic(String name, boolean temporary) {
    return temporary
        ? ActiveMQDestination.createTemporaryTopic(name)
        : ActiveMQDestination.createTopic(name);
  }
}
