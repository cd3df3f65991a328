package io.leonardoroutes.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.receipt.ReceiptHash;
import io.leonardoroutes.receipt.ReceiptLink;
import java.time.Instant;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Makes the receipts of delivered videos: what was asked for, by which rules it was checked, what
 * came of it and when, and hashes of all of it.
 */
final class ReceiptFactory {
  /**
   * How IPTC marks what a trained model made
   * (http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia).
   */
  private static final String MADE_BY_AI =
      "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlowContext flow;
  private final UnaryOperator<String> rules;

  /**
   * @param rules the JSON Schema of a model's requests
   */
  ReceiptFactory(FlowContext flow, UnaryOperator<String> rules) {
    this.flow = flow;
    this.rules = rules;
  }

  /** The receipt that goes with this delivery, always the same. */
  String of(Delivery delivery) {
    Job job =
        flow.ledger()
            .find(delivery.subject())
            .orElseThrow(() -> new IllegalStateException("its job is not in the ledger"));
    Map<String, String> pictures = flow.ledger().pictures(job.id());
    return flow.ledger()
        .receipts()
        .receipt(delivery, link -> document(link, delivery, job, pictures));
  }

  private String document(
      ReceiptLink link, Delivery delivery, Job job, Map<String, String> pictures) {
    ObjectNode receipt = JSON.createObjectNode();
    receipt.put("sink", link.sink()).put("number", link.number()).put("previous", link.previous());
    receipt.put("issuedAt", flow.clock().instant().toString());
    receipt.put("job", job.id());
    putIfThere(receipt, "reference", job.reference());
    putIfThere(receipt, "caller", job.caller());
    receipt.put("account", job.account()).put("model", job.model());
    receipt.put("rulesSha256", ReceiptHash.of(rules.apply(job.model())));
    receipt.set("request", job.request());
    receipt.put("requestSha256", ReceiptHash.of(job.request().toString()));
    ObjectNode sources = receipt.putObject("picturesSha256");
    pictures.forEach(sources::put);
    putIfThere(receipt, "generationId", job.generationId());
    if (job.cost() != null) {
      receipt.set("cost", JSON.<JsonNode>valueToTree(job.cost()));
    }
    putIfThere(receipt, "acceptedAt", job.createdAt());
    putIfThere(receipt, "approvedAt", job.approvedAt());
    putIfThere(receipt, "submittedAt", job.submittedAt());
    putIfThere(receipt, "finishedAt", job.finishedAt());
    ObjectNode video = receipt.putObject("video").put("file", delivery.fileName() + ".mp4");
    video.put("bytes", job.video().bytes()).put("sha256", job.video().sha256());
    receipt.put("digitalSourceType", MADE_BY_AI);
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(receipt) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always JSON", e);
    }
  }

  private static void putIfThere(ObjectNode receipt, String key, Object value) {
    if (value != null) {
      receipt.put(key, value instanceof Instant time ? time.toString() : (String) value);
    }
  }
}
