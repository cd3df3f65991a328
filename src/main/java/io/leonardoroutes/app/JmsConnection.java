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

/** Connects the JMS routes to their broker, built-in or external. */
final class JmsConnection {
  private static final String ENABLED = "leonardo.jms.enabled";

  private JmsConnection() {}

  /** Binds the beans that the JMS routes use, and returns the broker, to be closed at the end. */
  static AutoCloseable open(CamelContext context, FlowContext flow) throws Exception {
    LeonardoSettings settings = flow.settings();
    Outages outages = flow.outages();
    JmsSettings jms = settings.jms();
    requireLibraries(context, jms);
    if (jms.portOpen()) {
      StartChecks.requireFreePort("leonardo.jms.port", "127.0.0.1", jms.port());
      // The broker creates its files with the permissions of the umask.
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

  private static void requireLibraries(CamelContext context, JmsSettings jms) {
    OptionalJars.JMS.requireFor(ENABLED, context);
    OptionalJars.JMS_POOL.requireFor(ENABLED, context);
    if (jms.url() == null) {
      OptionalJars.BROKER.requireFor(ENABLED, context);
      OptionalJars.BROKER_AMQP.requireFor(ENABLED, context);
      OptionalJars.BROKER_STOMP.requireFor(ENABLED, context);
    }
    (jms.client() == JmsClient.ARTEMIS ? OptionalJars.ARTEMIS : OptionalJars.ACTIVEMQ)
        .requireFor(ENABLED, context);
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
              : jms.bean() + " is not a jakarta.jms.ConnectionFactory but a " + bean.getClass());
    }
    try {
      return JmsBroker.using(own, jms, outages);
    } catch (IllegalArgumentException e) {
      throw new BadSetting("leonardo.jms.client", jms.bean() + " " + e.getMessage());
    }
  }
}
