package io.leonardoroutes.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.leonardoroutes.json.SafeText;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.request.Refused;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.camel.component.bean.validator.BeanValidationException;

/**
 * A request that is turned down, with the problem document to answer.
 *
 * <p>Its message is one short line that is safe to log: status, pointers and messages, never the
 * request or its prompt.
 */
public final class RequestRejected extends Refused {
  private static final long serialVersionUID = 1;
  private static final int LONGEST_LINE = 500;

  private final transient Problem problem;

  /** Refuses with this problem; its detail goes into the message and so into logs. */
  public RequestRejected(Problem problem) {
    this(problem, problem.detail());
  }

  /** Refuses with a {@link Problem#of problem} that has no violations. */
  public RequestRejected(int status, String name, String title, String detail) {
    this(Problem.of(status, name, title, detail));
  }

  private RequestRejected(Problem problem, String line) {
    super(SafeText.plain(problem.status() + " " + problem.name() + ": " + line, LONGEST_LINE));
    this.problem = problem;
  }

  /** What is answered to whoever asked. */
  public Problem problem() {
    return problem;
  }

  /**
   * The refusal that this failure, or the first of its causes that is one, stands for: broken JSON
   * (400), broken rules (422), or a refusal thrown as such. Empty for every other failure.
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
        return Violations.of(invalid.getConstraintViolations()).map(RequestRejected::invalid);
      }
    }
    return Optional.empty();
  }

  public static RequestRejected invalid(Violations findings) {
    String line =
        findings.listed().stream()
            .map(violation -> SafeText.plain(violation.pointer()) + " " + violation.message())
            .collect(Collectors.joining("; "));
    return new RequestRejected(Problem.invalid(findings), line);
  }

  private static RequestRejected notJson(JsonProcessingException broken) {
    String place = StrictJson.place(broken);
    // the parser's own words may repeat a piece of the prompt: to the caller, not to the log
    return new RequestRejected(
        Problem.of(
            400, "not-json", "The request is not JSON", place + ": " + StrictJson.reason(broken)),
        place);
  }
}
