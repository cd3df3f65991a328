package io.leonardoroutes.prove;

import java.io.IOException;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/**
 * The JMS broker that several instances share. It runs in this process, so it survives every kill.
 * A single instance uses its built-in broker instead.
 */
final class QueueBroker implements AutoCloseable {
  private static final int FOR_EVER = -1;

  private final EmbeddedActiveMQ broker = new EmbeddedActiveMQ();

  QueueBroker(String url) throws IOException {
    try {
      broker.setConfiguration(
          new ConfigurationImpl()
              .setName("proof")
              .setPersistenceEnabled(false)
              .setSecurityEnabled(false)
              .setJMXManagementEnabled(false)
              .addAcceptorConfiguration("loopback", url)
              .addAddressSetting("#", new AddressSettings().setMaxDeliveryAttempts(FOR_EVER)));
      broker.start();
    } catch (Exception e) {
      throw new IOException("the JMS broker of the proof did not start: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      broker.stop();
    } catch (Exception e) {
      // it ends with this process
    }
  }
}
