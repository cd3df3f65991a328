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
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToDoubleFunction;
import org.apache.camel.CamelContext;

/**
 * The meters of the flow: figures from the ledger, the duration of each call to the provider and
 * what is unavailable. The only tags are states, outcomes, and names of accounts, sinks and steps:
 * never anything from a request.
 */
final class FlowMeters implements AutoCloseable {
  private static final Tags PENDING = Tags.of("state", Delivery.State.PENDING.name());
  private static final Tags DEAD = Tags.of("state", Delivery.State.DEAD.name());

  /** How long to wait for the ledger: a scrape that times out would get no metrics at all. */
  private static final Duration LEDGER_TIMEOUT = Duration.ofMillis(1_200);

  private static final LedgerStats.Deliveries NONE = new LedgerStats.Deliveries(0, 0, null);

  /** A scrape reads all gauges within this time, so that they share one query. */
  private static final Duration FRESH = Duration.ofMillis(200);

  private final MeterRegistry registry;
  private final FlowContext flow;
  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "leonardo-metrics");
            thread.setDaemon(true);
            return thread;
          });
  private final Set<String> sinks = new HashSet<>();
  private final List<Meter> registered = new CopyOnWriteArrayList<>();
  private Future<Snapshot> query;
  private Snapshot current;
  private long freshUntil = System.nanoTime();

  /** The figures of the ledger at one time. */
  private record Snapshot(LedgerStats figures, Instant now) {
    double age(Instant since) {
      return since == null ? 0 : Duration.between(since, now).toMillis() / 1000.0;
    }
  }

  private FlowMeters(MeterRegistry registry, FlowContext flow) {
    this.registry = registry;
    this.flow = flow;
  }

  /** Registers the meters in the registries of the application, if it has any. */
  static List<AutoCloseable> registerInHost(CamelContext context, FlowContext flow) {
    Set<MeterRegistry> registries = context.getRegistry().findByType(MeterRegistry.class);
    return registries.stream()
        // A composite registry passes its meters on to its parts.
        .filter(registry -> registries.stream().noneMatch(other -> isPartOf(registry, other)))
        .<AutoCloseable>map(registry -> register(registry, context, flow))
        .toList();
  }

  private static boolean isPartOf(MeterRegistry registry, MeterRegistry other) {
    return other instanceof CompositeMeterRegistry composite
        && composite.getRegistries().contains(registry);
  }

  /** Registers the meters. Provider calls are timed in routes that are added from now on. */
  static FlowMeters register(MeterRegistry registry, CamelContext context, FlowContext flow) {
    FlowMeters meters = new FlowMeters(registry, flow);
    meters.gauges();
    meters.registered.add(
        FunctionCounter.builder(
                "leonardo.rest.rejected.keys",
                context.getRegistry().findSingleByType(RejectedKeys.class),
                RejectedKeys::count)
            .description("REST calls and webhook notices with an unknown key")
            .register(registry));
    ProviderCallMetrics calls = new ProviderCallMetrics(registry);
    context
        .getCamelContextExtension()
        .addInterceptStrategy((c, step, target, next) -> calls.timed(step, target));
    return meters;
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
        "Age in seconds of the oldest job that waits for nothing but its turn; 0 if there is none",
        Tags.empty(),
        now -> now.age(now.figures().oldestAccepted()));
    String videos = "Videos of finished jobs that are not downloaded yet, or were given up";
    gauge("leonardo.videos", videos, PENDING, now -> now.figures().videos().pending());
    gauge("leonardo.videos", videos, DEAD, now -> now.figures().videos().dead());
    flow.settings().sinks().forEach(sink -> deliveries(sink.name()));
    deliveries(EventFactory.REPLY);
    flow.settings().accounts().all().forEach(account -> account(account.limits()));
    registered.add(
        Gauge.builder("leonardo.away", () -> flow.outages().away().size())
            .description("Number of things that are unavailable and being retried")
            .register(registry));
    File data = flow.settings().data().toFile();
    registered.add(
        Gauge.builder("leonardo.disk.free", data::getUsableSpace)
            .description("Free space on the disk of the data folder")
            .baseUnit("bytes")
            .register(registry));
  }

  /**
   * Registers a sink only once: the registry ignores a second gauge of the same name, with a
   * warning.
   */
  private void deliveries(String sink) {
    if (!sinks.add(sink)) {
      return;
    }
    Tags tags = Tags.of("sink", sink);
    String description = "Events and videos for sinks, by state";
    gauge("leonardo.deliveries", description, tags.and(PENDING), now -> of(now, sink).pending());
    gauge("leonardo.deliveries", description, tags.and(DEAD), now -> of(now, sink).dead());
    gauge(
        "leonardo.deliveries.oldest",
        "Age in seconds of the oldest pending delivery; 0 if there is none",
        tags,
        now -> now.age(of(now, sink).oldest()));
  }

  private static LedgerStats.Deliveries of(Snapshot now, String sink) {
    return now.figures().deliveries().getOrDefault(sink, NONE);
  }

  private void account(AccountLimits limits) {
    String account = limits.account();
    Tags tags = Tags.of("account", account);
    gauge(
        "leonardo.slots.held",
        "Jobs that are, or may be, at the provider",
        tags,
        now -> now.figures().accounts().get(account).slots().used());
    gauge(
        "leonardo.slots.limit",
        "Jobs that are allowed at the provider now",
        tags,
        now -> now.figures().accounts().get(account).slots().limit());
    if (limits.budget() != null) {
      gauge(
          "leonardo.budget.used",
          "Spent and reserved today (UTC), in the unit of the budget",
          tags,
          now -> now.figures().accounts().get(account).used().doubleValue());
      gauge(
          "leonardo.budget.limit",
          "Budget of a day (UTC), in its unit",
          tags,
          now -> limits.budget().perDay().doubleValue());
    }
  }

  private void gauge(String name, String description, Tags tags, ToDoubleFunction<Snapshot> value) {
    registered.add(
        Gauge.builder(name, () -> valueOf(current(), value))
            .description(description)
            .tags(tags)
            .register(registry));
  }

  private static double valueOf(Snapshot now, ToDoubleFunction<Snapshot> value) {
    return now == null ? Double.NaN : value.applyAsDouble(now);
  }

  /** The figures of the ledger; null while it is unavailable or too slow. */
  private synchronized Snapshot current() {
    if (System.nanoTime() - freshUntil >= 0) {
      current = readLedger();
      freshUntil = System.nanoTime() + FRESH.toNanos();
    }
    return current;
  }

  /** Reads the ledger again, however recent the figures are. */
  synchronized void refresh() {
    freshUntil = System.nanoTime();
    current();
  }

  private Snapshot readLedger() {
    if (query == null || query.isDone()) {
      query = reader.submit(this::read);
    }
    try {
      return query.get(LEDGER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private Snapshot read() {
    List<AccountLimits> accounts =
        flow.settings().accounts().all().stream().map(ProviderAccounts.Account::limits).toList();
    Snapshot now = new Snapshot(flow.ledger().figures(accounts), flow.clock().instant());
    // Includes sinks that are no longer configured.
    now.figures().deliveries().keySet().forEach(this::deliveries);
    return now;
  }

  /** Removes the meters: the registry may belong to the application and outlive the flow. */
  @Override
  public void close() {
    reader.shutdownNow();
    registered.forEach(registry::remove);
  }
}
