package io.leonardoroutes.board;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.IntakeProperties;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.DeliveryStatus;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.ledger.LedgerStats;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.steer.LimitState;
import io.leonardoroutes.steer.LimitStep;
import java.math.BigDecimal;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Message;

/**
 * The steps of {@code board-actions.camel.yaml}: the pages that ask back, and what comes before and
 * after the steps of REST calls that do it.
 *
 * <p>One file, because it is read beside its route file.
 */
public final class BoardActions {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlowContext flow;

  private final LimitStep limits;

  public BoardActions(FlowContext flow, LimitStep limits) {
    this.flow = flow;
    this.limits = limits;
  }

  private BoardPage page(AskPage ask, String section) {
    boolean keyed = flow.settings().rest().authenticates();
    return new BoardPage("ask", ask.question(), section, ask, keyed);
  }

  /**
   * Asks before something is done with a job.
   *
   * @throws RequestRejected 404; 409 if the job does not stand so any more
   */
  public BoardPage askJob(
      @Header("id") Object id,
      @Header("action") Object action,
      @Header(Caller.HEADER) Object user) {
    Caller operator = operator(user);
    JobAction what = JobAction.of(FlowContext.inPath(action));
    Job job = flow.job(id, operator);
    if (!what.isFor(job)) {
      throw new RequestRejected(
          409,
          "too-late",
          "This cannot be done any more",
          "%s is %s by now".formatted(job.name(), BoardText.capital(job.state().name())));
    }
    return page(what.ask(flow, job), "jobs");
  }

  private Caller operator(Object user) {
    Caller operator = flow.caller(user);
    operator.requireOperator();
    return operator;
  }

  /**
   * Prepares the message for the step that {@code leonardoAction} names.
   *
   * @throws RequestRejected 403 unless a page of ours sent it, for an operator; 404
   */
  public void beginJob(
      Exchange exchange,
      @Header("id") Object id,
      @Header("action") Object action,
      @Header("Origin") Object origin,
      @Header(Exchange.HTTP_URL) Object url,
      @Header(Caller.HEADER) Object user) {
    Caller operator = operator(user);
    Message message = exchange.getMessage();
    BoardForm form = BoardForm.read(origin, url, message.getBody());
    JobAction what = JobAction.of(FlowContext.inPath(action));
    Job job = flow.job(id, operator);
    message.removeHeaders("*", "id", Caller.HEADER);
    message.setBody(what.isDecision() ? decision(what, form) : null);
    if (what == JobAction.RETRY) {
      if (form.text(BoardForm.CONFIRM) != null) {
        message.setHeader(Exchange.HTTP_QUERY, "confirm=" + JobAction.MAY_BE_BILLED);
      }
      // What REST calls this is a problem; a person is asked.
      AskPage again = JobAction.confirmed(what.ask(flow, job));
      exchange.setProperty(FlowProperties.ASK_AGAIN, page(again, "jobs"));
    }
    exchange.setProperty(FlowProperties.ID, job.id());
    exchange.setProperty(FlowProperties.ACTION, what.word());
    exchange.setProperty(FlowProperties.PAUSED_AS, IntakeProperties.REST);
  }

  private static String decision(JobAction what, BoardForm form) {
    ObjectNode decision = JSON.createObjectNode().put("as", what.word());
    if (what == JobAction.PAID) {
      decision.put(BoardForm.GENERATION, form.text(BoardForm.GENERATION));
    }
    if (what == JobAction.UNPAID && form.text(BoardForm.CONFIRM) != null) {
      decision.put(BoardForm.CONFIRM, JobAction.WAS_MADE);
    }
    return decision.toString();
  }

  /** Sends the browser to the job: after a retry to the new one. */
  public void doneJob(
      Exchange exchange,
      @ExchangeProperty(FlowProperties.ID) String id,
      @ExchangeProperty(FlowProperties.ACTION) String done) {
    exchange.setProperty(
        FlowProperties.GO_TO, BoardPaths.job(id) + "?" + BoardDone.KEY + "=" + done);
  }

  /**
   * Asks before something is paused or resumed.
   *
   * @throws RequestRejected 404
   */
  public BoardPage askPause(
      @Header("what") Object what,
      @Header("name") Object name,
      @Header("how") Object how,
      @Header(Caller.HEADER) Object user) {
    operator(user);
    PauseRow row = PauseRow.named(flow, FlowContext.inPath(what), FlowContext.inPath(name));
    LedgerStats figures = flow.ledger().figures(List.of());
    long queued = figures.jobs().getOrDefault(JobState.ACCEPTED, 0L);
    return page(row.ask(isPause(how), queued), "overview");
  }

  private static boolean isPause(Object how) {
    return switch (FlowContext.inPath(how)) {
      case "pause" -> true;
      case "resume" -> false;
      default -> throw nothing();
    };
  }

  /**
   * Prepares the message for the step that {@code leonardoAction} names, as in pause-account.
   *
   * @throws RequestRejected 403 unless a page of ours sent it, for an operator; 404
   */
  public void beginPause(
      Exchange exchange,
      @Header("what") Object what,
      @Header("name") Object name,
      @Header("how") Object how,
      @Header("Origin") Object origin,
      @Header(Exchange.HTTP_URL) Object url,
      @Header(Caller.HEADER) Object user) {
    operator(user);
    Message message = exchange.getMessage();
    BoardForm form = BoardForm.read(origin, url, message.getBody());
    PauseRow row = PauseRow.named(flow, FlowContext.inPath(what), FlowContext.inPath(name));
    String action = isPause(how) ? "pause" : "resume";
    String reason = form.text(BoardForm.REASON);
    message.removeHeaders("*", "name", Caller.HEADER);
    message.setHeader("name", row.name());
    message.setBody(
        reason == null ? "{}" : JSON.createObjectNode().put(BoardForm.REASON, reason).toString());
    exchange.setProperty(FlowProperties.ACTION, action + "-" + row.what());
    exchange.setProperty(FlowProperties.GO_TO, "/board?" + BoardDone.KEY + "=" + action);
  }

