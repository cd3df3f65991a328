package io.leonardoroutes.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.QuoteTotal;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.problem.JsonArray;
import io.leonardoroutes.problem.Problem;
import io.leonardoroutes.problem.RequestRejected;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * The steps of {@code batch.camel.yaml}: several requests in one call. Each element is handled as
 * if it had come alone. Its idempotency key is made of the key of the batch and its position, so
 * that a batch that is sent again after a crash is the same jobs.
 */
public final class BatchIntake {
  /**
   * The outcome of one request.
   *
   * @param status as if it had come alone; 424 if only another request is wrong
   */
  record BatchItem(int status, String location, Job job, DryRun.Preview preview, Problem problem) {}

  /**
   * The outcomes, in the order of the requests.
   *
   * @param quote what they would cost together; only in a dry run
   */
  public record BatchAnswer(List<BatchItem> items, QuoteTotal quote) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlowContext flow;
  private final int most;
  private final AcceptStep accept;
  private final RejectionNotifier rejections;

  public BatchIntake(FlowContext flow, AcceptStep accept, RejectionNotifier rejections) {
    this.flow = flow;
    this.most = flow.settings().rest().batch();
    this.accept = accept;
    this.rejections = rejections;
  }

  /** One batch; the exchanges of its elements share it, one after the other. */
  private static final class UnderWay {
    private final String key;
    private final ArrayNode items = JSON.createArrayNode();
    private final List<NewJob> asked = new ArrayList<>();
    private final QuoteTotal.Counter quotes;
    private boolean unavailable;

    private UnderWay(String key, QuoteTotal.Counter quotes) {
      this.key = key;
      this.quotes = quotes;
    }

    private String key(int place) {
      // No key of another intake or of a single call begins like this.
      return key == null ? null : "batch " + place + " " + key;
    }

    private void job(int place, Job job, boolean known) {
      items.set(place, item(known, job.id(), EventFactory.json(job)));
    }

    /** How many are; a job that is known may have a problem of its own. */
    private long refused() {
      return StreamSupport.stream(items.spliterator(), false)
          .filter(item -> item.has("problem"))
          .count();
    }
  }

  /**
   * Replaces the array in the body by the texts of its elements.
   *
   * @throws RequestRejected 400 if it is no JSON array, 413 if it has too many elements
   */
  public void open(Exchange exchange, @Body String text) {
    exchange.getMessage().setBody(JsonArray.elements(text, most));
    exchange.setProperty(
        FlowProperties.UNDER_WAY,
        new UnderWay(
            exchange.getProperty(FlowProperties.KEY, String.class),
            new QuoteTotal.Counter(flow.quotes())));
  }

  /**
   * Begins an element.
   *
   * @throws IllegalStateException if something it needs was unavailable for the element before: the
   *     whole batch would wait too long
   */
  public void begin(
      Exchange exchange,
      @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay batch,
      @ExchangeProperty("CamelSplitIndex") int place) {
    if (batch.unavailable) {
      throw new IllegalStateException("away for the request before it");
    }
    exchange.setProperty(FlowProperties.KEY, batch.key(place));
  }

  /** Adds the job in the body, which is durable, to the answer. */
  public void accepted(
      Exchange exchange, @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay batch) {
    boolean known = exchange.getProperty(FlowProperties.KNOWN, false, Boolean.class);
    String id = exchange.getProperty(FlowProperties.ID, String.class);
    batch.items.add(item(known, id, exchange.getMessage().getBody(JsonNode.class)));
  }

  private static ObjectNode item(boolean known, String id, JsonNode job) {
    ObjectNode item = JSON.createObjectNode().put("status", known ? 200 : 202);
    return item.put("location", "/generations/" + id).set("job", job);
  }

  /** Adds the preview in the body to the answer. */
  public void previewed(
      @Body JsonNode preview, @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay batch) {
    batch.quotes.add(preview.path("account").asText(), preview.path("request"));
    batch.items.addObject().put("status", 200).set("preview", preview);
  }

  /** Keeps the valid request in the body until all others are checked. */
  public void waits(Exchange exchange, @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay batch) {
    batch.asked.add(accept.asked(exchange));
    batch.items.addObject();
  }

  /** Adds the problem in the body to the answer, for this element only. */
  public void refused(
      Exchange exchange, @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay batch) {
    int status = exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    batch
        .items
        .addObject()
        .put("status", status)
        .set("problem", exchange.getMessage().getBody(JsonNode.class));
    batch.unavailable |= status == 503;
  }

  /** All or none: accepts all requests in one commit if none of them is wrong. */
  public void commit(
      Exchange exchange, @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay batch) {
    if (batch.refused() > 0) {
      return;
    }
    List<Acceptance> all = accept.commitAll(batch.asked);
    List<String> ids = new ArrayList<>();
    for (int place = 0; place < all.size(); place++) {
      Acceptance one = all.get(place);
      if (one instanceof Acceptance.Accepted accepted) {
        ids.add(accepted.job().id());
        batch.job(place, accepted.job(), false);
      } else if (one instanceof Acceptance.Known known) {
        ids.add(known.job().id());
        batch.job(place, known.job(), true);
      } else {
        Acceptance.Conflict conflict = (Acceptance.Conflict) one;
        int other = ids.indexOf(conflict.job().id());
        ids.add(null);
        RequestRejected rejected =
            AcceptStep.conflict(
                conflict,
                other < 0 ? "job " + conflict.job().id() : "element " + other + " of the batch");
        ObjectNode item = JSON.createObjectNode().put("status", rejected.problem().status());
        batch.items.set(
            place, item.set("problem", rejections.tell(exchange, rejected, batch.key(place))));
      }
    }
  }

  /** Says what became of each; {@code leonardoRefused} is whether all are refused for some. */
  public void answer(
      Exchange exchange,
      @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay batch,
      @ExchangeProperty(FlowProperties.ATOMIC) boolean atomic,
      @ExchangeProperty(FlowProperties.DRY_RUN) boolean dryRun) {
    long wrong = batch.refused();
    boolean refused = atomic && wrong > 0;
    exchange.setProperty(FlowProperties.REFUSED, refused);
    exchange.setProperty(FlowProperties.AWAY, batch.unavailable);
    ObjectNode answer = JSON.createObjectNode();
    if (refused) {
      for (int place = 0; place < batch.items.size(); place++) {
        if (!batch.items.get(place).has("problem")) {
          batch.items.set(place, JSON.createObjectNode().put("status", 424));
        }
      }
      answer =
          (ObjectNode)
              Problem.of(
                      422,
                      "batch-refused",
                      "No request of the batch is accepted",
                      "%s of %s requests are rejected".formatted(wrong, batch.items.size()))
                  .json();
    }
    answer.set("items", batch.items);
    if (dryRun && !refused) {
      answer.set("quote", JSON.valueToTree(batch.quotes.total()));
    }
    exchange.getMessage().setBody(answer);
  }
}
