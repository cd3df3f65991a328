package io.leonardoroutes.jms;

import io.leonardoroutes.problem.RequestRejected;
import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.Topic;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;

/**
 * The kinds of destination that a JMSReplyTo can name. The ledger stores an address as prefix and
 * name, for example {@code queue:NAME}.
 *
 * <p>A temporary destination is stored as temporary. Otherwise the broker would create a permanent
 * queue of that name for replies to a caller that is gone.
 */
public enum ReplyAddress {
  TEMPORARY_QUEUE("temporary-queue:"),
  TEMPORARY_TOPIC("temporary-topic:"),
  QUEUE("queue:"),
  TOPIC("topic:");

  /**
   * Named as text, because an application that uses the Artemis client need not have this class.
   */
  private static final String GONE_IN_CLASSIC =
      "org.apache.activemq.DestinationDoesNotExistException";

  private static final String ARTEMIS =
      "org.apache.activemq.artemis.jms.client.ActiveMQDestination";

  private final String prefix;

  ReplyAddress(String prefix) {
    this.prefix = prefix;
  }

  /**
   * The text that the ledger stores for a JMSReplyTo; null if there is none.
   *
   * @param names decides which queues and topics may get replies. A temporary destination is always
   *     allowed if the broker generated its name; with Artemis the sender alone claims that a
   *     destination is temporary, so the name is checked.
   * @throws RequestRejected 403 if replies must not be sent there
   */
  public static String of(Destination destination, QueueNames names) throws JMSException {
    if (destination == null) {
      return null;
    }
    String name = null;
    ReplyAddress kind = null;
    if (destination instanceof Queue queue) {
      name = queue.getQueueName();
      kind = queue instanceof TemporaryQueue ? TEMPORARY_QUEUE : QUEUE;
    } else if (destination instanceof Topic topic) {
      name = topic.getTopicName();
      kind = topic instanceof TemporaryTopic ? TEMPORARY_TOPIC : TOPIC;
    } else if (isArtemis(destination)) {
      // A STOMP client sends only a name, so the type is neither queue nor topic.
      name = ((ActiveMQDestination) destination).getName();
      kind = QUEUE;
    }
    if (name == null
        || !QueueNames.isSingleName(name)
        || !(isCallersOwn(destination, name) || names.allowsReplies(name))) {
      throw new RequestRejected(
          403,
          "reply-to",
          "No answers are sent to this address",
          "the JMSReplyTo is not among leonardo.jms.replies: give one that is, a temporary"
              + " queue, or none");
    }
    return kind.prefix + name;
  }

  private static boolean isCallersOwn(Destination destination, String name) {
    boolean temporary =
        destination instanceof TemporaryQueue || destination instanceof TemporaryTopic;
    return temporary && (!isArtemis(destination) || QueueNames.isTemporary(name));
  }

  /**
   * Compares names, because an application that uses the Classic client need not have the class.
   */
  private static boolean isArtemis(Destination destination) {
    return Stream.<Class<?>>iterate(destination.getClass(), Objects::nonNull, Class::getSuperclass)
        .anyMatch(type -> type.getName().equals(ARTEMIS));
  }

  /**
   * Whether a reply failed because the caller's temporary queue or topic no longer exists. It may
   * exist again in a moment, if the caller only lost its connection.
   */
  public static boolean isGone(String stored, Throwable failure) {
    return (stored.startsWith(TEMPORARY_QUEUE.prefix) || stored.startsWith(TEMPORARY_TOPIC.prefix))
        && Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
            .anyMatch(
                why ->
                    why instanceof InvalidDestinationException
                        || why.getClass().getName().equals(GONE_IN_CLASSIC));
  }

  /** Turns the text that the ledger stored back into a destination. */
  public static Destination destination(String stored, JmsClient client) {
    ReplyAddress kind =
        Arrays.stream(values()).filter(k -> stored.startsWith(k.prefix)).findFirst().orElseThrow();
    String name = stored.substring(kind.prefix.length());
    return kind == TOPIC || kind == TEMPORARY_TOPIC
        ? client.topic(name, kind == TEMPORARY_TOPIC)
        : client.queue(name, kind == TEMPORARY_QUEUE);
  }
}