  /**
   * Asks before a limit is changed, or taken back.
   *
   * @throws RequestRejected 404
   */
  public BoardPage askLimit(
      @Header("name") Object name, @Header("how") Object how, @Header(Caller.HEADER) Object user) {
    operator(user);
    String limit = FlowContext.inPath(name);
    LimitState known =
        limits.all().stream()
            .filter(one -> one.name().equals(limit))
            .findFirst()
            .orElseThrow(BoardActions::nothing);
    return page(LimitRow.ask(known, isSet(how)), "overview");
  }

  private static boolean isSet(Object how) {
    String word = FlowContext.inPath(how);
    if (!LimitRow.isSet(word) && !LimitRow.isRemove(word)) {
      throw nothing();
    }
    return LimitRow.isSet(word);
  }

  private static RequestRejected nothing() {
    return new RequestRejected(404, "not-found", "Not found", "there is nothing at this path");
  }

  /**
   * Prepares the message for the step that {@code leonardoAction} names.
   *
   * @throws RequestRejected 403 unless a page of ours sent it, for an operator; 404; 422 if the
   *     value is no number
   */
  public void beginLimit(
      Exchange exchange,
      @Header("how") Object how,
      @Header("Origin") Object origin,
      @Header(Exchange.HTTP_URL) Object url,
      @Header(Caller.HEADER) Object user) {
    operator(user);
    Message message = exchange.getMessage();
    BoardForm form = BoardForm.read(origin, url, message.getBody());
    boolean set = isSet(how);
    message.removeHeaders("*", "name", Caller.HEADER);
    message.setBody(set ? limit(form) : null);
    exchange.setProperty(FlowProperties.ACTION, set ? "set-limit" : "remove-limit");
    exchange.setProperty(
        FlowProperties.GO_TO, "/board?" + BoardDone.KEY + "=" + (set ? "limit" : "limit-back"));
  }

  private static String limit(BoardForm form) {
    ObjectNode body = JSON.createObjectNode();
    String value = form.text(BoardForm.VALUE);
    if (value == null || !value.matches("[0-9]{1,12}([.][0-9]{1,6})?")) {
      throw new RequestRejected(
          422, "bad-body", "The value cannot be used", "write a number such as 20 or 12.50");
    }
    body.put(BoardForm.VALUE, new BigDecimal(value));
    if (form.text(BoardForm.REASON) != null) {
      body.put(BoardForm.REASON, form.text(BoardForm.REASON));
    }
    return body.toString();
  }

  /**
   * Asks before deliveries are made again: all dead ones of a sink, or one.
   *
   * @param id of the one; null for all
   * @throws RequestRejected 404
   */
  public BoardPage askRedeliver(
      @Header("name") Object name, @Header("id") Object id, @Header(Caller.HEADER) Object user) {
    operator(user);
    String sink = FlowContext.inPath(name);
    String back = BoardPaths.sink(sink);
    String cost = "Nothing at the provider.";
    if (id == null) {
      LedgerStats.Deliveries all = flow.ledger().figures(List.of()).deliveries().get(sink);
      String text =
          "%s dead deliveries are sent to the sink again, with the same event ids."
              .formatted(BoardText.count(all == null ? 0 : all.dead()));
      AskPage ask = AskPage.of("Redeliver to " + sink + "?", text, cost, back + "/redeliver", back);
      return page(ask.button("Redeliver all", false), "sinks");
    }
    String one = FlowContext.inPath(id);
    DeliveryStatus status =
        DeliveryStatus.Key.of(sink, one)
            .flatMap(flow.ledger().outbox()::find)
            .filter(found -> found.state() != Delivery.State.DELIVERED)
            .orElseThrow(BoardActions::nothing);
    String text =
        "The %s of %s is sent to the sink again at once, with the same event id."
            .formatted(
                status.key().content() == Delivery.Content.EVENT
                    ? "event " + status.type()
                    : status.key().content().word(),
                status.subject());
    AskPage ask =
        AskPage.of("Redeliver to " + sink + "?", text, cost, BoardPaths.redeliver(sink, one), back);
    return page(ask.button("Redeliver", false), "sinks");
  }

  /**
   * Prepares the message for the step that redelivers.
   *
   * @throws RequestRejected 403 unless a page of ours sent it, for an operator
   */
  public void beginRedeliver(
      Exchange exchange,
      @Header("name") Object name,
      @Header("Origin") Object origin,
      @Header(Exchange.HTTP_URL) Object url,
      @Header(Caller.HEADER) Object user) {
    operator(user);
    Message message = exchange.getMessage();
    BoardForm.read(origin, url, message.getBody());
    message.removeHeaders("*", "name", "id", Caller.HEADER);
    message.setBody(null);
    exchange.setProperty(
        FlowProperties.GO_TO,
        BoardPaths.sink(FlowContext.inPath(name)) + "?" + BoardDone.KEY + "=redeliver");
  }
}
