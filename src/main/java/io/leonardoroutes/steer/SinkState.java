package io.leonardoroutes.steer;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.leonardoroutes.event.Sink;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.ledger.LedgerStats;
import io.leonardoroutes.ledger.LedgerStats.Deliveries;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A sink, and what still has to reach it.
 *
 * @param events that it gets; null for {@code reply}, the JMS callers, and for a sink that was
 *     removed
 * @param removed true if it is no longer in the settings; else null
 * @param away true if this instance cannot deliver to it just now; else null
 * @param oldestPendingAt null if none is pending
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SinkState(
    String name,
    List<String> events,
    Boolean removed,
    Boolean away,
    long pending,
    long dead,
    String oldestPendingAt) {

  /** All sinks, by name. */
  public record SinkList(List<SinkState> items) {}

  /** The names of all sinks that there are, sorted. */
  static Set<String> names(FlowContext flow) {
    Set<String> names = new TreeSet<>();
    flow.settings().sinks().forEach(sink -> names.add(sink.name()));
    if (flow.settings().intakes().jms()) {
      names.add(EventFactory.REPLY);
    }
    return names;
  }

  /** All sinks that there are, and those that were removed and for which something waits. */
  static List<SinkState> of(FlowContext flow, LedgerStats stats) {
    Map<String, Sink> sinks = new TreeMap<>();
    stats.deliveries().keySet().forEach(name -> sinks.put(name, Sink.removed(name)));
    names(flow).forEach(name -> sinks.put(name, Sink.removed(name)));
    flow.settings().sinks().forEach(sink -> sinks.put(sink.name(), sink));
    List<String> away = flow.outages().away();
    return sinks.values().stream()
        .map(sink -> of(sink, flow, stats.deliveries().get(sink.name()), away))
        .toList();
  }

  private static SinkState of(
      Sink sink, FlowContext flow, Deliveries deliveries, List<String> away) {
    Deliveries open = deliveries == null ? new Deliveries(0, 0, null) : deliveries;
    return new SinkState(
        sink.name(),
        sink.uri() == null ? null : sink.events().stream().sorted().toList(),
        names(flow).contains(sink.name()) ? null : true,
        away.contains("sink " + sink.name()) ? true : null,
        open.pending(),
        open.dead(),
        open.oldest() == null ? null : open.oldest().toString());
  }
}
