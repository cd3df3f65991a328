package io.leonardoroutes.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.camel.component.bean.validator.BeanValidationException;

/**
 * A request that is turned down, with the problem document to answer.
 *
 * <p>Its message is one short line that is safe to log: status, pointers and messages, never the
 * request or its prompt.
 */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int LONGEST_LINE = 500;

  private final transient Problem problem;

  /** Refuses with this problem; its detail goes into the message and so into logs. */
  public Refused(Problem problem) {
    this(problem, problem.detail());
  }

  /** Refuses with a {@link Problem#of problem} that has no violations. */
  public Refused(int status, String name, String title, String detail) {
    this(Problem.of(status, name, title, detail));
  }

  private Refused(Problem problem, String line) {
    super(Quoted.plain(problem.status() + " " + problem.name() + ": " + line, LONGEST_LINE));
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
  public static Optional<Refused> of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof Refused refused) {
        return Optional.of(refused);
      }
      if (cause instanceof JsonProcessingException broken) {
        return Optional.of(notJson(broken));
      }
      if (cause instanceof BeanValidationException invalid) {
        return Findings.of(invalid.getConstraintViolations()).map(Refused::invalid);
      }
    }
    return Optional.empty();
  }

  static Refused invalid(Findings findings) {
    String line =
        findings.listed().stream()
            .map(violation -> Quoted.plain(violation.pointer()) + " " + violation.message())
            .collect(Collectors.joining("; "));
    return new Refused(Problem.invalid(findings), line);
  }

  private static Refused notJson(JsonProcessingException broken) {
    String place = StrictJson.place(broken);
    // the parser's own words may repeat a piece of the prompt: to the caller, not to the log
    return new Refused(
        Problem.of(
            400, "not-json", "The request is not JSON", place + ": " + StrictJson.reason(broken)),
        place);
  }
}
