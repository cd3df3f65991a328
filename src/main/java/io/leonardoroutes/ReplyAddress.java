package io.leonardoroutes;

import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import java.util.Arrays;
import java.util.function.Function;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;

/**
 * The kinds of destination that a JMS caller can want its answers at, as the ledger keeps them:
 * {@code queue:NAME}.
 *
 * <p>A temporary one stays temporary, or the broker would make a lasting queue of its name for
 * answers to a caller that is gone.
 */
enum ReplyAddress {
  TEMPORARY_QUEUE("temporary-queue:", ActiveMQDestination::createTemporaryQueue),
  TEMPORARY_TOPIC("temporary-topic:", ActiveMQDestination::createTemporaryTopic),
  QUEUE("queue:", ActiveMQDestination::createQueue),
  TOPIC("topic:", ActiveMQDestination::createTopic);

  private final String prefix;
  private final Function<String, Destination> made;

  ReplyAddress(String prefix, Function<String, Destination> made) {
    this.prefix = prefix;
    this.made = made;
  }

  /** What the ledger keeps of a destination; null of none. */
  static String of(Destination destination) throws JMSException {
    if (destination == null) {
      return null;
    }
    ActiveMQDestination known = (ActiveMQDestination) destination;
    ReplyAddress kind =
        known.isQueue()
            ? (known.isTemporary() ? TEMPORARY_QUEUE : QUEUE)
            : (known.isTemporary() ? TEMPORARY_TOPIC : TOPIC);
    return kind.prefix + known.getAddress();
  }

  /** The destination again. */
  static Destination destination(String kept) {
    ReplyAddress kind =
        Arrays.stream(values()).filter(k -> kept.startsWith(k.prefix)).findFirst().orElseThrow();
    return kind.made.apply(kept.substring(kind.prefix.length()));
  }
}
