package io.leonardoroutes.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * A valid request on its way into the ledger.
 *
 * @param reference of the caller's own: the same one of another caller is another
 * @param account by which it will be paid
 * @param baseName what its files in an outbox are called, before the short id
 * @param routing with the content's hash; its file name is not used: the ledger makes a unique one
 * @param by whose job it will be, and where it came in
 * @param batch the batch that it is a line of, or null
 * @param tags what it is booked under; never null
 * @param retryOf the id of the job that it tries again, or null
 * @param duplicate a finished job that asked for the same, or null
 * @param awaits the id of the job whose video it takes, or null
 */
public record NewJob(
    String reference,
    String account,
    String model,
    JsonNode request,
    List<String> warnings,
    String baseName,
    Job.Routing routing,
    Actor by,
    String batch,
    Map<String, String> tags,
    String retryOf,
    Duplicate duplicate,
    String awaits) {

  /** A request that came alone, without tags, and waits for nothing but its turn. */
  public NewJob(
      String reference,
      String account,
      String model,
      JsonNode request,
      List<String> warnings,
      String baseName,
      Job.Routing routing,
      Actor by) {
    this(
        reference, account, model, request, warnings, baseName, routing, by, null, Map.of(), null,
        null, null);
  }

  /** The same request as a line of this batch. */
  public NewJob in(String batch) {
    return new NewJob(
        reference, account, model, request, warnings, baseName, routing, by, batch, tags, retryOf,
        duplicate, awaits);
  }

  /** The same request with these tags, as a retry of that job, or of none. */
  public NewJob with(Map<String, String> tags, String retryOf) {
    return new NewJob(
        reference, account, model, request, warnings, baseName, routing, by, batch, tags, retryOf,
        duplicate, awaits);
  }

  /** The same request, which a finished job asked for too. */
  public NewJob like(Duplicate duplicate) {
    return new NewJob(
        reference, account, model, request, warnings, baseName, routing, by, batch, tags, retryOf,
        duplicate, awaits);
  }

  /** The same request, for the video of the job with this id; null for none. */
  public NewJob awaiting(String job) {
    return new NewJob(
        reference, account, model, request, warnings, baseName, routing, by, batch, tags, retryOf,
        duplicate, job);
  }

  /** Whose job it will be, or null. */
  public String caller() {
    return by.name();
  }
}
