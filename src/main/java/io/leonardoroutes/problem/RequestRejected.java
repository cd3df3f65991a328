package io.leonardoroutes.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.leonardoroutes.json.SafeText;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.request.Refused;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.component.bean.validator.BeanValidationException;

/**
 * A request was rejected; holds the problem document for the answer.
 *
 * <p>Its message is one short line that is safe to log: status, pointers and messages, never the
 * request or its prompt.
 */
public final class RequestRejected extends Refused {
  private static final long serialVersionUID = 1;
  private static final int LONGEST_LINE = 500;

  private final transient Problem problem;

  /** Rejects with this problem. Its detail becomes part of the message and is therefore logged. */
  public RequestRejected(Problem problem) {
    this(problem, problem.detail());
  }

  /** Rejects with a {@link Problem#of problem} that has no violations. */
  public RequestRejected(int status, String name, String title, String detail) {
    this(Problem.of(status, name, title, detail));
  }

  private RequestRejected(Problem problem, String line) {
    super(SafeText.plain(problem.status() + " " + problem.name() + ": " + line, LONGEST_LINE));
    this.problem = problem;
  }

  /** The problem document for the caller. */
  public Problem problem() {
    return problem;
  }

  /** The rejection that a route has caught. */
  public static RequestRejected caughtBy(Exchange exchange) {
    return of(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class)).orElseThrow();
  }

  /**
   * The rejection that this failure or one of its causes amounts to: malformed JSON (400), broken
   * rules (422), or a {@code RequestRejected}. Empty for every other failure.
   */
  public static Optional<RequestRejected> of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RequestRejected rejected) {
        return Optional.of(rejected);
      }
      if (cause instanceof JsonProcessingException broken) {
        return Optional.of(notJson(broken));
      }
      if (cause instanceof BeanValidationException invalid) {
        return ViolationMapper.violations(invalid.getConstraintViolations())
            .map(RequestRejected::invalid);
      }
    }
    return Optional.empty();
  }

  /** A rejection with status 422 and these violations. */
  public static RequestRejected invalid(List<Violation> all) {
    Problem problem = Problem.invalid(all);
    String line =
        problem.violations().stream()
            .map(violation -> SafeText.plain(violation.pointer()) + " " + violation.message())
            .collect(Collectors.joining("; "));
    return new RequestRejected(problem, line);
  }

  private static RequestRejected notJson(JsonProcessingException broken) {
    String place = StrictJson.place(broken);
    // the parser's message may quote the prompt: it is for the caller, not for the log
    return new RequestRejected(
        Problem.of(
            400, "not-json", "The request is not JSON", place + ": " + StrictJson.reason(broken)),
        place);
  }
}
