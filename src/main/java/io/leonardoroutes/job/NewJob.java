package io.leonardoroutes.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

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
 * @param approval null unless an operator has to approve it
 * @param pictures those that are uploaded before it is submitted
 * @param intake the one that an operator pauses to hold back such requests; null for none
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
    String awaits,
    Approval approval,
    List<JobPicture> pictures,
    String intake) {

  /**
   * That an operator has to approve the job before it may be submitted.
   *
   * @param why a sentence for whoever sees that it waits
   * @param expires when it is cancelled if nobody has decided; null if that is said of its whole
   *     batch
   * @param event tells that it waits, written in the commit that accepts it; null for none
   */
  public record Approval(String why, Instant expires, Function<Job, OutboxEvent> event) {}

  /** Copies the list. */
  public NewJob {
    pictures = List.copyOf(pictures);
  }

  /** A request that came alone, without tags or pictures, and waits for nothing but its turn. */
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
        null, null, null, List.of(), null);
  }

  /** The same request as a line of this batch. */
  public NewJob in(String batch) {
    return new NewJob(
        reference, account, model, request, warnings, baseName, routing, by, batch, tags, retryOf,
        duplicate, awaits, approval, pictures, intake);
  }

  /** The same request with these tags, as a retry of that job, or of none. */
  public NewJob with(Map<String, String> tags, String retryOf) {
    return new NewJob(
        reference, account, model, request, warnings, baseName, routing, by, batch, tags, retryOf,
        duplicate, awaits, approval, pictures, intake);
  }

  /**
   * The same request, which a finished job asked for too. If its video is used again, nothing is
   * paid, and so it waits for nothing.
   */
  public NewJob like(Duplicate duplicate) {
    boolean waits = !duplicate.reused();
    return new NewJob(
        reference,
        account,
        model,
        request,
        warnings,
        baseName,
        routing,
        by,
        batch,
        tags,
        retryOf,
        duplicate,
        waits ? awaits : null,
        waits ? approval : null,
        pictures,
        intake);
  }

  /**
   * The same request, which has to wait.
   *
   * @param job for the video of the job with this id; null for none
   * @param approval null if nobody has to approve it
   */
  public NewJob waitingFor(String job, Approval approval) {
    return new NewJob(
        reference, account, model, request, warnings, baseName, routing, by, batch, tags, retryOf,
        duplicate, job, approval, pictures, intake);
  }

  /** The same request with pictures that are uploaded first. */
  public NewJob with(List<JobPicture> pictures) {
    return new NewJob(
        reference, account, model, request, warnings, baseName, routing, by, batch, tags, retryOf,
        duplicate, awaits, approval, pictures, intake);
  }

  /** The same request from this intake. */
  public NewJob from(String intake) {
    return new NewJob(
        reference, account, model, request, warnings, baseName, routing, by, batch, tags, retryOf,
        duplicate, awaits, approval, pictures, intake);
  }

  /** Whose job it will be, or null. */
  public String caller() {
    return by.name();
  }
}
