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
 * The kinds of destination that a JMS caller can want its answers at, as the ledger keeps them:
 * {@code queue:NAME}.
 *
 * <p>A temporary one stays temporary, or the broker would make a lasting queue of its name for
 * answers to a caller that is gone.
 */
public enum ReplyAddress {
  TEMPORARY_QUEUE("temporary-queue:"),
  TEMPORARY_TOPIC("temporary-topic:"),
  QUEUE("queue:"),
  TOPIC("topic:");

  /** By name, as an application with the client of Artemis need not have this one. */
  private static final String GONE_IN_CLASSIC =
      "org.apache.activemq.DestinationDoesNotExistException";

  private static final String ARTEMIS =
      "org.apache.activemq.artemis.jms.client.ActiveMQDestination";

  private final String prefix;

  ReplyAddress(String prefix) {
    this.prefix = prefix;
  }

  /**
   * What the ledger keeps of a destination; null of none.
   *
   * @param names which queues and topics are nobody else's; a temporary one is the caller's own, if
   *     the broker made up its name: to Artemis "temporary" is only a word of the sender
   * @throws RequestRejected 403 if answers are not sent there
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
    } else if (isOfArtemis(destination)) {
      // Of a STOMP client it is a name and no more.
      name = ((ActiveMQDestination) destination).getName();
      kind = QUEUE;
    }
    if (name == null
        || !QueueNames.isOne(name)
        || !(isCallersOwn(destination, name) || names.isForReplies(name))) {
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
    return temporary && (!isOfArtemis(destination) || QueueNames.isTemporary(name));
  }

  /** An application with the client of Classic need not have the class itself. */
  private static boolean isOfArtemis(Destination destination) {
    return Stream.<Class<?>>iterate(destination.getClass(), Objects::nonNull, Class::getSuperclass)
        .anyMatch(type -> type.getName().equals(ARTEMIS));
  }

  /**
   * Whether an answer could not be sent because the queue or topic was its caller's own and is gone
   * with it. A caller that only lost its connection may have it back in a moment.
   */
  public static boolean isGone(String kept, Throwable failure) {
    return (kept.startsWith(TEMPORARY_QUEUE.prefix) || kept.startsWith(TEMPORARY_TOPIC.prefix))
        && Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
            .anyMatch(
                why ->
                    why instanceof InvalidDestinationException
                        || why.getClass().getName().equals(GONE_IN_CLASSIC));
  }

  /** The destination again. */
  public static Destination destination(String kept, JmsClient client) {
    ReplyAddress kind =
        Arrays.stream(values()).filter(k -> kept.startsWith(k.prefix)).findFirst().orElseThrow();
    String name = kept.substring(kind.prefix.length());
    return kind == TOPIC || kind == TEMPORARY_TOPIC
        ? client.topic(name, kind == TEMPORARY_TOPIC)
        : client.queue(name, kind == TEMPORARY_QUEUE);
  }
}
