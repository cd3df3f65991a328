package io.leonardoroutes.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.leonardoroutes.json.Violation;
import java.util.List;

/**
 * Why something was refused: a problem document of RFC 9457 ({@code application/problem+json}).
 *
 * @param type {@code urn:leonardo-routes:problem:<name>}
 * @param title the same for every problem of the type
 * @param status the HTTP status, also where the request did not come over HTTP
 * @param detail what is special to this one
 * @param violations every rule broken, in the order of the document; empty unless the status is 422
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
    String type, String title, int status, String detail, List<Violation> violations) {

  /** The media type of a problem document. */
  public static final String MEDIA_TYPE = "application/problem+json";

  /** What the type of every problem begins with. */
  public static final String TYPES = "urn:leonardo-routes:problem:";

  public Problem {
    violations = violations == null ? List.of() : List.copyOf(violations);
  }

  /**
   * A problem without violations.
   *
   * @param name the last part of its type, for instance {@code conflict}
   */
  public static Problem of(int status, String name, String title, String detail) {
    return new Problem(TYPES + name, title, status, detail, List.of());
  }

  static Problem invalid(Violations findings) {
    String detail =
        findings.total() == 1
            ? "1 violation"
            : findings.total() == findings.listed().size()
                ? findings.total() + " violations"
                : findings.total() + " violations, the first " + Violations.MOST + " are listed";
    return new Problem(
        TYPES + "invalid", "The request breaks the rules", 422, detail, findings.listed());
  }

  /** The last part of the type. */
  public String name() {
    return type.substring(type.lastIndexOf(':') + 1);
  }
}
