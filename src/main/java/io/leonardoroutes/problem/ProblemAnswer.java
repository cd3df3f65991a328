package io.leonardoroutes.problem;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Makes a problem the HTTP answer of a call. */
public final class ProblemAnswer {
  private ProblemAnswer() {}

  /** Replaces all of the message: nothing of the request goes back. */
  public static void answer(Message message, Problem problem) {
    message.removeHeaders("*");
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, problem.status());
    message.setHeader(Exchange.CONTENT_TYPE, Problem.MEDIA_TYPE);
    message.setBody(problem.json());
  }
}
