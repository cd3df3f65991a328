package io.leonardoroutes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.health.Outages;
import io.leonardoroutes.request.Problem;
import io.leonardoroutes.request.Refused;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.component.jms.JmsConstants;
import org.apache.camel.component.jms.JmsMessage;

/** How a JMS message is opened, answered and put aside: the JMS intake's own part. */
public final class Queue {
  private static final String CONTENT = "leonardoContent";

  private final Outages outages;
  private final int maxBytes;

  Queue(Parts parts) {
    this.outages = parts.outages();
    this.maxBytes = parts.settings().intakes().maxBytes();
  }

  /**
   * Replaces the message in the body by its text or bytes, and notes who wants an answer. The same
   * message redelivered is the same request.
   *
   * @throws Refused 415 for a kind of message whose content is neither, which is not looked into;
   *     400 for one without an id, which no redelivery could be told from
   */
  public void open(Exchange exchange) throws JMSException {
    Message message = exchange.getMessage(JmsMessage.class).getJmsMessage();
    String id = message.getJMSMessageID();
    String own = message.getJMSCorrelationID();
    exchange.setProperty("leonardoCorrelationId", own == null || own.isEmpty() ? id : own);
    exchange.setProperty("leonardoReplyTo", ReplyAddress.of(message.getJMSReplyTo()));
    Object content = content(message);
    exchange.setProperty(CONTENT, content);
    if (id == null || id.isEmpty()) {
      throw new Refused(
          Problem.of(
              400,
              "message-id",
              "The message has no id",
              "without a JMSMessageID its redelivery would be paid again: let it have one"));
    }
    exchange.setProperty("leonardoKey", "jms:" + id);
    exchange.getMessage().setBody(content);
  }

  private Object content(Message message) throws JMSException {
    if (message instanceof TextMessage text) {
      return text.getText();
    }
    if (message instanceof BytesMessage bytes) {
      byte[] content = new byte[(int) Math.min(bytes.getBodyLength(), maxBytes + 1L)];
      bytes.readBytes(content);
      return content;
    }
    throw new Refused(
        Problem.of(
            415,
            "message-type",
            "Only text and bytes are taken",
            "send the JSON as a TextMessage or a BytesMessage"));
  }

  /** Gives the message back to the broker, by failing: something that is needed is away. */
  public void later(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) throws Exception {
    outages.away(Outages.INTAKE, String.valueOf(why.getMessage()));
    throw why;
  }

  /** Makes the problem in the body a text that has with it what was refused. */
  public void reject(Exchange exchange) {
    ObjectNode rejected = exchange.getMessage().getBody(ObjectNode.class);
    Object content = exchange.getProperty(CONTENT);
    String text =
        content instanceof byte[] bytes
            ? new String(bytes, StandardCharsets.UTF_8)
            : (String) content;
    if (text != null && text.length() <= maxBytes) {
      rejected.put("request", text);
    }
    exchange.getMessage().removeHeaders("*");
    exchange.getMessage().setBody(rejected.toString());
    String correlationId = exchange.getProperty("leonardoCorrelationId", String.class);
    exchange.getMessage().setHeader("JMSCorrelationID", correlationId);
  }

  /** Sends the answer in the body where the caller's message said. */
  public void address(Exchange exchange) {
    String replyTo = exchange.getProperty("leonardoReplyTo", String.class);
    exchange
        .getMessage()
        .setHeader(JmsConstants.JMS_DESTINATION, ReplyAddress.destination(replyTo));
  }
}
