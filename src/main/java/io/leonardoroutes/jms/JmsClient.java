package io.leonardoroutes.jms;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.Locale;

/**
 * The libraries that speak to brokers, each with a protocol of its own. Their classes are loaded
 * once they are used: an application without JMS has none of them.
 */
public enum JmsClient {
  /** Apache Artemis, as the built-in broker is. */
  ARTEMIS("tcp://host:61616", "\\(?tcp:.+"),

  /** Apache ActiveMQ Classic 6, over OpenWire. */
  ACTIVEMQ("tcp://host:61616 or ssl://host:61617", "(failover:.*)?\\(?(tcp|ssl)://.+");

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

  private JmsLibrary library() {
    return this == ARTEMIS ? new ArtemisLibrary() : new ActiveMqLibrary();
  }

  public ConnectionFactory connections(String url, String user, String password) {
    return library().connections(url, user, password);
  }

  /**
   * A factory of the application's, for use here.
   *
   * @throws IllegalArgumentException if it is another library's
   */
  ConnectionFactory tuned(ConnectionFactory own) {
    return library()
        .tuned(own)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "is a %s, which is not of the client %s"
                        .formatted(own.getClass().getName(), word())));
  }

  /** About how long its text is, as far as that shows before it is decoded; in bytes at most. */
  public long textBytes(TextMessage message) throws JMSException {
    return library().textBytes(message);
  }

  /**
   * Asks the broker for a destination that only its caller can make, where the broker itself would
   * not refuse what is sent there.
   *
   * @throws InvalidDestinationException if it is gone
   */
  public void mustBeThere(Destination to, ConnectionFactory connections) throws JMSException {
    library().mustBeThere(to, connections);
  }

  Queue queue(String name, boolean temporary) {
    return library().queue(name, temporary);
  }

  Topic topic(String name, boolean temporary) {
    return library().topic(name, temporary);
  }
}
