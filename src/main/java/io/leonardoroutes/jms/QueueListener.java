package io.leonardoroutes.jms;

import io.leonardoroutes.health.Outages;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import org.apache.camel.component.jms.DefaultJmsMessageListenerContainer;
import org.apache.camel.component.jms.JmsEndpoint;

/**
 * Camel's queue listener, which also reports once if the broker refuses the consumer. Without that
 * the queue would only seem empty.
 *
 * <p>The superclass logs under this class's name and repeats itself; {@code
 * config/log4j2.properties} switches that logger off.
 */
public final class QueueListener extends DefaultJmsMessageListenerContainer {
  private final String queue;
  private final Outages outages;

  public QueueListener(JmsEndpoint endpoint, JmsSettings jms, Outages outages) {
    super(endpoint);
    this.queue = "queue " + endpoint.getDestinationName();
    this.outages = outages;
    jms.addRequestQueue(endpoint.getDestinationName());
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
