package io.leonardoroutes.metrics;

import io.leonardoroutes.flow.FlowContext;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import java.util.Locale;
import org.apache.camel.CamelContext;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyConfiguration;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyFactory;

/**
 * The metrics in the text format of Prometheus: those of the flow, the duration of every route, the
 * JVM's and the process's.
 */
public final class PrometheusMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** In a library of its own, which an application may lack. */
  private static final String PROCESS_METRICS =
      "io.prometheus.metrics.instrumentation.jvm.ProcessMetrics";

  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final FlowMeters meters;

  private PrometheusMetrics(CamelContext context, FlowContext flow) {
    registry.config().namingConvention(new SnakeCase());
    meters = FlowMeters.register(registry, context, flow);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    collections.bindTo(registry);
    if (context.getClassResolver().resolveClass(PROCESS_METRICS) != null) {
      ProcessMetrics.builder().register(registry.getPrometheusRegistry());
    }
  }

  /** Measures the routes that are added from now on. */
  public static PrometheusMetrics of(CamelContext context, FlowContext flow) {
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
  public String text() {
    meters.refresh();
    return registry.scrape();
  }

  @Override
  public void close() throws Exception {
    meters.close();
    collections.close();
    registry.close();
  }

  /** Camel's own tags are in camel case. */
  private static final class SnakeCase extends PrometheusNamingConvention {
    @Override
    public String tagKey(String key) {
      return super.tagKey(key.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT));
    }
  }
}
