package io.leonardoroutes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.delivery.Sink;
import io.leonardoroutes.ledger.By;
import io.leonardoroutes.ledger.Delivery.State;
import io.leonardoroutes.request.Refused;
import io.leonardoroutes.rest.Caller;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code redeliver.camel.yaml} does: an operator has what is DEAD for a sink tried again. */
public final class Redeliver {
  /** How many deliveries wait for a sink again. */
  record Redelivery(String sink, int deliveries) {}

  private static final Logger LOG = LoggerFactory.getLogger(Redeliver.class);
  private static final Logger AUDIT = LoggerFactory.getLogger("leonardo-audit");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Parts parts;
  private final Set<String> sinks = new TreeSet<>();

  Redeliver(Parts parts) {
    this.parts = parts;
    parts.settings().sinks().stream().map(Sink::name).forEach(sinks::add);
    if (parts.settings().intakes().jms()) {
      sinks.add(Telling.REPLY);
    }
  }

  /**
   * Makes what is DEAD for a sink wait for it again, and answers how much it is.
   *
   * @throws Refused 403 for who is no operator; 404 for a sink that is not there, with those that
   *     are
   */
  public JsonNode dead(@Header("name") Object header, @Header(Caller.HEADER) Object user) {
    Caller operator = parts.caller(user);
    operator.mustBeOperator();
    // A query or a header of the same name comes before what the path says.
    String sink = String.valueOf(header instanceof List<?> all ? all.get(all.size() - 1) : header);
    if (!sinks.contains(sink)) {
      throw new Refused(
          404,
          "no-such-sink",
          "No such sink",
          "there is no sink " + sink + ": " + String.join(", ", sinks));
    }
    int deliveries = parts.ledger().outbox().redeliver(sink);
    LOG.info("{} DEAD deliveries for sink {} are PENDING again, by an operator", deliveries, sink);
    ObjectNode answer = JSON.valueToTree(new Redelivery(sink, deliveries));
    audit(answer.deepCopy(), parts.clock().instant(), new By(operator.name(), operator.place()));
    return answer;
  }

  private static void audit(ObjectNode line, Instant at, By by) {
    line.put("from", State.DEAD.name()).put("to", State.PENDING.name()).put("at", at.toString());
    if (by.who() != null) {
      line.put("who", by.who());
    }
    AUDIT.info("{}", line.put("where", by.where()));
  }
}
