package io.leonardoroutes;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The runbook has a section for each alert and for each line of WARN or ERROR, and no other. */
class RunbookTest {
  private static final String PAGE = "src/site/markdown/runbook.md";

  /** A call that logs such a line, and the place of the text among its arguments. */
  private enum Call {
    LOG("\\b(?:LOG|log)\\.(?:warn|error)\\(", 0),
    JOBS("\\bJOBS\\.(?:warn|error)\\(", 1),
    /** Logged by {@code Outages} as it is. */
    WAITING("\\.reportWaiting\\(", 1),
    /** Logged by {@code StayingFiles} as it is. */
    STAYING("\\bstaying\\.log\\(", 1),
    /** Logged by {@code ResolveStep} behind the name of the job. */
    WARNING("(?<!String )\\bwarning\\(\\s*job,", 0);

    private final Pattern pattern;
    private final int argument;

    Call(String pattern, int argument) {
      this.pattern = Pattern.compile(pattern);
      this.argument = argument;
    }

    private Stream<String> lines(String code) {
      return pattern
          .matcher(code)
          .results()
          .map(call -> text(arguments(code, call.end()).get(argument)))
          .map(text -> this == WARNING ? "…: " + text : text);
    }
  }

  /** The arguments of a call, as they are written. */
  private static List<String> arguments(String code, int from) {
    List<String> arguments = new ArrayList<>();
    int depth = 0;
    boolean quoted = false;
    int start = from;
    for (int at = from; ; at++) {
      char c = code.charAt(at);
      if (c == '"' && code.charAt(at - 1) != '\\') {
        quoted = !quoted;
      } else if (!quoted && (c == ')' || c == ',') && depth == 0) {
        arguments.add(code.substring(start, at));
        start = at + 1;
        if (c == ')') {
          return arguments;
        }
      } else if (!quoted) {
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      }
    }
  }

  /** The text that an expression makes, with … for all that differs. */
  private static String text(String expression) {
    String code = expression.replaceFirst("(?s)\\.formatted\\(.*", "");
    StringBuilder text = new StringBuilder();
    int end = 0;
    for (MatchResult literal :
        Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(code).results().toList()) {
      text.append(differs(code.substring(end, literal.start()))).append(literal.group(1));
      end = literal.end();
    }
    text.append(differs(code.substring(end)));
    return text.toString().replace("\\\"", "\"").replaceAll("\\{}|%s", "…");
  }

  private static String differs(String between) {
    return between.matches("[\\s+()]*") ? "" : "…";
  }

  private static Set<String> logged() throws IOException {
    Set<String> lines = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
        String code = Files.readString(file);
        for (Call call : Call.values()) {
          call.lines(code).forEach(lines::add);
        }
      }
    }
    // What is behind these is among the others.
    lines.removeAll(Set.of("…", "…: …"));
    return lines;
  }

  private static Set<String> sections(String from, String to) throws IOException {
    String page = Files.readString(Path.of(PAGE));
    int start = page.indexOf("\n## " + from + "\n");
    int end = to == null ? page.length() : page.indexOf("\n## " + to + "\n");
    return Pattern.compile("^### (.+)$", Pattern.MULTILINE)
        .matcher(page.substring(start, end))
        .results()
        .map(heading -> heading.group(1))
        .collect(toCollection(TreeSet::new));
  }

  @Test
  void everyLineOfWarningOrErrorHasASectionAndNoOtherHas() throws IOException {
    assertThat(sections("Lines of the log", null)).isEqualTo(logged());
    assertThat(logged()).hasSizeGreaterThan(60);
  }

  @Test
  void everyAlertHasASectionAndNoOtherHas() throws IOException {
    Set<String> alerts =
        Pattern.compile("- alert: (\\w+)\\n(?:.*\\n)*?.*runbook: runbook\\.md#(\\w+)")
            .matcher(Files.readString(Path.of("src/main/observability/leonardo-alerts.yaml")))
            .results()
            .filter(alert -> alert.group(1).equalsIgnoreCase(alert.group(2)))
            .map(alert -> alert.group(1))
            .collect(toCollection(TreeSet::new));

    assertThat(sections("Alerts", "What can be away")).isEqualTo(alerts).isNotEmpty();
  }

  @Test
  void everySectionSaysWhatItMeansWhatToLookAtAndWhatToDo() throws IOException {
    String page = Files.readString(Path.of(PAGE));

    for (String section : page.split("\\n### ")) {
      if (section.startsWith("#")) {
        continue;
      }
      assertThat(section).contains("\n**Means:** ", "\n**Look at:** ", "\n**Do:** ");
    }
  }
}
