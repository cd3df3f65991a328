package io.leonardoroutes.jms;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.Optional;

/** What is done with the classes of one client library. */
interface JmsLibrary {
  ConnectionFactory connections(String url, String user, String password);

  /** A factory of the application's, for use here; empty if it is another library's. */
  Optional<ConnectionFactory> tuned(ConnectionFactory own);

  /** See {@link JmsClient#textBytes}. */
  long textBytes(TextMessage message) throws JMSException;

  /**
   * See {@link JmsClient#mustBeThere}.
   *
   * @throws InvalidDestinationException if it is gone
   */
  default void mustBeThere(Destination to, ConnectionFactory connections) throws JMSException {}

  Queue queue(String name, boolean temporary);

  Topic topic(String name, boolean temporary);
}
