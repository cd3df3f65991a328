package io.leonardoroutes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.delivery.FileName;
import io.leonardoroutes.health.LogLimit;
import io.leonardoroutes.request.Refused;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Who is told that a request was refused: its intake, the sinks that ask for it, a JMS caller. */
final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int MOST_LINES = 20;

  private final Parts parts;
  private final LogLimit lines;

  Refusals(Parts parts) {
    this.parts = parts;
    this.lines = new LogLimit(LOG, "refused requests", MOST_LINES, parts.clock());
    parts.settings().secrets().also(lines::tell);
  }

  /** Turns the refusal that an intake caught into its answer, and tells of it. */
  void answer(Exchange exchange) {
    Refused refused =
        Refused.of(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class)).orElseThrow();
    tell(exchange, refused, Intake.of(exchange).key());
    Answers.answer(exchange.getMessage(), refused.problem());
  }

  /**
   * Tells sinks and a JMS caller of a refusal, once for the same key.
   *
   * @param key of what was refused, or null
   * @return what is answered
   */
  JsonNode tell(Exchange exchange, Refused refused, String key) {
    Intake intake = Intake.of(exchange);
    JsonNode answer = Problems.json(refused.problem());
    String id = key == null ? UUID.randomUUID().toString() : Telling.id("refused " + key + answer);
    String fileName = FileName.of(intake.name(), "request") + "-" + id.substring(0, 8);
    ObjectNode data = JSON.createObjectNode().put("id", id).put("state", "REJECTED");
    data.set("problem", answer);
    parts.ledger().outbox().add(parts.telling().rejected(id, fileName, data, intake.replyTo()));
    LOG.atLevel(lines.mayLog() ? Level.INFO : Level.DEBUG)
        .log("{} refused: {}", fileName, refused.getMessage());
    return answer;
  }
}
