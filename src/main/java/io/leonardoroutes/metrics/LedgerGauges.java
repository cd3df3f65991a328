package io.leonardoroutes.metrics;

import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.ProviderAccounts;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.ledger.LedgerStats;
import io.leonardoroutes.limits.AccountLimits;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Gauges of what the ledger counts, and of what is unavailable. */
final class LedgerGauges implements AutoCloseable {
  private static final Tags PENDING = Tags.of("state", Delivery.State.PENDING.name());
  private static final Tags DEAD = Tags.of("state", Delivery.State.DEAD.name());

  /** How long to wait for the ledger: a scrape that times out would get no metrics at all. */
  private static final Duration LEDGER_TIMEOUT = Duration.ofMillis(1_200);

  private static final LedgerStats.Deliveries NONE = new LedgerStats.Deliveries(0, 0, null);

  /** A scrape reads all gauges within this time, so that they share one query. */
  private static final Duration FRESH = Duration.ofMillis(200);

  /** So many names of things that are away are told apart; any more are "other things". */
  private static final int MOST_AWAY = 100;

  private static final String OTHER = "other things";

  /** Each batch would be a series of its own. */
  private static final Pattern BATCH =
      Pattern.compile(" [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$");

  private final MeterSet meters;
  private final FlowContext flow;
  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "leonardo-metrics");
            thread.setDaemon(true);
            return thread;
          });
  private final Set<String> sinks = new HashSet<>();
  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private Future<Snapshot> query;
  private Snapshot current;
  private long freshUntil = System.nanoTime();

  /** The figures of the ledger at one time. */
  private record Snapshot(LedgerStats figures, Instant now) {
    double age(Instant since) {
      return since == null ? 0 : Duration.between(since, now).toMillis() / 1000.0;
    }
  }

  LedgerGauges(MeterSet meters, FlowContext flow) {
    this.meters = meters;
    this.flow = flow;
    gauges();
  }

  private void gauges() {
    for (JobState state : JobState.values()) {
      gauge(
          "leonardo.jobs",
          "Jobs by state",
          Tags.of("state", state.name()),
          now -> now.figures().jobs().getOrDefault(state, 0L));
    }
    seconds(
        "leonardo.accepted.oldest.age",
        "Age of the oldest job that waits for nothing but its turn; 0 if there is none",
        Tags.empty(),
        now -> now.age(now.figures().oldestAccepted()));
    String videos = "Videos of finished jobs that are not downloaded yet, or were given up";
    gauge("leonardo.videos", videos, PENDING, now -> now.figures().videos().pending());
    gauge("leonardo.videos", videos, DEAD, now -> now.figures().videos().dead());
    flow.settings().sinks().forEach(sink -> deliveries(sink.name()));
    deliveries(EventFactory.REPLY);
    flow.settings().accounts().all().forEach(account -> account(account.limits()));
    away("the provider");
    away(flow.outages().ledger());
  }

  /** One that came back stays, with 0: a series that only ends may be a program that is down. */
  private void away(String name) {
    String what = known.contains(name) || known.size() < MOST_AWAY ? name : OTHER;
    if (known.add(what)) {
      meters.gauge(
          "leonardo.away",
          "1 while this is unavailable and being retried",
          Tags.of("what", what),
          () ->
              names().anyMatch(what.equals(OTHER) ? other -> !known.contains(other) : what::equals)
                  ? 1
                  : 0);
    }
  }

  private Stream<String> names() {
    return flow.outages().away().stream().map(one -> BATCH.matcher(one).replaceFirst(""));
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
    seconds(
        "leonardo.deliveries.oldest.age",
        "Age of the oldest pending delivery; 0 if there is none",
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
      Tags money = tags.and("unit", limits.budget().unit());
      gauge(
          "leonardo.budget.used",
          "Spent and reserved today (UTC), in this unit",
          money,
          now -> now.figures().accounts().get(account).used().doubleValue());
      gauge(
          "leonardo.budget.limit",
          "Budget of a day (UTC), in this unit",
          money,
          now -> now.figures().accounts().get(account).budget().doubleValue());
    }
  }

  private void gauge(String name, String description, Tags tags, ToDoubleFunction<Snapshot> value) {
    meters.gauge(name, description, tags, () -> valueOf(current(), value));
  }

  private void seconds(
      String name, String description, Tags tags, ToDoubleFunction<Snapshot> value) {
    meters.gauge(name, description, "seconds", tags, () -> valueOf(current(), value));
  }

  private static double valueOf(Snapshot now, ToDoubleFunction<Snapshot> value) {
    return now == null ? Double.NaN : value.applyAsDouble(now);
  }

  /** The figures of the ledger; null while it is unavailable or too slow. */
  private synchronized Snapshot current() {
    if (System.nanoTime() - freshUntil >= 0) {
      names().forEach(this::away);
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

  @Override
  public void close() {
    reader.shutdownNow();
  }
}
