package io.leonardoroutes.board;

import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobFilter;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.Tag;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.QueryParameters;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A page of jobs, newest first.
 *
 * @param search what the reader looks for: an id, a name, a reference, or a tag as team:red
 * @param next the link to the following page, or null
 * @param newest the link to the first page; null on it
 */
record JobListPage(
    List<Option> states,
    List<Option> waits,
    List<Option> models,
    String search,
    String caller,
    boolean filtered,
    List<JobRow> jobs,
    boolean empty,
    String next,
    String newest) {
  private static final int PAGE = 50;
  private static final String SEARCH = "q";

  /** One choice of a filter. */
  record Option(String value, String label, boolean chosen) {}

  /** The job that the search of a query names by its id or name. */
  static Optional<String> found(FlowContext flow, QueryParameters query) {
    String search = query.text(SEARCH);
    return search == null
        ? Optional.empty()
        : flow.ledger().findByIdOrName(search.strip()).map(job -> BoardPaths.job(job.id()));
  }

  /**
   * The query of a call.
   *
   * @throws RequestRejected 400 for an unknown parameter
   */
  static QueryParameters query(String sent) {
    return QueryParameters.of(sent, "state", "waitsFor", "model", "caller", SEARCH, "after");
  }

  /**
   * Reads the page.
   *
   * @throws RequestRejected 400 for an impossible value
   */
  static JobListPage of(FlowContext flow, Set<String> models, QueryParameters query) {
    String after = query.text("after");
    if (after != null && flow.ledger().find(after).isEmpty()) {
      throw QueryParameters.bad("after", after, "the link of a page");
    }
    JobFilter filter = filter(flow, query, models);
    List<Job> jobs = flow.ledger().page(filter, PAGE + 1, after);
    String last = jobs.size() > PAGE ? jobs.get(PAGE - 1).id() : null;
    List<JobRow> rows = jobs.stream().limit(PAGE).map(JobRow::of).toList();
    return new JobListPage(
        options(
            "Any state",
            Stream.of(JobState.values()).map(Enum::name),
            query.text("state"),
            BoardText::capital),
        options(
            "Anything",
            Stream.of(WaitsFor.values()).map(String::valueOf),
            query.text("waitsFor"),
            BoardText::capital),
        options(
            "Any model", new TreeSet<>(models).stream(), query.text("model"), Function.identity()),
        query.text(SEARCH),
        query.text("caller"),
        Stream.of("state", "waitsFor", "model", "caller", SEARCH)
            .anyMatch(name -> query.text(name) != null),
        rows,
        rows.isEmpty(),
        last == null ? null : link(query, last),
        after == null ? null : link(query, null));
  }

  private static List<Option> options(
      String any, Stream<String> values, String chosen, Function<String, String> label) {
    return Stream.concat(
            Stream.of(new Option("", any, chosen == null)),
            values.map(value -> new Option(value, label.apply(value), value.equals(chosen))))
        .toList();
  }

  private static String link(QueryParameters query, String after) {
    StringBuilder link = new StringBuilder("/board/jobs");
    for (String name : List.of("state", "waitsFor", "model", "caller", SEARCH)) {
      if (query.text(name) != null) {
        append(link, name, query.text(name));
      }
    }
    if (after != null) {
      append(link, "after", after);
    }
    return link.toString();
  }

  private static void append(StringBuilder link, String name, String value) {
    link.append(link.indexOf("?") < 0 ? '?' : '&')
        .append(name)
        .append('=')
        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
  }

  /** A search with a colon means a tag, unless a job has that reference. */
  private static JobFilter filter(FlowContext flow, QueryParameters query, Set<String> models) {
    String model = query.text("model");
    if (model != null && !models.contains(model)) {
      throw QueryParameters.bad("model", model, "one of " + models);
    }
    String search = query.text(SEARCH) == null ? null : query.text(SEARCH).strip();
    JobFilter byReference = filter(query, search, null);
    Optional<Tag> tag = search == null ? Optional.empty() : Tag.of(search);
    return tag.isEmpty() || !flow.ledger().page(byReference, 1, null).isEmpty()
        ? byReference
        : filter(query, null, tag.get());
  }

  private static JobFilter filter(QueryParameters query, String reference, Tag tag) {
    return new JobFilter(
        one("state", query.text("state"), JobState.values()),
        one("waitsFor", query.text("waitsFor"), WaitsFor.values()),
        query.text("caller"),
        query.text("model"),
        reference,
        tag,
        null,
        null);
  }

  private static <T extends Enum<T>> T one(String name, String value, T[] all) {
    return value == null
        ? null
        : Arrays.stream(all)
            .filter(one -> one.name().equals(value) || one.toString().equals(value))
            .findFirst()
            .orElseThrow(() -> QueryParameters.bad(name, value, "one of " + Arrays.toString(all)));
  }

  /** The jobs in doubt, and those that are late, which an operator may end too. */
  static List<JobRow> doubts(FlowContext flow, int most) {
    return Stream.concat(
            flow.ledger().list(JobState.IN_DOUBT, most, null).stream(),
            flow.ledger().list(JobState.RUNNING, most, null).stream().filter(JobProblems::isLate))
        .map(JobRow::of)
        .toList();
  }
}
