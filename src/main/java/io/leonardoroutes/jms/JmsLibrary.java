package io.leonardoroutes.jms;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.Optional;

/** The operations that need the classes of one JMS client library. */
interface JmsLibrary {
  ConnectionFactory connectionFactory(String url, String user, String password);

  /** Adapts the application's own factory; empty if the factory belongs to another library. */
  Optional<ConnectionFactory> adapted(ConnectionFactory own);

  /** See {@link JmsClient#textBytes}. */
  long textBytes(TextMessage message) throws JMSException;

  /**
   * See {@link JmsClient#requireExists}.
   *
   * @throws InvalidDestinationException if the destination no longer exists
   */
  default void requireExists(Destination to, ConnectionFactory connections) throws JMSException {}

  Queue queue(String name, boolean temporary);

  Topic topic(String name, boolean temporary);
}
