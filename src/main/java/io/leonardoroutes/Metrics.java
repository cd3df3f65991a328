package io.leonardoroutes;

import io.leonardoroutes.ledger.Delivery;
import io.leonardoroutes.ledger.Figures;
import io.leonardoroutes.ledger.JobState;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyConfiguration;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyFactory;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.jdbi.v3.core.JdbiException;

/**
 * What is measured, in the text format of Prometheus: what stands in the ledger, the time of every
 * route and of every call to the provider. Labels are states, names of accounts and the ids of
 * routes and steps alone.
 */
final class Metrics implements AutoCloseable {
  private static final String CALLS = "leonardo.http.calls";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final Parts parts;
  private volatile Figures figures;

  private Metrics(Parts parts) {
    this.parts = parts;
  }

  /** Begins to measure the routes that are added from now on. */
  static Metrics of(CamelContext context, Parts parts) {
    Metrics metrics = new Metrics(parts);
    metrics.gauges();
    MicrometerRoutePolicyConfiguration routes = new MicrometerRoutePolicyConfiguration();
    routes.setContextEnabled(false);
    routes.setAdditionalCounters(false);
    MicrometerRoutePolicyFactory policies = new MicrometerRoutePolicyFactory();
    policies.setSkipCamelInfo(true);
    policies.setMeterRegistry(metrics.registry);
    policies.setPolicyConfiguration(routes);
    context.addRoutePolicyFactory(policies);
    context
        .getCamelContextExtension()
        .addInterceptStrategy((c, step, target, next) -> metrics.timed(step, target));
    return metrics;
  }

  private void gauges() {
    for (JobState state : JobState.values()) {
      gauge(
          "leonardo.jobs",
          "Jobs that stand so",
          Tags.of("state", state.name()),
          now -> now.jobs().getOrDefault(state, 0L));
    }
    for (Delivery.State state : List.of(Delivery.State.PENDING, Delivery.State.DEAD)) {
      gauge(
          "leonardo.deliveries",
          "Events and videos for sinks that stand so",
          Tags.of("state", state.name()),
          now -> now.deliveries().getOrDefault(state, 0L));
    }
    gauge(
        "leonardo.accepted.oldest",
        "Age in seconds of the oldest job that is not submitted; 0: there is none",
        Tags.empty(),
        this::oldest);
    for (String account : parts.settings().accounts().byName().keySet()) {
      Tags tags = Tags.of("account", account);
      gauge(
          "leonardo.slots.held",
          "Jobs at the provider, surely or perhaps",
          tags,
          now -> now.slots().get(account).held());
      gauge(
          "leonardo.slots.limit",
          "Jobs that may be at the provider now",
          tags,
          now -> now.slots().get(account).limit());
    }
    Gauge.builder("leonardo.away", () -> parts.outages().away().size())
        .description("What is away and waited for")
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    collections.bindTo(registry);
  }

  private void gauge(String name, String words, Tags tags, ToDoubleFunction<Figures> value) {
    Gauge.builder(name, () -> figures == null ? Double.NaN : value.applyAsDouble(figures))
        .description(words)
        .tags(tags)
        .register(registry);
  }

  private double oldest(Figures now) {
    return now.oldestAccepted() == null
        ? 0
        : Duration.between(now.oldestAccepted(), parts.clock().instant()).toMillis() / 1000.0;
  }

  /** All of it; what stands in the ledger is NaN while that is away. */
  String text() {
    try {
      figures =
          parts
              .ledger()
              .figures(
                  parts.settings().accounts().all().stream()
                      .map(Accounts.Account::limits)
                      .toList());
    } catch (JdbiException e) {
      figures = null;
    }
    return registry.scrape();
  }

  /** Times a step that has an id and calls over HTTP. */
  private Processor timed(NamedNode step, Processor target) {
    boolean call =
        step instanceof ToDefinition to
            && to.hasCustomIdAssigned()
            && to.getEndpointUri().startsWith("{{leonardo.base-url}}");
    return call ? new Timed(target, timer(step.getId())) : target;
  }

  private Timer timer(String step) {
    return Timer.builder(CALLS)
        .description("Calls to the provider, by the step that makes them")
        .tag("step", step)
        .register(registry);
  }

  private static final class Timed extends DelegateAsyncProcessor {
    private final Timer timer;

    private Timed(Processor target, Timer timer) {
      super(target);
      this.timer = timer;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
      long start = System.nanoTime();
      return super.process(
          exchange,
          sync -> {
            timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            callback.done(sync);
          });
    }
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
