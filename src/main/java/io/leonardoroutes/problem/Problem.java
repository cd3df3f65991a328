package io.leonardoroutes.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.json.Violation;
import java.util.List;

/**
 * The reason why a request or call was rejected, or what is wrong with a job, as an RFC 9457
 * problem document ({@code application/problem+json}).
 *
 * @param type {@code urn:leonardo-routes:problem:<name>}
 * @param title the same for every problem of the type
 * @param status an HTTP status, even if the request did not come over HTTP
 * @param detail what is specific to this occurrence
 * @param violations all violations, in document order; empty unless the status is 422
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
    String type, String title, int status, String detail, List<Violation> violations) {

  /** The media type of a problem document. */
  public static final String MEDIA_TYPE = "application/problem+json";

  /** The prefix of every problem type. */
  public static final String TYPES = "urn:leonardo-routes:problem:";

  /** The largest number of violations that one document lists. */
  public static final int MOST_VIOLATIONS = 100;

  private static final ObjectMapper JSON = new ObjectMapper();

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

  /**
   * The problem of a request that breaks rules. It counts all violations but lists only the first
   * {@value #MOST_VIOLATIONS}.
   */
  public static Problem invalid(List<Violation> all) {
    List<Violation> listed = all.subList(0, Math.min(MOST_VIOLATIONS, all.size()));
    String detail =
        all.size() == 1
            ? "1 violation"
            : all.size() == listed.size()
                ? all.size() + " violations"
                : all.size() + " violations, the first " + MOST_VIOLATIONS + " are listed";
    return new Problem(TYPES + "invalid", "The request breaks the rules", 422, detail, listed);
  }

  /**
   * The JSON document, identical over REST, beside a rejected file, in a JMS reply and in an event.
   */
  public JsonNode json() {
    return JSON.valueToTree(this);
  }

  /** The last part of the type. */
  public String name() {
    return type.substring(type.lastIndexOf(':') + 1);
  }
}
