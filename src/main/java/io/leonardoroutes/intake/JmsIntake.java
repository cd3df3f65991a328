package io.leonardoroutes.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.IntakeProperties;
import io.leonardoroutes.jms.JmsSettings;
import io.leonardoroutes.jms.QueueNames;
import io.leonardoroutes.jms.ReplyAddress;
import io.leonardoroutes.job.TraceContext;
import io.leonardoroutes.problem.BodyText;
import io.leonardoroutes.problem.RequestRejected;
import jakarta.jms.BytesMessage;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.component.jms.JmsConstants;
import org.apache.camel.component.jms.JmsMessage;
import org.apache.camel.support.CamelContextHelper;

/** The steps of {@code message.camel.yaml}: how a JMS message is read, answered and put aside. */
public final class JmsIntake {
  /** In characters. Brokers allow more, but every answer carries it. */
  private static final int LONGEST_CORRELATION_ID = 400;

  /** How many failed reads make a message a poison one. */
  private static final int READINGS = 3;

  private final FlowContext flow;
  private final JmsSettings jms;
  private final int maxBytes;

  public JmsIntake(FlowContext flow) {
    this.flow = flow;
    this.jms = flow.settings().jms();
    this.maxBytes = flow.settings().intakes().maxBytes();
  }

  /**
   * Replaces the message in the body by its text or bytes, and records who wants an answer. A
   * redelivered message is the same request.
   *
   * @throws io.leonardoroutes.job.IntakePaused if an operator has paused the queues
   * @throws RequestRejected 415 for a kind of message whose content is neither, which is not looked
   *     into; 403 for a sender or a reply address that cannot be a caller's; 400 for one without an
   *     id, which no redelivery could be told from, and for a correlation id that is too long
   */
  public void open(Exchange exchange) throws JMSException {
    flow.requireOpen(IntakeProperties.JMS);
    exchange.setProperty(FlowProperties.PAUSED_AS, IntakeProperties.JMS);
    Message message = exchange.getMessage(JmsMessage.class).getJmsMessage();
    String id = message.getJMSMessageID();
    exchange.setProperty(FlowProperties.CORRELATION_ID, id);
    String own = message.getJMSCorrelationID();
    if (own != null && own.length() > LONGEST_CORRELATION_ID) {
      throw new RequestRejected(
          400,
          "correlation-id",
          "The JMSCorrelationID is too long",
          own.length() + " characters: at most " + LONGEST_CORRELATION_ID);
    }
    exchange.setProperty(FlowProperties.CORRELATION_ID, own == null || own.isEmpty() ? id : own);
    exchange.setProperty(FlowProperties.CALLER, caller(message));
    exchange.setProperty(
        FlowProperties.TRACE_PARENT, message.getObjectProperty(TraceContext.PARENT));
    exchange.setProperty(FlowProperties.TRACE_STATE, message.getObjectProperty(TraceContext.STATE));
    exchange.setProperty(
        FlowProperties.REPLY_TO, ReplyAddress.of(message.getJMSReplyTo(), jms.names()));
    Object content = read(message);
    exchange.setProperty(FlowProperties.CONTENT, content);
    if (id == null || id.isEmpty()) {
      throw new RequestRejected(
          400,
          "message-id",
          "The message has no id",
          "without a JMSMessageID its redelivery would be paid again: set one");
    }
    exchange.setProperty(FlowProperties.KEY, "jms:" + id);
    exchange.setProperty(FlowProperties.ONE_REQUEST, true);
    setPriority(exchange, message.getJMSPriority());
    exchange.getMessage().setBody(content);
  }

  /** By the name that the broker vouches for; else anybody could give another's. */
  private String caller(Message message) throws JMSException {
    String user = jms.trustsUserIds() ? message.getStringProperty("JMSXUserID") : null;
    if (user != null && !user.matches(JmsSettings.USER_NAME)) {
      throw new RequestRejected(
          403,
          "user-id",
          "The name of the sender cannot be a caller's name",
          "the broker's JMSXUserID is made of 1 to 64 characters of ASCII without spaces");
    }
    return user;
  }

  /** JMS sets priority 4 if the sender sets none: then the queue's own applies. */
  private static void setPriority(Exchange exchange, int priority) {
    if (priority != Message.DEFAULT_PRIORITY) {
      exchange.setProperty(FlowProperties.PRIORITY, Math.max(0, Math.min(priority, 9)));
    }
  }

  private Object read(Message message) throws JMSException {
    try {
      return content(message);
    } catch (JMSException e) {
      // the connection works again by then
      if (message.getIntProperty("JMSXDeliveryCount") < READINGS) {
        throw e;
      }
      throw new RequestRejected(
          400, "unreadable", "The message cannot be read", String.valueOf(e.getMessage()));
    }
  }

  private Object content(Message message) throws JMSException {
    if (message instanceof TextMessage text) {
      if (jms.client().textBytes(text) > maxBytes) {
        throw BodyText.tooLarge(maxBytes);
      }
      return text.getText();
    }
    if (message instanceof BytesMessage bytes) {
      // if it was kept, it was read before
      bytes.reset();
      long length = Math.max(0, bytes.getBodyLength());
      byte[] content = new byte[(int) Math.min(length, maxBytes + 1L)];
      bytes.readBytes(content);
      return content;
    }
    throw new RequestRejected(
        415,
        "message-type",
        "Only text and bytes are supported",
        "send the JSON as a TextMessage or a BytesMessage");
  }

  /** Turns the problem in the body into a text message that also carries the rejected message. */
  public void reject(Exchange exchange) {
    ObjectNode rejected = exchange.getMessage().getBody(ObjectNode.class);
    Object content = exchange.getProperty(FlowProperties.CONTENT);
    String text =
        content instanceof byte[] bytes
            ? new String(bytes, StandardCharsets.UTF_8)
            : (String) content;
    if (text != null && text.length() <= maxBytes) {
      rejected.put("request", text);
    }
    org.apache.camel.Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setBody(rejected.toString());
    message.setHeader(
        "JMSCorrelationID", exchange.getProperty(FlowProperties.CORRELATION_ID, String.class));
    String queue = exchange.getProperty(FlowProperties.QUEUE, String.class);
    message.setHeader(JmsConstants.JMS_DESTINATION_NAME, queue + QueueNames.REJECTED);
  }

  /**
   * Addresses the answer in the body to the caller's reply queue.
   *
   * @throws jakarta.jms.InvalidDestinationException if it was a temporary queue and is gone
   */
  public void address(Exchange exchange) throws JMSException {
    String replyTo = exchange.getProperty(FlowProperties.REPLY_TO, String.class);
    Destination to = ReplyAddress.destination(replyTo, jms.client());
    jms.client()
        .requireExists(
            to,
            CamelContextHelper.mandatoryLookup(
                exchange.getContext(), "leonardoConnectionFactory", ConnectionFactory.class));
    exchange.getMessage().setHeader(JmsConstants.JMS_DESTINATION, to);
  }
}
