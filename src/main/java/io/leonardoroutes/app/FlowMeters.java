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
 * The meters of the flow: what stands in the ledger, the time of each call to the provider and what
 * is unavailable. Tags are states, outcomes and the names of accounts, sinks and steps alone.
 */
final class FlowMeters implements AutoCloseable {
  private static final Tags PENDING = Tags.of("state", Delivery.State.PENDING.name());
  private static final Tags DEAD = Tags.of("state", Delivery.State.DEAD.name());

  /** Whoever asks gives up after some seconds, and then has nothing. */
  private static final Duration PATIENCE = Duration.ofMillis(1_200);

  private static final LedgerStats.Deliveries NONE = new LedgerStats.Deliveries(0, 0, null);

  /** Who reads one gauge reads all of them, within this time. */
  private static final Duration FRESH = Duration.ofMillis(200);

  private final MeterRegistry registry;
  private final FlowContext flow;
  private final ExecutorService asking =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "leonardo-metrics");
            thread.setDaemon(true);
            return thread;
          });
  private final Set<String> sinks = new HashSet<>();
  private final List<Meter> registered = new CopyOnWriteArrayList<>();
  private Future<Known> asked;
  private Known known;
  private long freshUntil = System.nanoTime();

  /** What stood in the ledger at one time. */
  private record Known(LedgerStats figures, Instant now) {
    double age(Instant since) {
      return since == null ? 0 : Duration.between(since, now).toMillis() / 1000.0;
    }
  }

  private FlowMeters(MeterRegistry registry, FlowContext flow) {
    this.registry = registry;
    this.flow = flow;
  }

  /** In an application with a registry of its own they are in that. */
  static List<AutoCloseable> registerInHost(CamelContext context, FlowContext flow) {
    Set<MeterRegistry> registries = context.getRegistry().findByType(MeterRegistry.class);
    return registries.stream()
        // What it is composed of gets them from it.
        .filter(registry -> registries.stream().noneMatch(other -> isPartOf(registry, other)))
        .<AutoCloseable>map(registry -> register(registry, context, flow))
        .toList();
  }

  private static boolean isPartOf(MeterRegistry registry, MeterRegistry other) {
    return other instanceof CompositeMeterRegistry composite
        && composite.getRegistries().contains(registry);
  }

  /** Registers them; calls to the provider are timed in routes that are added from now on. */
  static FlowMeters register(MeterRegistry registry, CamelContext context, FlowContext flow) {
    FlowMeters meters = new FlowMeters(registry, flow);
    meters.gauges();
    meters.registered.add(
        FunctionCounter.builder(
                "leonardo.rest.rejected.keys",
                context.getRegistry().findSingleByType(RejectedKeys.class),
                RejectedKeys::count)
            .description("REST calls and notices with a key that is not known")
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
        "Age in seconds of the oldest job that is not submitted; 0: there is none",
        Tags.empty(),
        now -> now.age(now.figures().oldestAccepted()));
    String videos = "Videos that we have no copy of: still to be fetched, or given up";
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
            .description("What may still be written to the disk of the data folder")
            .baseUnit("bytes")
            .register(registry));
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
    registered.add(
        Gauge.builder(name, () -> valueOf(known(), value))
            .description(words)
            .tags(tags)
            .register(registry));
  }

  private static double valueOf(Known now, ToDoubleFunction<Known> value) {
    return now == null ? Double.NaN : value.applyAsDouble(now);
  }

  /** What stands in the ledger, or null while that is away or does not answer soon. */
  private synchronized Known known() {
    if (System.nanoTime() - freshUntil >= 0) {
      known = ledger();
      freshUntil = System.nanoTime() + FRESH.toNanos();
    }
    return known;
  }

  /** Reads the ledger anew at the next gauge. */
  synchronized void refresh() {
    freshUntil = System.nanoTime();
    known();
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
    Known now = new Known(flow.ledger().figures(accounts), flow.clock().instant());
    // Also of sinks that are not configured any more.
    now.figures().deliveries().keySet().forEach(this::deliveries);
    return now;
  }

  /** The registry may be the application's, and outlives the flow. */
  @Override
  public void close() {
    asking.shutdownNow();
    registered.forEach(registry::remove);
  }
}
