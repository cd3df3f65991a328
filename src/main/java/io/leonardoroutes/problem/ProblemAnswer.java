package io.leonardoroutes.problem;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Turns a problem into the HTTP answer of a call. */
public final class ProblemAnswer {
  private ProblemAnswer() {}

  /** Replaces the whole message, so that nothing of the request is sent back. */
  public static void answer(Message message, Problem problem) {
    message.removeHeaders("*");
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, problem.status());
    message.setHeader(Exchange.CONTENT_TYPE, Problem.MEDIA_TYPE);
    message.setBody(problem.json());
  }
}
