package io.leonardoroutes.app;

import io.leonardoroutes.settings.BadSetting;
import org.apache.camel.CamelContext;

/**
 * The libraries that only some settings need. The program has them all; an application adds those
 * that it needs for what it switches on.
 */
enum OptionalJars {
  REST("org.apache.camel:camel-platform-http-main", "io.vertx.ext.auth.jwt.JWTAuth"),
  BOARD("com.github.spullara.mustache.java:compiler", "com.github.mustachejava.Mustache"),
  SANDBOX("io.vertx:vertx-web", "io.vertx.ext.web.Router"),
  HEALTH("io.vertx:vertx-core", "io.vertx.core.Vertx"),
  METERS("io.micrometer:micrometer-core", "io.micrometer.core.instrument.MeterRegistry"),
  ROUTE_METRICS(
      "org.apache.camel:camel-micrometer",
      "org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyFactory"),
  PROMETHEUS(
      "io.micrometer:micrometer-registry-prometheus",
      "io.micrometer.prometheusmetrics.PrometheusMeterRegistry"),
  JMS("org.apache.camel:camel-jms", "org.apache.camel.component.jms.JmsComponent"),
  JMS_POOL("org.messaginghub:pooled-jms", "org.messaginghub.pooled.jms.JmsPoolConnectionFactory"),
  BROKER(
      "org.apache.artemis:artemis-jakarta-server",
      "org.apache.activemq.artemis.core.server.ActiveMQServer"),
  BROKER_AMQP(
      "org.apache.artemis:artemis-amqp-protocol",
      "org.apache.activemq.artemis.protocol.amqp.broker.AmqpInterceptor"),
  BROKER_STOMP(
      "org.apache.artemis:artemis-stomp-protocol",
      "org.apache.activemq.artemis.core.protocol.stomp.StompFrameInterceptor"),
  ARTEMIS(
      "org.apache.artemis:artemis-jakarta-client",
      "org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory"),
  ACTIVEMQ("org.apache.activemq:activemq-client", "org.apache.activemq.ActiveMQConnectionFactory"),
  POSTGRESQL("org.postgresql:postgresql", "org.postgresql.Driver");

  private final String artifact;
  private final String type;

  OptionalJars(String artifact, String type) {
    this.artifact = artifact;
    this.type = type;
  }

  boolean isPresent(CamelContext context) {
    return context.getClassResolver().resolveClass(type) != null;
  }

  /**
   * Stops the start if the library is missing.
   *
   * @param key the setting that needs the library
   */
  void requireFor(String key, CamelContext context) {
    if (!isPresent(context)) {
      throw new BadSetting(
          key, "needs a library that this application lacks: add the dependency " + artifact);
    }
  }
}
