package io.leonardoroutes.job;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The trace that a request came in, as W3C Trace Context has it
 * (https://www.w3.org/TR/trace-context/).
 *
 * @param parent the value of {@code traceparent}
 * @param state the value of {@code tracestate}, or null
 */
public record TraceContext(String parent, String state) {
  /** The names of both, in HTTP, JMS and CloudEvents alike. */
  public static final String PARENT = "traceparent";

  public static final String STATE = "tracestate";

  /** Section 3.2: of a later version, what version 00 has is read, and passed on as version 00. */
  private static final Pattern FORM =
      Pattern.compile(
          "(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(-.*)?");

  private static final String VERSION = "00";

  /** Section 3.3.1.5: what has to be passed on, at least. */
  private static final int LONGEST_STATE = 512;

  /**
   * Reads both; they come from outside.
   *
   * @return null if there is no valid {@code traceparent}, as if there were none
   */
  public static TraceContext of(Object traceparent, Object tracestate) {
    if (!(traceparent instanceof String text) || text.length() > LONGEST_STATE) {
      return null;
    }
    Matcher parent = FORM.matcher(text.strip());
    if (!parent.matches() || parent.group(1).equals(VERSION) && parent.group(3) != null) {
      return null;
    }
    boolean usable =
        tracestate instanceof String state
            && state.length() <= LONGEST_STATE
            && state.matches("[\\x20-\\x7e]*[\\x21-\\x7e][\\x20-\\x7e]*");
    return new TraceContext(
        VERSION + "-" + parent.group(2), usable ? ((String) tracestate).strip() : null);
  }

  /** Both, by their names; without {@code tracestate} if there is none. */
  public Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put(PARENT, parent);
    if (state != null) {
      fields.put(STATE, state);
    }
    return fields;
  }

  /** The id of the trace: 32 hexadecimal digits. */
  public String traceId() {
    return parent.substring(3, 35);
  }
}
