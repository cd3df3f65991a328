package io.leonardoroutes.openapi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code note} of a REST route, parsed for OpenAPI. Each line states one fact, with an optional
 * description after a colon: {@code takes Request or Batch} (the body), {@code limit: 1 to 1000} (a
 * parameter), {@code 202 Job: it is durable} (an answer) or {@code 409 conflict} (a problem). Other
 * lines are ignored.
 *
 * @param takes the schemas of the body, and {@code nothing} if it may be left out; empty if the
 *     call has none
 * @param parameters descriptions by name
 */
record RouteNote(List<String> takes, Map<String, String> parameters, List<Answer> answers) {

  /**
   * One answer.
   *
   * @param what a schema (Job), Nothing, or the name of a problem (conflict)
   */
  record Answer(String status, String what, String words) {
    boolean isProblem() {
      return Character.isLowerCase(what.charAt(0));
    }
  }

  private static final Pattern TAKES = Pattern.compile("takes (\\w+(?: or \\w+)*)");
  private static final Pattern ANSWER = Pattern.compile("(\\d{3}) ([\\w-]+)(?:: (.*))?");
  private static final Pattern PARAMETER = Pattern.compile("([\\w-]+): (.*)");

  static RouteNote of(String note) {
    List<String> takes = List.of();
    Map<String, String> parameters = new LinkedHashMap<>();
    List<Answer> answers = new ArrayList<>();
    for (String line :
        note == null ? List.<String>of() : note.lines().map(String::strip).toList()) {
      Matcher body = TAKES.matcher(line);
      Matcher answer = ANSWER.matcher(line);
      Matcher parameter = PARAMETER.matcher(line);
      if (body.matches()) {
        takes = List.of(body.group(1).split(" or "));
      } else if (answer.matches()) {
        String words = answer.group(3) == null ? answer.group(2) : answer.group(3);
        answers.add(new Answer(answer.group(1), answer.group(2), words));
      } else if (parameter.matches()) {
        parameters.put(parameter.group(1), parameter.group(2));
      }
    }
    return new RouteNote(takes, parameters, answers);
  }
}
