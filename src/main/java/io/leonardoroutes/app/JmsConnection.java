package io.leonardoroutes.app;

import io.leonardoroutes.files.OthersAccess;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.health.Outages;
import io.leonardoroutes.jms.JmsBroker;
import io.leonardoroutes.jms.JmsClient;
import io.leonardoroutes.jms.JmsSettings;
import io.leonardoroutes.jms.QueueListener;
import io.leonardoroutes.settings.BadSetting;
import jakarta.jms.ConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.component.jms.MessageListenerContainerFactory;
import org.apache.camel.spi.Registry;

/** Connects the JMS routes to their broker, here or elsewhere. */
final class JmsConnection {
  private static final String ENABLED = "leonardo.jms.enabled";

  private JmsConnection() {}

  /** Binds what the JMS routes name; answers what to close. */
  static AutoCloseable open(CamelContext context, FlowContext flow) throws Exception {
    LeonardoSettings settings = flow.settings();
    Outages outages = flow.outages();
    JmsSettings jms = settings.jms();
    libraries(context, jms);
    if (jms.portOpen()) {
      StartChecks.free("leonardo.jms.port", "127.0.0.1", jms.port());
      // The broker makes its files by the umask.
      OthersAccess.createPrivateFolder(settings.data().resolve("broker"));
    }
    JmsBroker broker =
        jms.url() == null
            ? JmsBroker.startEmbedded(settings.data().resolve("broker"), jms, outages)
            : broker(context, jms, outages);
    Registry registry = context.getRegistry();
    registry.bind("leonardoConnectionFactory", broker.connectionFactory());
    MessageListenerContainerFactory listener = queue -> new QueueListener(queue, jms, outages);
    registry.bind("leonardoListener", MessageListenerContainerFactory.class, listener);
    return broker;
  }

  private static void libraries(CamelContext context, JmsSettings jms) {
    OptionalJars.JMS.neededBy(ENABLED, context);
    OptionalJars.JMS_POOL.neededBy(ENABLED, context);
    if (jms.url() == null) {
      OptionalJars.BROKER.neededBy(ENABLED, context);
      OptionalJars.BROKER_AMQP.neededBy(ENABLED, context);
      OptionalJars.BROKER_STOMP.neededBy(ENABLED, context);
    }
    (jms.client() == JmsClient.ARTEMIS ? OptionalJars.ARTEMIS : OptionalJars.ACTIVEMQ)
        .neededBy(ENABLED, context);
  }

  private static JmsBroker broker(CamelContext context, JmsSettings jms, Outages outages) {
    if (jms.bean() != null) {
      return withBean(context, jms, outages);
    }
    try {
      return JmsBroker.connectTo(jms, outages);
    } catch (RuntimeException e) {
      throw new BadSetting(
          "leonardo.jms.url",
          "'" + jms.address() + "' is not an address such as " + jms.client().example());
    }
  }

  private static JmsBroker withBean(CamelContext context, JmsSettings jms, Outages outages) {
    Object bean = context.getRegistry().lookupByName(jms.bean());
    if (!(bean instanceof ConnectionFactory own)) {
      throw new BadSetting(
          JmsSettings.BEAN,
          bean == null
              ? "there is no bean " + jms.bean()
              : jms.bean() + " is no jakarta.jms.ConnectionFactory, but " + bean.getClass());
    }
    try {
      return JmsBroker.using(own, jms, outages);
    } catch (IllegalArgumentException e) {
      throw new BadSetting("leonardo.jms.client", jms.bean() + " " + e.getMessage());
    }
  }
}
