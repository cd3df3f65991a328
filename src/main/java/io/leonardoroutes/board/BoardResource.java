package io.leonardoroutes.board;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobPicture;
import io.leonardoroutes.picture.Picture;
import io.leonardoroutes.picture.PictureFolder;
import io.leonardoroutes.problem.Problem;
import io.leonardoroutes.problem.RejectionCounts;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.rest.AsyncHttp;
import io.leonardoroutes.rest.ByteRange;
import io.leonardoroutes.rest.ETags;
import io.leonardoroutes.rest.FilePart;
import io.leonardoroutes.rest.QueryParameters;
import io.leonardoroutes.steer.LimitStep;
import io.leonardoroutes.video.VideoFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Message;

/**
 * The steps of {@code board.camel.yaml}: the pages for operators. Each is for operators alone.
 *
 * <p>One file, because it is read beside its route file.
 */
public final class BoardResource {
  static final String HTML = "text/html; charset=utf-8";

  private static final int MOST_DOUBTS = 200;

  /** For so long the overview is the same for all, in nanoseconds. */
  private static final long FRESH = 1_000_000_000L;

  private final FlowContext flow;
  private final Set<String> models;
  private final RejectionCounts rejected;
  private final LimitStep limits;
  private final VideoFolder videos;
  private final PictureFolder pictures;
  private final BoardTemplates templates = new BoardTemplates();
  private final List<String> sinks = new ArrayList<>();
  private OverviewPage overview;
  private long overviewUntil;

  /** The sinks, and what waits for them. */
  record SinksPage(List<OverviewPage.SinkRow> sinks, boolean none) {}

  /**
   * The jobs of which nobody knows whether they were billed.
   *
   * @param byList whether the provider's list settles them, rather than only a person
   */
  record DoubtsPage(List<JobRow> jobs, boolean none, boolean byList) {}

  /** What the pages show beside the ledger. */
  public record Sources(Set<String> models, RejectionCounts rejected, LimitStep limits) {}

  public BoardResource(
      FlowContext flow, Sources sources, VideoFolder videos, PictureFolder pictures) {
    this.flow = flow;
    this.models = sources.models();
    this.rejected = sources.rejected();
    this.limits = sources.limits();
    this.videos = videos;
    this.pictures = pictures;
    flow.settings().sinks().forEach(sink -> sinks.add(sink.name()));
    if (flow.settings().intakes().jms()) {
      sinks.add(EventFactory.REPLY);
    }
  }

  static byte[] bytes(String html) {
    return html.getBytes(StandardCharsets.UTF_8);
  }

  private BoardPage page(String template, String title, String section, Object content) {
    return new BoardPage(template, title, section, content, flow.settings().rest().authenticates());
  }

  /** How everything stands. Many readers share one reading of the ledger. */
  public BoardPage overview(
      @Header(Exchange.HTTP_QUERY) String sent, @Header(Caller.HEADER) Object user) {
    flow.caller(user).requireOperator();
    String done = BoardDone.words(QueryParameters.of(sent, BoardDone.KEY));
    // Who has just paused something sees it paused.
    OverviewPage page = recent(done != null);
    return page("overview", "Overview", "overview", page).said(done);
  }

  private synchronized OverviewPage recent(boolean anew) {
    if (anew || overview == null || System.nanoTime() - overviewUntil >= 0) {
      overview = null;
      overview = OverviewPage.of(flow, sinks, rejected, limits.all());
      overviewUntil = System.nanoTime() + FRESH;
    }
    return overview;
  }

  /**
   * A page of jobs; or, if the search names one by its id or name, that one.
   *
   * @throws RequestRejected 400 for an unknown parameter or an impossible value
   */
  public BoardPage jobs(
      Exchange exchange,
      @Header(Exchange.HTTP_QUERY) String sent,
      @Header(Caller.HEADER) Object user) {
    flow.caller(user).requireOperator();
    QueryParameters query = JobListPage.query(sent);
    Optional<String> found = JobListPage.found(flow, query);
    found.ifPresent(href -> exchange.setProperty(FlowProperties.GO_TO, href));
    return found.isPresent()
        ? null
        : page("jobs", "Jobs", "jobs", JobListPage.of(flow, models, query));
  }

  /**
   * One job.
   *
   * @throws RequestRejected 404
   */
  public BoardPage job(
      @Header("id") Object id,
      @Header(Exchange.HTTP_QUERY) String sent,
      @Header(Caller.HEADER) Object user) {
    Job job = forOperator(id, user);
    String done = BoardDone.words(QueryParameters.of(sent, BoardDone.KEY));
    return page("job", job.name(), "jobs", JobPage.of(flow, job, videos, pictures)).said(done);
  }

  private Job forOperator(Object id, Object user) {
    Caller operator = flow.caller(user);
    operator.requireOperator();
    return flow.job(id, operator);
  }

