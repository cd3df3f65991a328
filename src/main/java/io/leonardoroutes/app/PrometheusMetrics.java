package io.leonardoroutes.app;

import io.leonardoroutes.auth.RejectedKeys;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.ledger.LedgerStats;
import io.leonardoroutes.limits.AccountLimits;
import io.leonardoroutes.provider.ProviderCallMetrics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToDoubleFunction;
import org.apache.camel.CamelContext;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyConfiguration;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyFactory;

/**
 * What is measured, in the text format of Prometheus: what stands in the ledger, the time of every
 * route and of every call to the provider. Labels are states, outcomes, names of accounts and sinks
 * and the ids of routes and steps alone.
 */
final class PrometheusMetrics implements AutoCloseable {
  private static final Tags PENDING = Tags.of("state", Delivery.State.PENDING.name());
  private static final Tags DEAD = Tags.of("state", Delivery.State.DEAD.name());

  /** Whoever asks gives up after some seconds, and then has nothing. */
  private static final Duration PATIENCE = Duration.ofMillis(1_200);

  private static final LedgerStats.Deliveries NONE = new LedgerStats.Deliveries(0, 0, null);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final FlowContext flow;
  private final ExecutorService asking =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "leonardo-metrics");
            thread.setDaemon(true);
            return thread;
          });
  private final Set<String> sinks = new HashSet<>();
  private Future<Known> asked;
  private volatile Known known;

  /** What stood in the ledger at one time. */
  private record Known(LedgerStats figures, Instant now) {
    double age(Instant since) {
      return since == null ? 0 : Duration.between(since, now).toMillis() / 1000.0;
    }
  }

  private PrometheusMetrics(FlowContext flow) {
    this.flow = flow;
  }

  /** Begins to measure the routes that are added from now on. */
  static PrometheusMetrics of(CamelContext context, FlowContext flow) {
    PrometheusMetrics metrics = new PrometheusMetrics(flow);
    metrics.gauges();
    FunctionCounter.builder(
            "leonardo.rest.rejected.keys",
            context.getRegistry().findSingleByType(RejectedKeys.class),
            RejectedKeys::count)
        .description("REST calls and notices with a key that is not known")
        .register(metrics.registry);
    ProviderCallMetrics calls = new ProviderCallMetrics(metrics.registry);
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
        .addInterceptStrategy((c, step, target, next) -> calls.timed(step, target));
    return metrics;
  }

  private void gauges() {
    for (JobState state : JobState.values()) {
      gauge(
          "leonardo.jobs",
          "Jobs by state",
          Tags.of("state", state.name()),
          now -> now.figures().jobs().getOrDefault(state, 0L));
    }
    gauge(
        "leonardo.accepted.oldest",
        "Age in seconds of the oldest job that is not submitted; 0: there is none",
        Tags.empty(),
        now -> now.age(now.figures().oldestAccepted()));
    String videos = "Videos that we have no copy of: still to be fetched, or given up";
    gauge("leonardo.videos", videos, PENDING, now -> now.figures().videos().pending());
    gauge("leonardo.videos", videos, DEAD, now -> now.figures().videos().dead());
    flow.settings().sinks().forEach(sink -> deliveries(sink.name()));
    deliveries(EventFactory.REPLY);
    flow.settings().accounts().all().forEach(account -> account(account.limits()));
    Gauge.builder("leonardo.away", () -> flow.outages().away().size())
        .description("Number of things that are unavailable and being retried")
        .register(registry);
    File data = flow.settings().data().toFile();
    Gauge.builder("leonardo.disk.free", data::getUsableSpace)
        .description("What may still be written to the disk of the data folder")
        .baseUnit("bytes")
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    collections.bindTo(registry);
  }

  /** Once for each sink: of a second gauge of the same name the registry only warns. */
  private void deliveries(String sink) {
    if (!sinks.add(sink)) {
      return;
    }
    Tags tags = Tags.of("sink", sink);
    String words = "Events and videos for sinks, by state";
    gauge("leonardo.deliveries", words, tags.and(PENDING), now -> of(now, sink).pending());
    gauge("leonardo.deliveries", words, tags.and(DEAD), now -> of(now, sink).dead());
    gauge(
        "leonardo.deliveries.oldest",
        "Age in seconds of the oldest pending delivery; 0: there is none",
        tags,
        now -> now.age(of(now, sink).oldest()));
  }

  private static LedgerStats.Deliveries of(Known now, String sink) {
    return now.figures().deliveries().getOrDefault(sink, NONE);
  }

  private void account(AccountLimits limits) {
    String account = limits.account();
    Tags tags = Tags.of("account", account);
    gauge(
        "leonardo.slots.held",
        "Jobs at the provider, surely or perhaps",
        tags,
        now -> now.figures().accounts().get(account).slots().held());
    gauge(
        "leonardo.slots.limit",
        "Jobs that may be at the provider now",
        tags,
        now -> now.figures().accounts().get(account).slots().limit());
    if (limits.budget() != null) {
      gauge(
          "leonardo.budget.used",
          "What is spent and reserved today (UTC), in the unit of the budget",
          tags,
          now -> now.figures().accounts().get(account).used().doubleValue());
      gauge(
          "leonardo.budget.limit",
          "What may be spent in a day (UTC), in the unit of the budget",
          tags,
          now -> limits.budget().perDay().doubleValue());
    }
  }

  private void gauge(String name, String words, Tags tags, ToDoubleFunction<Known> value) {
    Gauge.builder(name, () -> known == null ? Double.NaN : value.applyAsDouble(known))
        .description(words)
        .tags(tags)
        .register(registry);
  }

  /**
   * All of it, soon; what stands in the ledger is NaN while that is away, or does not answer. Those
   * who ask meanwhile share one question.
   */
  synchronized String text() {
    Known now = ledger();
    if (now != null) {
      // Also of sinks that are not configured any more.
      now.figures().deliveries().keySet().forEach(this::deliveries);
    }
    known = now;
    return registry.scrape();
  }

  private Known ledger() {
    if (asked == null || asked.isDone()) {
      asked = asking.submit(this::ask);
    }
    try {
      return asked.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private Known ask() {
    List<AccountLimits> accounts =
        flow.settings().accounts().all().stream().map(ProviderAccounts.Account::limits).toList();
    return new Known(flow.ledger().figures(accounts), flow.clock().instant());
  }

  @Override
  public void close() {
    asking.shutdownNow();
    collections.close();
    registry.close();
  }
}
