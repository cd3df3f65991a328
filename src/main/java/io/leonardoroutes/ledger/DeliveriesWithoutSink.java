package io.leonardoroutes.ledger;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * A sink that the ledger knows and the settings do not. Its deliveries wait until there is a sink
 * of that name again.
 *
 * @param deliveries that are pending
 * @param jobs that chose it and have not ended
 */
public record DeliveriesWithoutSink(String sink, long deliveries, long jobs) {
  /** How many jobs chose the same sinks, and how many of them are answered by JMS too. */
  private record Choice(List<String> sinks, long jobs, long replies) {}

  /**
   * Counts what waits for them.
   *
   * @param known the sinks that there are
   * @param reply the name under which JMS callers are answered
   */
  static List<DeliveriesWithoutSink> find(Handle handle, Collection<String> known, String reply) {
    Map<String, DeliveriesWithoutSink> found = new TreeMap<>();
    handle
        .createQuery("SELECT sink, count(*) FROM delivery WHERE state = 'PENDING' GROUP BY sink")
        .map((row, context) -> new DeliveriesWithoutSink(row.getString(1), row.getLong(2), 0))
        .forEach(one -> found.put(one.sink, one));
    handle
        .createQuery(
            """
            SELECT sinks, count(*), count(reply_to) FROM job
            WHERE state IN ('ACCEPTED', 'SUBMITTING', 'RUNNING', 'IN_DOUBT')
              OR (state = 'COMPLETE' AND due_at >= 0) GROUP BY sinks
            """)
        .map(
            (row, context) ->
                new Choice(JobMapper.names(row.getString(1)), row.getLong(2), row.getLong(3)))
        .forEach(
            choice -> {
              choice.sinks.stream().distinct().forEach(sink -> add(found, sink, choice.jobs));
              add(found, reply, choice.replies);
            });
    return found.values().stream()
        .filter(one -> one.deliveries + one.jobs > 0 && !known.contains(one.sink))
        .toList();
  }

  private static void add(Map<String, DeliveriesWithoutSink> found, String sink, long jobs) {
    found.merge(
        sink,
        new DeliveriesWithoutSink(sink, 0, jobs),
        (one, more) -> new DeliveriesWithoutSink(sink, one.deliveries, one.jobs + more.jobs));
  }
}