  /** The jobs in doubt. */
  public BoardPage doubts(@Header(Caller.HEADER) Object user) {
    flow.caller(user).requireOperator();
    List<JobRow> jobs = JobListPage.doubts(flow, MOST_DOUBTS);
    boolean byList = flow.settings().reconcile().list();
    return page("doubts", "Doubts", "doubts", new DoubtsPage(jobs, jobs.isEmpty(), byList));
  }

  /** The sinks. */
  public BoardPage sinks(@Header(Caller.HEADER) Object user) {
    flow.caller(user).requireOperator();
    List<OverviewPage.SinkRow> all = sinks();
    return page("sinks", "Sinks", "sinks", new SinksPage(all, all.isEmpty()));
  }

  private List<OverviewPage.SinkRow> sinks() {
    return OverviewPage.sinks(flow.ledger().figures(List.of()), sinks);
  }

  /**
   * One sink.
   *
   * @throws RequestRejected 404
   */
  public BoardPage sink(
      @Header("name") Object name,
      @Header(Exchange.HTTP_QUERY) String sent,
      @Header(Caller.HEADER) Object user) {
    flow.caller(user).requireOperator();
    QueryParameters query = QueryParameters.of(sent, "after", BoardDone.KEY);
    String sink = FlowContext.inPath(name);
    SinkPage page = SinkPage.of(flow, sink, sinks(), query);
    return page("sink", sink, "sinks", page).said(BoardDone.words(query));
  }

  /**
   * A picture of a job's request.
   *
   * @throws RequestRejected 404
   */
  public void picture(
      Exchange exchange,
      @Header("id") Object id,
      @Header("number") Object number,
      @Header(Caller.HEADER) Object user)
      throws IOException {
    Job job = forOperator(id, user);
    String at = FlowContext.inPath(number);
    List<JobPicture> all = flow.ledger().uploads().of(job);
    Picture picture =
        at.matches("[0-9]{1,3}") && Integer.parseInt(at) < all.size()
            ? Picture.of(all.get(Integer.parseInt(at)))
            : null;
    Path file =
        Optional.ofNullable(picture)
            .flatMap(pictures::find)
            .orElseThrow(
                () ->
                    new RequestRejected(404, "not-found", "Not found", "the picture is not kept"));
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    BoardHeaders.ALL.forEach(message::setHeader);
    message.setHeader(Exchange.CONTENT_TYPE, picture.contentType());
    message.setHeader("Cache-Control", BoardHeaders.NOT_KEPT);
    message.setBody(
        AsyncHttp.callerGone(exchange).isEmpty()
            ? file.toFile()
            : FilePart.of(file, ByteRange.all(Files.size(file))));
  }

  /**
   * Style, script or icon. On a server of ours that asks for keys, {@link BoardDoor} answers them.
   *
   * @throws RequestRejected 404
   */
  public void file(Exchange exchange, @Header("name") Object name) {
    BoardFiles.BoardFile file = BoardFiles.named(FlowContext.inPath(name));
    Message message = exchange.getMessage();
    boolean known = ETags.has(message.getHeader("If-None-Match"), file.etag());
    message.removeHeaders("*");
    BoardHeaders.ALL.forEach(message::setHeader);
    message.setHeader("Cache-Control", BoardHeaders.ASKED_AGAIN);
    message.setHeader("ETag", file.etag());
    message.setHeader(Exchange.CONTENT_TYPE, file.type());
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, known ? 304 : 200);
    message.setBody(known ? null : file.bytes());
  }

  /** Makes a page the body, as HTML. */
  public String html(@Body BoardPage page) {
    return templates.html(page);
  }

  /** Answers what was rejected as a page; asks again where it may be paid twice. */
  public void refused(
      Exchange exchange, @ExchangeProperty(FlowProperties.ASK_AGAIN) BoardPage askAgain) {
    Problem problem = RequestRejected.caughtBy(exchange).problem();
    boolean asks = askAgain != null && problem.name().equals(JobAction.MAY_BE_BILLED);
    answer(exchange, problem.status(), asks ? askAgain : page(problem));
  }

  /** Answers that something is away, as {@code leonardoAnswers} has said in the body. */
  public void unavailable(Exchange exchange, @Body JsonNode said) {
    int status = said.path("status").asInt(503);
    String title = said.path("title").asText("Not available now");
    answer(
        exchange,
        status,
        page(Problem.of(status, "unavailable", title, said.path("detail").asText())));
  }

  private BoardPage page(Problem problem) {
    return page("problem", problem.title(), "problem", problem);
  }

  private void answer(Exchange exchange, int status, BoardPage page) {
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    BoardHeaders.ALL.forEach(message::setHeader);
    message.setHeader("Cache-Control", BoardHeaders.NOT_KEPT);
    message.setHeader(Exchange.CONTENT_TYPE, HTML);
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    message.setBody(bytes(templates.html(page)));
  }
}
