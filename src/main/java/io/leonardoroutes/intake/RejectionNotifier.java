package io.leonardoroutes.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.event.OutboxFileName;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.IntakeProperties;
import io.leonardoroutes.health.LogLimit;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.problem.ProblemAnswer;
import io.leonardoroutes.problem.RejectionCounts;
import io.leonardoroutes.problem.RequestRejected;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Tells the intake, the sinks that want it and a JMS caller that a request is rejected. */
public final class RejectionNotifier {
  private static final Logger LOG = LoggerFactory.getLogger(RejectionNotifier.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int MOST_LINES = 20;

  private final FlowContext flow;
  private final RejectionCounts counts = new RejectionCounts();
  private final LogLimit lines;

  public RejectionNotifier(FlowContext flow) {
    this.flow = flow;
    this.lines = new LogLimit(LOG, "rejected requests", MOST_LINES, flow.clock());
    flow.settings().secrets().onRefresh(lines::logSuppressed);
  }

  /** How often each rule was broken. */
  public RejectionCounts counts() {
    return counts;
  }

  /** Makes the rejection that an intake caught its answer, and tells sinks and a JMS caller. */
  void answer(Exchange exchange) {
    RequestRejected rejected = RequestRejected.caughtBy(exchange);
    tell(exchange, rejected, IntakeProperties.of(exchange).key());
    ProblemAnswer.answer(exchange.getMessage(), rejected.problem());
  }

  /**
   * Tells sinks and a JMS caller of a rejection, once for the same key.
   *
   * @param key the idempotency key of the request, or null
   * @return the problem document to answer
   */
  JsonNode tell(Exchange exchange, RequestRejected rejected, String key) {
    flow.ledger().outbox().add(events(exchange, rejected, key));
    return rejected.problem().json();
  }

  /** The events of a rejection, which the intake writes itself. */
  List<OutboxEvent> events(Exchange exchange, RequestRejected rejected, String key) {
    IntakeProperties intake = IntakeProperties.of(exchange);
    JsonNode answer = rejected.problem().json();
    counts.add(rejected.problem(), flow.clock().instant());
    String id =
        key == null ? UUID.randomUUID().toString() : EventFactory.id("refused " + key + answer);
    String fileName = OutboxFileName.of(intake.name(), "request") + "-" + id.substring(0, 8);
    ObjectNode data = JSON.createObjectNode().put("id", id).put("state", "REJECTED");
    data.set("problem", answer);
    LOG.atLevel(lines.mayLog() ? Level.INFO : Level.DEBUG)
        .log("{} rejected: {}", fileName, rejected.getMessage());
    return flow.events().rejected(id, fileName, data, intake.replyTo(), intake.trace());
  }
}
