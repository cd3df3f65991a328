package io.leonardoroutes;

import io.leonardoroutes.request.Problem;
import io.leonardoroutes.request.Refused;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;

/** The steps of {@code answers.camel.yaml}: how REST calls end. */
public final class Answers {
  private static final String REST = "what REST calls need";
  private static final Problem UNAVAILABLE =
      Problem.of(
          503,
          "unavailable",
          "Not available now",
          "send it again later, with the same Idempotency-Key or reference if it has one");

  private final Parts parts;

  Answers(Parts parts) {
    this.parts = parts;
  }

  /** Answers the refusal of a call that asked for no video: no sink is told of it. */
  public void refused(Exchange exchange) {
    Problem problem =
        Refused.of(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class))
            .orElseThrow()
            .problem();
    answer(exchange.getMessage(), problem);
  }

  static void answer(Message message, Problem problem) {
    message.removeHeaders("*");
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, problem.status());
    message.setHeader(Exchange.CONTENT_TYPE, Problem.MEDIA_TYPE);
    message.setBody(Problems.json(problem));
  }

  /** It worked, all of it: what follows in the same way is news again. */
  public void available(@ExchangeProperty(Batch.AWAY) Boolean away) {
    if (!Boolean.TRUE.equals(away)) {
      parts.outages().back(REST);
    }
  }

  /** Answers 503: something that is needed is away, and nothing is confirmed. */
  public void unavailable(Exchange exchange) {
    Throwable why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    parts.outages().unavailable(REST, why);
    answer(exchange.getMessage(), UNAVAILABLE);
    exchange.getMessage().setHeader("Retry-After", 5);
  }
}
