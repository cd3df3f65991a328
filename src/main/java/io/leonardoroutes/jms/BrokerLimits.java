package io.leonardoroutes.jms;

import java.util.regex.Pattern;
import org.apache.activemq.artemis.api.core.ActiveMQAddressFullException;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQInvalidFilterExpressionException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.postoffice.QueueBinding;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerPlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.utils.UUIDGenerator;

/** Limits on messages and selectors that the built-in broker has no settings for. */
final class BrokerLimits implements ActiveMQServerPlugin {
  /**
   * How many large messages may wait in a queue. The broker keeps each in a file of its own, which
   * does not count towards the queue's limit in bytes.
   */
  static final int MAX_LARGE_MESSAGES = 1_000;

  /** Operators whose cost per message the caller can choose. */
  private static final Pattern COSTLY =
      Pattern.compile("(?i).*\\b(like|regex|xpath|xquery)\\b.*", Pattern.DOTALL);

  private ActiveMQServer broker;

  @Override
  public void registered(ActiveMQServer server) {
    broker = server;
  }

  @Override
  public void beforeSend(
      ServerSession session,
      Transaction tx,
      Message message,
      boolean direct,
      boolean noAutoCreateQueue)
      throws ActiveMQException {
    if ("STOMP".equals(session.getRemotingConnection().getProtocolName())) {
      // STOMP messages have no id, and without one a redelivery would look like a new request.
      message.setUserID(UUIDGenerator.getInstance().generateUUID());
    }
    if (message.isLargeMessage()) {
      Queue queue = broker.locateQueue(message.getAddressSimpleString());
      if (queue != null && queue.getMessageCount() >= MAX_LARGE_MESSAGES) {
        throw new ActiveMQAddressFullException(
            MAX_LARGE_MESSAGES
                + " messages wait in "
                + queue.getName()
                + ": no more large messages are accepted");
      }
    }
  }

  @Override
  public void beforeCreateConsumer(
      long consumerID,
      QueueBinding queue,
      SimpleString selector,
      boolean browseOnly,
      boolean supportLargeMessage)
      throws ActiveMQException {
    check(selector);
  }

  @Override
  public void beforeCreateQueue(QueueConfiguration queue) throws ActiveMQException {
    check(queue.getFilterString());
  }

  private static void check(SimpleString selector) throws ActiveMQException {
    if (selector != null && COSTLY.matcher(withoutTexts(selector.toString())).matches()) {
      throw new ActiveMQInvalidFilterExpressionException(
          "a selector here has no LIKE, REGEX or XPATH: compare with = or IN");
    }
  }

  private static String withoutTexts(String selector) {
    return selector.replaceAll("'[^']*'", "''");
  }
}
