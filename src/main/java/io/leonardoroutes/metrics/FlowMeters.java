package io.leonardoroutes.metrics;

import io.leonardoroutes.auth.RejectedKeys;
import io.leonardoroutes.drift.DriftStep;
import io.leonardoroutes.flow.FlowContext;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.File;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.CamelContext;

/**
 * All meters of the flow in one registry. The only tags are states, outcomes, and names of
 * accounts, models, sinks, steps and of what is unavailable: never anything from a request.
 */
public final class FlowMeters implements AutoCloseable {
  private final MeterSet meters;
  private final LedgerGauges ledger;
  private final AutoCloseable moves;

  private FlowMeters(MeterRegistry registry, CamelContext context, FlowContext flow) {
    meters = new MeterSet(registry);
    ledger = new LedgerGauges(meters, flow);
    moves = flow.ledger().onMove(new JobMeters(meters, flow.settings().accounts(), flow.clock()));
    ProviderCallTimer calls = new ProviderCallTimer(meters);
    context
        .getCamelContextExtension()
        .addInterceptStrategy((c, step, target, next) -> calls.timed(step, target));
    context.addRoutePolicyFactory(new StepTimers(meters));
    meters.counter(
        "leonardo.rest.rejected.keys",
        "REST calls and webhook notices with an unknown key",
        context.getRegistry().findSingleByType(RejectedKeys.class),
        RejectedKeys::count);
    DriftStep drift = context.getRegistry().findSingleByType(DriftStep.class);
    for (String account : flow.settings().accounts().names()) {
      for (String model : drift.models()) {
        Tags tags = Tags.of("account", account, "model", model);
        meters.gauge(
            "leonardo.model.listed",
            "1 if the provider lists the model for the account, 0 if not, NaN if it is not known",
            tags,
            () -> drift.isListed(account, model));
        meters.gauge(
            "leonardo.model.differences",
            "Rules of the model that the provider shows and that are not ours; NaN if not known",
            tags,
            () -> drift.differences(account, model));
      }
    }
    File data = flow.settings().data().toFile();
    meters.gauge(
        "leonardo.disk.free",
        "Free space on the disk of the data folder",
        "bytes",
        Tags.empty(),
        data::getUsableSpace);
    meters.gauge(
        "leonardo.build.info",
        "The version that runs; the value is always 1",
        Tags.of("version", version(), "java", Runtime.version().toString()),
        () -> 1);
  }

  private static String version() {
    String version = FlowMeters.class.getPackage().getImplementationVersion();
    return Optional.ofNullable(version).orElse("unknown");
  }

  /** Registers the meters in the registries of the application, if it has any. */
  public static List<AutoCloseable> registerInHost(CamelContext context, FlowContext flow) {
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

  /** Registers the meters. Steps are timed in routes that are added from now on. */
  static FlowMeters register(MeterRegistry registry, CamelContext context, FlowContext flow) {
    return new FlowMeters(registry, context, flow);
  }

  /** Reads the ledger again, however recent the figures are. */
  void refresh() {
    ledger.refresh();
  }

  @Override
  public void close() throws Exception {
    moves.close();
    ledger.close();
    meters.close();
  }
}
