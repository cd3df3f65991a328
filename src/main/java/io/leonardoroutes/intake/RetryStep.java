package io.leonardoroutes.intake;

import static io.leonardoroutes.job.JobState.CANCELLED;
import static io.leonardoroutes.job.JobState.FAILED;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobFilter;
import io.leonardoroutes.job.JobPicture;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.Tag;
import io.leonardoroutes.picture.PictureFolder;
import io.leonardoroutes.problem.Problem;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.QueryParameters;
import io.leonardoroutes.upload.KeptPictures;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;

/**
 * The steps of {@code retry.camel.yaml}: a job that failed or was cancelled becomes a new request,
 * which is accepted like any other. A job has one retry at most: asking again answers that one, and
 * pays nothing.
 *
 * <p>One file, because it is read beside its route file.
 */
public final class RetryStep {
  /**
   * What became of one job.
   *
   * @param job the id of the job that is retried
   * @param status 202 for a new job, 200 for one that was there before and in a dry run, else that
   *     of the problem
   * @param retry the new job
   * @param preview what would be accepted, in a dry run
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record RetryItem(
      String job, int status, Job retry, DryRun.Preview preview, Problem problem) {}

  /**
   * What became of each.
   *
   * @param leftOut how many were left out, as they may have been billed
   * @param next where to go on; null if these were all
   */
  public record RetryList(List<RetryItem> items, int leftOut, String next) {}

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<JobState> RETRIED = Set.of(FAILED, CANCELLED);

  /** As long as a page of jobs that is held in memory. */
  private static final int MOST_JOBS = 100;

  /** What has to be confirmed, and the name of the problem that says so. */
  private static final String MAY_BE_BILLED = "may-be-billed";

  private static final int SHORT_ID = "-12345678".length();

  private final FlowContext flow;
  private final PictureFolder folder;
  private final FailedFiles files;

  public RetryStep(FlowContext flow, PictureFolder folder, FailedFiles files) {
    this.files = files;
    this.flow = flow;
    this.folder = folder;
  }

  /** Several retries; the exchanges of the jobs share it, one after the other. */
  private record UnderWay(ArrayNode items, int leftOut, String next) {}

  /**
   * Makes the request of a job the body.
   *
   * @throws RequestRejected 400 for an unknown parameter; 404; 409 unless it failed or was
   *     cancelled, or if it may have been billed and the query does not confirm that this is known
   */
  public void one(
      Exchange exchange,
      @Header("id") Object id,
      @Header(Exchange.HTTP_QUERY) String text,
      @Header(Caller.HEADER) Object user) {
    Caller caller = flow.caller(user);
    String confirm = QueryParameters.of(text, "confirm").text("confirm");
    if (confirm != null && !confirm.equals(MAY_BE_BILLED)) {
      throw QueryParameters.bad("confirm", confirm, MAY_BE_BILLED);
    }
    Job job = flow.job(id, caller);
    mustBeRetriable(job, confirm);
    request(exchange, job, caller);
  }

  /**
   * Makes the request of a job the body whose file was moved back from {@code .failed}.
   *
   * @param name the job's, by the name of the file
   * @param sha256 of the file's content
   * @throws RequestRejected 409 if it is not the request of that job, or like {@link #one}
   */
  void dropped(Exchange exchange, String name, String sha256) {
    Job job =
        flow.ledger()
            .findByIdOrName(name)
            .filter(found -> found.name().equals(name) && found.caller() == null)
            .filter(found -> files.isOf(found, sha256))
            .orElseThrow(
                () ->
                    new RequestRejected(
                        409,
                        "no-retry",
                        "The job cannot be retried",
                        "the file is not the request of a job %s as it was: to have it made as a request of its own, give it another name"
                            .formatted(name)));
    mustBeRetriable(job, null);
    request(exchange, job);
  }

  private void mustBeRetriable(Job job, String confirm) {
    if (!RETRIED.contains(job.state())) {
      throw new RequestRejected(
          409,
          "no-retry",
          "The job cannot be retried",
          "job %s is %s: only one that is FAILED or CANCELLED can be"
              .formatted(job.id(), job.state()));
    }
    Optional<String> doubt = confirm == null ? doubt(job) : Optional.empty();
    if (doubt.isPresent()) {
      throw new RequestRejected(
          409,
          "may-be-billed",
          "The job may have been billed",
          "%s: to have it made all the same, and perhaps pay twice, send ?confirm=%s"
              .formatted(doubt.get(), MAY_BE_BILLED));
    }
  }

  /** Why a retry might pay for the job twice; empty for one that surely does not. */
  private Optional<String> doubt(Job job) {
    Optional<Instant> restored =
        flow.ledger().restoredAt().filter(at -> !at.isBefore(job.createdAt()));
    if (!JobProblems.isGivenUp(job) && restored.isEmpty()
        || flow.ledger().withKey(key(job)).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        restored
            .map(
                at ->
                    "nobody knows whether job %s was retried before, as the ledger was restored from a backup at %s"
                        .formatted(job.id(), at))
            .orElse(
                "nobody knows whether job %s was billed, as it was given up while it was in doubt or late"
                    .formatted(job.id())));
  }

  private void request(Exchange exchange, Job job, Caller caller) {
    boolean others = caller.name() != null && !caller.name().equals(job.caller());
    exchange.setProperty(FlowProperties.CALLER, job.caller());
    exchange.setProperty(FlowProperties.OPERATOR, caller.operator());
    exchange.setProperty(
        FlowProperties.FROM,
        others ? "operator %s, %s".formatted(caller.name(), caller.source()) : caller.source());
    request(exchange, job);
  }

