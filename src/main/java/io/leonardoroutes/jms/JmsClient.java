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
 * The supported JMS client libraries. Their classes are loaded on first use, because an application
 * needs only the one it uses, and none without JMS.
 */
public enum JmsClient {
  /** Apache Artemis, which is also the built-in broker. */
  ARTEMIS("tcp://host:61616", "\\(?tcp:.+"),

  /** Apache ActiveMQ Classic 6, over OpenWire. */
  ACTIVEMQ("tcp://host:61616 or ssl://host:61617", "(failover:.*)?\\(?(tcp|ssl)://.+");

  private final String example;
  private final String addresses;

  JmsClient(String example, String addresses) {
    this.example = example;
    this.addresses = addresses;
  }

  /** Its value in {@code leonardo.jms.client}. */
  public String settingValue() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** An address as an example for error messages. */
  public String example() {
    return example;
  }

  boolean connectsTo(String url) {
    return url.matches(addresses);
  }

  private JmsLibrary library() {
    return this == ARTEMIS ? new ArtemisLibrary() : new ActiveMqLibrary();
  }

  public ConnectionFactory connectionFactory(String url, String user, String password) {
    return library().connectionFactory(url, user, password);
  }

  /**
   * Adapts the application's own factory.
   *
   * @throws IllegalArgumentException if the factory belongs to another library
   */
  ConnectionFactory adapted(ConnectionFactory own) {
    return library()
        .adapted(own)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "is a %s, which is not of the client %s"
                        .formatted(own.getClass().getName(), settingValue())));
  }

  /**
   * The approximate length of the text, in bytes or characters, as far as it is known without
   * decoding the message.
   */
  public long textBytes(TextMessage message) throws JMSException {
    return library().textBytes(message);
  }

  /**
   * Checks that a caller's temporary destination still exists, for brokers that would not refuse a
   * message to it.
   *
   * @throws InvalidDestinationException if the destination no longer exists
   */
  public void requireExists(Destination to, ConnectionFactory connections) throws JMSException {
    library().requireExists(to, connections);
  }

  Queue queue(String name, boolean temporary) {
    return library().queue(name, temporary);
  }

  Topic topic(String name, boolean temporary) {
    return library().topic(name, temporary);
  }
}
