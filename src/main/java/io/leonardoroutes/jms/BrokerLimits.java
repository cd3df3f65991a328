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

/**
 * What the built-in broker takes of a message or a selector, beyond what its own settings can say.
 */
final class BrokerLimits implements ActiveMQServerPlugin {
  /** Messages so long that each is a file are not counted by their length: so many may wait. */
  static final int MOST_LONG = 1_000;

  /** These walk through each message, some of them for as long as the caller likes. */
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
      // STOMP has none, and a redelivery could not be told from another request.
      message.setUserID(UUIDGenerator.getInstance().generateUUID());
    }
    if (message.isLargeMessage()) {
      Queue queue = broker.locateQueue(message.getAddressSimpleString());
      if (queue != null && queue.getMessageCount() >= MOST_LONG) {
        throw new ActiveMQAddressFullException(
            MOST_LONG + " messages wait in " + queue.getName() + ": no long one is taken");
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
