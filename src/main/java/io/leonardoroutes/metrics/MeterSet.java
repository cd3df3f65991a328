package io.leonardoroutes.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/** Our meters in a registry, which may belong to the application and outlive the flow. */
final class MeterSet implements AutoCloseable {
  private final MeterRegistry registry;
  private final Set<Meter> registered = ConcurrentHashMap.newKeySet();

  MeterSet(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * The histogram of a duration.
   *
   * @param tags names and values in turn
   */
  Timer timer(StepDuration what, String... tags) {
    return keep(
        Timer.builder(what.meter)
            .description(what.description)
            .tags(tags)
            .serviceLevelObjectives(what.buckets())
            .register(registry));
  }

  Counter counter(String name, String description, String... tags) {
    return keep(Counter.builder(name).description(description).tags(tags).register(registry));
  }

  <T> void counter(String name, String description, T of, ToDoubleFunction<T> count) {
    keep(FunctionCounter.builder(name, of, count).description(description).register(registry));
  }

  void gauge(String name, String description, Tags tags, DoubleSupplier value) {
    gauge(name, description, null, tags, value);
  }

  /**
   * @param unit the suffix of its name, or null
   */
  void gauge(String name, String description, String unit, Tags tags, DoubleSupplier value) {
    keep(
        Gauge.builder(name, value::getAsDouble)
            .description(description)
            .baseUnit(unit)
            .tags(tags)
            .register(registry));
  }

  private <M extends Meter> M keep(M meter) {
    registered.add(meter);
    return meter;
  }

  @Override
  public void close() {
    registered.forEach(registry::remove);
  }
}
