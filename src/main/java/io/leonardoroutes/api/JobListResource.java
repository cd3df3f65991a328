package io.leonardoroutes.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobFilter;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.Tag;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.QueryParameters;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/** {@code GET /generations}: jobs, filtered, page by page. */
public final class JobListResource {
  /** A page of jobs. */
  public record JobPage(List<Job> items, String next) {}

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAGE = 50;
  private static final int LONGEST_PAGE = 1000;
  private static final int LONGEST_IN_ONE = 100;

  private final FlowContext flow;
  private final Ledger ledger;
  private final Set<String> models;

  public JobListResource(FlowContext flow, Set<String> models) {
    this.flow = flow;
    this.ledger = flow.ledger();
    this.models = models;
  }

  /**
   * A page of the jobs that the caller may see, newest first. A long page is streamed.
   *
   * @throws RequestRejected 400 for an unknown parameter or an impossible value
   */
  public Object page(
      @Header(Exchange.HTTP_QUERY) String asked, @Header(Caller.HEADER) Object user) {
    Caller caller = flow.caller(user);
    QueryParameters query =
        QueryParameters.of(
            asked,
            "state",
            "waitsFor",
            "model",
            "reference",
            "tag",
            "from",
            "to",
            "limit",
            "after");
    int size = query.number("limit", PAGE, LONGEST_PAGE);
    JobFilter filter = filter(query, caller.operator() ? null : caller.name());
    String after = cursor(query.text("after"), caller);
    if (size > LONGEST_IN_ONE) {
      JobListStream stream =
          new JobListStream(from -> ledger.page(filter, JobListStream.SLICE, from), size);
      return stream.begin(after);
    }
    List<Job> jobs = ledger.page(filter, size + 1, after);
    String next = jobs.size() <= size ? null : jobs.get(size - 1).id();
    return JSON.valueToTree(new JobPage(jobs.stream().limit(size).toList(), next));
  }

  private JobFilter filter(QueryParameters query, String caller) {
    return new JobFilter(
        state(query.text("state")),
        waitsFor(query.text("waitsFor")),
        caller,
        model(query.text("model")),
        query.text("reference"),
        tag(query.text("tag")),
        query.time("from"),
        query.time("to"));
  }

  private String cursor(String after, Caller caller) {
    if (after == null) {
      return null;
    }
    if (ledger.find(after).filter(job -> caller.canSee(job.caller())).isEmpty()) {
      throw QueryParameters.bad("after", after, "the `next` of a page");
    }
    return after;
  }

  private String model(String id) {
    if (id != null && !models.contains(id)) {
      throw QueryParameters.bad("model", id, "one of " + models);
    }
    return id;
  }

  private static Tag tag(String text) {
    return text == null
        ? null
        : Tag.of(text).orElseThrow(() -> QueryParameters.bad("tag", text, Tag.FORM));
  }

  private static WaitsFor waitsFor(String name) {
    return name == null
        ? null
        : WaitsFor.of(name)
            .orElseThrow(
                () ->
                    QueryParameters.bad(
                        "waitsFor", name, "one of " + Arrays.toString(WaitsFor.values())));
  }

  private static JobState state(String name) {
    try {
      return name == null ? null : JobState.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw QueryParameters.bad("state", name, "one of " + Arrays.toString(JobState.values()));
    }
  }
}
