package io.leonardoroutes.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.leonardoroutes.flow.RepeatInterval;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.JobLog;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the deliveries to one sink: a line for each, but only their number while the sink takes
 * nothing and many wait.
 */
final class DeliveryLog {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryLog.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** If there are more, they are only counted. */
  private static final int FEW = 10;

  private static final Duration COUNTED = Duration.ofMinutes(10);
  private static final Duration SPELL = Duration.ofMinutes(1);

  private final String sink;
  private final RepeatInterval counting = new RepeatInterval(COUNTED);
  private final RepeatInterval naming = new RepeatInterval(SPELL);
  private boolean failing;
  private long missed;
  private long late;
  private long dead;
  private long deadUntold;

  DeliveryLog(String sink) {
    this.sink = sink;
  }

  static String label(Delivery delivery) {
    boolean event = delivery.content() == Delivery.Content.EVENT;
    return delivery.fileName() + " " + (event ? delivery.type() : delivery.content().word());
  }

  /** Whose job it is stands in the event alone. */
  private static void about(Delivery delivery, Runnable line) {
    if (!LOG.isErrorEnabled()) {
      return;
    }
    JsonNode job = MissingNode.getInstance();
    try {
      job = JSON.readTree(delivery.document()).path("data");
    } catch (JsonProcessingException e) {
      LOG.debug("the event {} is no JSON", delivery.eventId(), e);
    }
    JobLog.about(
        delivery.subject(),
        job.path("account").asText(null),
        job.path("caller").asText(null),
        delivery.trace(),
        line);
  }

  /** It failed, and will be retried. */
  synchronized void missed(Delivery delivery, Duration wait, String why, Instant now) {
    boolean first = delivery.tries() == 0;
    missed += first ? 1 : 0;
    if (first && !failing && (missed <= FEW || naming.isOver(now))) {
      about(
          delivery,
          () ->
              LOG.info(
                  "{} not taken by sink {}, retrying in {}: {}", label(delivery), sink, wait, why));
      naming.begin(now);
      counting.begin(now);
    } else if (missed > 1 && counting.isOver(now)) {
      LOG.info(
          "sink {} has not taken {} deliveries, which are being retried: {}", sink, missed, why);
      counting.begin(now);
    }
    failing = true;
  }

  /** The sink has it. */
  synchronized void delivered(Delivery delivery, Instant now) {
    if (failing) {
      failing = false;
      counting.begin(now);
    }
    if (delivery.tries() > 0) {
      late++;
    }
    if (delivery.tries() == 0 || missed <= FEW) {
      about(delivery, () -> LOG.info("{} delivered to {}", label(delivery), sink));
    }
  }

  /** Whether the last one that ended was not taken. */
  synchronized boolean isFailing() {
    return failing;
  }

  /** It was given up. */
  synchronized void dead(Delivery delivery, int tries, String why, Instant now) {
    if (++dead <= FEW) {
      about(
          delivery,
          () ->
              LOG.error(
                  "{} is DEAD for sink {} after {} tries: {}", label(delivery), sink, tries, why));
      naming.begin(now);
    } else {
      deadUntold++;
    }
  }

  /**
   * Nothing is due for the sink just now: logs what was only counted.
   *
   * @param allDelivered whether nothing waits for a retry
   */
  synchronized void idle(boolean allDelivered, Instant now) {
    if (deadUntold > 0 && naming.isOver(now)) {
      LOG.error("{} more deliveries are DEAD for sink {}", deadUntold, sink);
      naming.begin(now);
      deadUntold = 0;
    } else if (deadUntold == 0 && naming.isOver(now)) {
      dead = 0;
    }
    if (missed > FEW && late > 0 && (allDelivered || counting.isOver(now))) {
      LOG.info("sink {} is back: {} deliveries that had waited for it are delivered", sink, late);
      counting.begin(now);
      late = 0;
    }
    if (allDelivered) {
      missed = 0;
      late = 0;
    }
  }

  /** Whether {@link #idle} has something to log. */
  synchronized boolean waits() {
    return missed > 0 || dead > 0;
  }
}
