package io.leonardoroutes.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.event.Sink;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Delivery.State;
import io.leonardoroutes.problem.RequestRejected;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code redeliver.camel.yaml} does: an operator retries the {@code DEAD} deliveries of a
 * sink.
 */
public final class RedeliverStep {
  /** How many deliveries are retried for a sink. */
  public record Redelivery(String sink, int deliveries) {}

  private static final Logger LOG = LoggerFactory.getLogger(RedeliverStep.class);
  private static final Logger AUDIT = LoggerFactory.getLogger("leonardo-audit");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlowContext flow;
  private final Set<String> sinks = new TreeSet<>();

  public RedeliverStep(FlowContext flow) {
    this.flow = flow;
    flow.settings().sinks().stream().map(Sink::name).forEach(sinks::add);
    if (flow.settings().intakes().jms()) {
      sinks.add(EventFactory.REPLY);
    }
  }

  /**
   * Retries the {@code DEAD} deliveries of a sink, and answers how many they are.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 404 for an unknown sink, with the
   *     known ones
   */
  public JsonNode dead(@Header("name") Object header, @Header(Caller.HEADER) Object user) {
    Caller operator = flow.caller(user);
    operator.requireOperator();
    // A query parameter or header of the same name comes first in the list.
    String sink = String.valueOf(header instanceof List<?> all ? all.get(all.size() - 1) : header);
    if (!sinks.contains(sink)) {
      throw new RequestRejected(
          404,
          "no-such-sink",
          "No such sink",
          "there is no sink " + sink + ": " + String.join(", ", sinks));
    }
    int deliveries = flow.ledger().outbox().redeliver(sink);
    LOG.info("{} DEAD deliveries for sink {} are PENDING again, by an operator", deliveries, sink);
    ObjectNode answer = JSON.valueToTree(new Redelivery(sink, deliveries));
    audit(answer.deepCopy(), flow.clock().instant(), new Actor(operator.name(), operator.source()));
    return answer;
  }

  private static void audit(ObjectNode line, Instant at, Actor actor) {
    line.put("from", State.DEAD.name()).put("to", State.PENDING.name()).put("at", at.toString());
    if (actor.name() != null) {
      line.put("who", actor.name());
    }
    AUDIT.info("{}", line.put("where", actor.source()));
  }
}
