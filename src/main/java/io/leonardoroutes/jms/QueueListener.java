package io.leonardoroutes.jms;

import io.leonardoroutes.health.Outages;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import org.apache.camel.component.jms.DefaultJmsMessageListenerContainer;
import org.apache.camel.component.jms.JmsEndpoint;

/**
 * Listens to a queue as Camel does, and says once in the log if the broker does not let it: such a
 * queue only looks empty else.
 *
 * <p>Its logger, by its name, is that of everything else that listens tells; {@code
 * config/log4j2.properties} switches it off.
 */
public final class QueueListener extends DefaultJmsMessageListenerContainer {
  private final String queue;
  private final Outages outages;

  public QueueListener(JmsEndpoint endpoint, JmsSettings jms, Outages outages) {
    super(endpoint);
    this.queue = "queue " + endpoint.getDestinationName();
    this.outages = outages;
    jms.takeRequestsFrom(endpoint.getDestinationName());
  }

  @Override
  protected MessageConsumer createListenerConsumer(Session session) throws JMSException {
    try {
      MessageConsumer consumer = super.createListenerConsumer(session);
      outages.reportUp(queue);
      return consumer;
    } catch (JMSException e) {
      outages.reportDown(queue, String.valueOf(e.getMessage()));
      throw e;
    }
  }
}
