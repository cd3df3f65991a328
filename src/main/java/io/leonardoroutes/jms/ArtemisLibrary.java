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

/** Apache Artemis, which is also the built-in broker. */
final class ArtemisLibrary implements JmsLibrary {
  @Override
  public ConnectionFactory connectionFactory(String url, String user, String password) {
    var factory = new ActiveMQConnectionFactory(url, user, password);
    // No prefetch: a consumer must not hold messages that another one could process.
    factory.setConsumerWindowSize(0);
    return factory;
  }

  /** Returns it unchanged: its prefetch is set for every user of the factory. */
  @Override
  public Optional<ConnectionFactory> adapted(ConnectionFactory own) {
    return own instanceof ActiveMQConnectionFactory ? Optional.of(own) : Optional.empty();
  }

  @Override
  public long textBytes(TextMessage message) throws JMSException {
    // The client has decoded it already, so there is nothing left to save.
    String text = message.getText();
    return text == null ? 0 : text.length();
  }

  /** Artemis would create the temporary queue again for the reply, and nobody would read it. */
  @Override
  public void requireExists(Destination to, ConnectionFactory connections) throws JMSException {
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
