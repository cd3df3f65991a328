package io.leonardoroutes.jms;

import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.WildcardConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.settings.impl.DiskFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.PageFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.ResourceLimitSettings;
import org.apache.activemq.artemis.utils.critical.CriticalAnalyzerPolicy;

/**
 * The configuration of the built-in broker.
 *
 * @param url the address for connections within this JVM
 */
record BrokerConfiguration(Path folder, String url, JmsSettings jms) {
  /** The name of the acceptor for connections from outside this JVM. */
  static final String CALLERS = "callers";

  private static final int PAGE = 1 << 20;
  private static final long IN_MEMORY = 8L << 20;
  private static final int MOST_QUEUES = 1_000;
  private static final int MOST_CONNECTIONS = 1_000;

  Configuration configuration() throws Exception {
    Configuration config =
        new ConfigurationImpl()
            .setName("leonardo-routes")
            .setPersistenceEnabled(true)
            .setJournalDirectory(folder.resolve("journal").toString())
            .setBindingsDirectory(folder.resolve("bindings").toString())
            .setLargeMessagesDirectory(folder.resolve("large").toString())
            .setPagingDirectory(folder.resolve("paging").toString())
            .setJMXManagementEnabled(false)
            .setSecurityEnabled(true)
            .setAuthenticationCacheSize(0)
            .setAuthorizationCacheSize(0)
            .setClusterPassword(UUID.randomUUID().toString())
            .setPopulateValidatedUser(true)
            // A queue named # would get a copy of every message.
            .setWildCardConfiguration(new WildcardConfiguration().setRoutingEnabled(false))
            .setCriticalAnalyzerPolicy(CriticalAnalyzerPolicy.SHUTDOWN)
            .setGlobalMaxSize(Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8))
            .setMinDiskFree(jms.limits().minDiskFree())
            .setResourceLimitSettings(
                Map.of(
                    jms.user() == null ? BrokerSecurity.ANYBODY : jms.user(),
                    queueLimit(),
                    BrokerSecurity.OURS,
                    queueLimit()))
            .addAcceptorConfiguration("program", url)
            .addAddressSetting("#", settings(PageFullMessagePolicy.FAIL))
            .addAddressSetting(QueueNames.DEAD, rejectedQueueSettings());
    config.registerBrokerPlugin(new BrokerLimits());
    if (jms.portOpen()) {
      // httpUpgradeEnabled: the acceptor opens no port itself, BrokerPort hands it the connections.
      config.addAcceptorConfiguration(
          CALLERS,
          "tcp://%s:%s?protocols=CORE,AMQP,STOMP&httpUpgradeEnabled=true&connectionsAllowed=%s"
              .formatted(JmsSettings.HOST, jms.port(), MOST_CONNECTIONS));
    }
    return config;
  }

  /** When full, these drop further messages: rejected ones must not block the request queue. */
  AddressSettings rejectedQueueSettings() {
    return settings(PageFullMessagePolicy.DROP);
  }

  private static ResourceLimitSettings queueLimit() {
    ResourceLimitSettings limit = new ResourceLimitSettings();
    limit.setMaxQueues(MOST_QUEUES);
    return limit;
  }

  private AddressSettings settings(PageFullMessagePolicy whenFull) {
    return new AddressSettings()
        .setDeadLetterAddress(SimpleString.of(QueueNames.DEAD))
        .setAutoCreateDeadLetterResources(true)
        // STOMP clients give only a name, without a routing type.
        .setDefaultAddressRoutingType(RoutingType.ANYCAST)
        .setDefaultQueueRoutingType(RoutingType.ANYCAST)
        .setMaxDeliveryAttempts(JmsBroker.REDELIVERIES)
        .setRedeliveryDelay(JmsBroker.FIRST_REDELIVERY_MILLIS)
        .setRedeliveryMultiplier(2)
        .setMaxRedeliveryDelay(JmsBroker.LAST_REDELIVERY_MILLIS)
        .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
        .setMaxSizeBytes(Math.min(IN_MEMORY, jms.limits().maxBytes()))
        .setPageSizeBytes((int) Math.min(PAGE, jms.limits().maxBytes()))
        .setPageLimitBytes(jms.limits().maxBytes())
        .setPageFullMessagePolicy(whenFull)
        .setDiskFullMessagePolicy(DiskFullMessagePolicy.FAIL);
  }
}