  private void request(Exchange exchange, Job job) {
    exchange.setProperty(FlowProperties.KEY, key(job));
    exchange.setProperty(FlowProperties.ONE_REQUEST, true);
    exchange.setProperty(FlowProperties.RETRY_OF, job.id());
    exchange.setProperty(
        FlowProperties.NAME, job.name().substring(0, job.name().length() - SHORT_ID));
    Job.ReplyTo reply = job.routing().replyTo();
    if (reply != null) {
      exchange.setProperty(FlowProperties.REPLY_TO, reply.destination());
      exchange.setProperty(FlowProperties.CORRELATION_ID, reply.correlationId());
    }
    ObjectNode request = job.request().deepCopy();
    List<JobPicture> pictures = flow.ledger().uploads().of(job);
    KeptPictures.name(request, pictures);
    exchange.setProperty(FlowProperties.PICTURE_SOURCE, new KeptPictures(folder, pictures));
    request.put("account", job.account()).put("priority", job.routing().priority());
    request.set("sinks", JSON.valueToTree(job.routing().sinks()));
    request.set("tags", JSON.valueToTree(job.tags()));
    exchange.getMessage().setBody(request.toString());
  }

  /** No key of an intake begins like this. */
  private static String key(Job job) {
    return "retry " + job.id();
  }

  /**
   * Makes the jobs that the query selects, of those that the caller may see, the body; without
   * those that may have been billed.
   *
   * @throws RequestRejected 400 for an unknown parameter or an impossible value
   */
  public void all(
      Exchange exchange,
      @Header(Exchange.HTTP_QUERY) String text,
      @Header(Caller.HEADER) Object user) {
    Caller caller = flow.caller(user);
    QueryParameters query =
        QueryParameters.of(text, "state", "tag", "from", "to", "limit", "after", "dry-run");
    int limit = query.number("limit", MOST_JOBS, MOST_JOBS);
    String after = query.text("after");
    if (after != null
        && flow.ledger().find(after).filter(job -> caller.canSee(job.caller())).isEmpty()) {
      throw QueryParameters.bad("after", after, "the `next` of an answer");
    }
    JobFilter filter =
        new JobFilter(
            state(query.text("state")),
            caller.operator() ? null : caller.name(),
            null,
            null,
            tag(query.text("tag")),
            query.time("from"),
            query.time("to"));
    List<Job> jobs = flow.ledger().page(filter, limit + 1, after);
    String next = jobs.size() > limit ? jobs.get(limit - 1).id() : null;
    exchange.setProperty(FlowProperties.DRY_RUN, query.flag("dry-run"));
    List<Job> page = jobs.stream().limit(limit).toList();
    List<Job> retried = page.stream().filter(job -> doubt(job).isEmpty()).toList();
    exchange.setProperty(
        FlowProperties.UNDER_WAY,
        new UnderWay(JSON.createArrayNode(), page.size() - retried.size(), next));
    exchange.getMessage().setBody(retried);
  }

  private static JobState state(String name) {
    return RETRIED.stream()
        .filter(state -> state.name().equals(name))
        .findFirst()
        .orElseThrow(() -> QueryParameters.bad("state", name, "FAILED or CANCELLED"));
  }

  private static Tag tag(String text) {
    return text == null
        ? null
        : Tag.of(text).orElseThrow(() -> QueryParameters.bad("tag", text, Tag.FORM));
  }

  /**
   * Replaces the job in the body by its request. One that has a retry is answered with that, and
   * {@code leonardoKnown} says so.
   */
  public void begin(
      Exchange exchange,
      @Body Job job,
      @Header(Caller.HEADER) Object user,
      @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay all) {
    request(exchange, job, flow.caller(user));
    Optional<Job> before = flow.ledger().withKey(key(job));
    exchange.setProperty(FlowProperties.KNOWN, before.isPresent());
    before.ifPresent(retry -> item(all, job.id(), 200).set("retry", EventFactory.json(retry)));
  }

  private static ObjectNode item(UnderWay all, String job, int status) {
    return all.items().addObject().put("job", job).put("status", status);
  }

  /** Adds the new job in the body to the answer. */
  public void accepted(
      @Body JsonNode retry,
      @ExchangeProperty(FlowProperties.RETRY_OF) String job,
      @ExchangeProperty(FlowProperties.KNOWN) boolean known,
      @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay all) {
    item(all, job, known ? 200 : 202).set("retry", retry);
  }

  /** Adds the preview in the body to the answer. */
  public void previewed(
      @Body JsonNode preview,
      @ExchangeProperty(FlowProperties.RETRY_OF) String job,
      @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay all) {
    item(all, job, 200).set("preview", preview);
  }

  /** Adds the problem in the body to the answer, for this job only. */
  public void refused(
      @Body JsonNode problem,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @ExchangeProperty(FlowProperties.RETRY_OF) String job,
      @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay all) {
    item(all, job, status).set("problem", problem);
  }

  /** What became of all of them. */
  public JsonNode answer(@ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay all) {
    ObjectNode answer = JSON.createObjectNode().set("items", all.items());
    return answer.put("leftOut", all.leftOut()).put("next", all.next());
  }
}
