package io.leonardoroutes.api;

import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.job.IntakePaused;
import io.leonardoroutes.problem.Problem;
import io.leonardoroutes.problem.ProblemAnswer;
import io.leonardoroutes.problem.RequestRejected;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.util.ObjectHelper;

/** The steps of {@code answers.camel.yaml}: how REST calls end. */
public final class RestAnswers {
  private static final String REST = "what REST calls need";
  private static final Problem UNAVAILABLE =
      Problem.of(
          503,
          "unavailable",
          "Not available now",
          "send it again later, with the same Idempotency-Key or reference if it has one");

  private static final Problem PAUSED =
      Problem.of(
          503,
          "intake-paused",
          "No new requests are taken now",
          "an operator has paused them: send it again later, with the same Idempotency-Key or"
              + " reference if it has one");

  private final FlowContext flow;

  public RestAnswers(FlowContext flow) {
    this.flow = flow;
  }

  /** Answers a call that is rejected and asked for no video: no sink is told. */
  public void refused(Exchange exchange) {
    ProblemAnswer.answer(exchange.getMessage(), RequestRejected.caughtBy(exchange).problem());
  }

  /** Everything worked: the next failure is logged again. */
  public void available(@ExchangeProperty(FlowProperties.AWAY) Boolean away) {
    if (!Boolean.TRUE.equals(away)) {
      flow.outages().reportUp(REST);
    }
  }

  /**
   * Answers 503: something that is needed is unavailable, or the intake is paused, and nothing is
   * confirmed.
   */
  public void unavailable(Exchange exchange) {
    Throwable why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    if (ObjectHelper.getException(IntakePaused.class, why) != null) {
      ProblemAnswer.answer(exchange.getMessage(), PAUSED);
      exchange.getMessage().setHeader("Retry-After", 60);
      return;
    }
    flow.outages().reportFailure(REST, why);
    ProblemAnswer.answer(exchange.getMessage(), UNAVAILABLE);
    exchange.getMessage().setHeader("Retry-After", 5);
  }
}
