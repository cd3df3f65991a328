package io.leonardoroutes.app;

import io.leonardoroutes.flow.FlowContext;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyConfiguration;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyFactory;

/**
 * The metrics in the text format of Prometheus: those of the flow, the duration of every route, and
 * the JVM's.
 */
final class PrometheusMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final FlowMeters meters;

  private PrometheusMetrics(CamelContext context, FlowContext flow) {
    meters = FlowMeters.register(registry, context, flow);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    collections.bindTo(registry);
  }

  /** Measures the routes that are added from now on. */
  static PrometheusMetrics of(CamelContext context, FlowContext flow) {
    PrometheusMetrics metrics = new PrometheusMetrics(context, flow);
    MicrometerRoutePolicyConfiguration routes = new MicrometerRoutePolicyConfiguration();
    routes.setContextEnabled(false);
    routes.setAdditionalCounters(false);
    MicrometerRoutePolicyFactory policies = new MicrometerRoutePolicyFactory();
    policies.setSkipCamelInfo(true);
    policies.setMeterRegistry(metrics.registry);
    policies.setPolicyConfiguration(routes);
    context.addRoutePolicyFactory(policies);
    return metrics;
  }

  /** All metrics. Figures from the ledger are NaN while it is unavailable or too slow. */
  String text() {
    meters.refresh();
    return registry.scrape();
  }

  @Override
  public void close() {
    meters.close();
    collections.close();
    registry.close();
  }
}
