package io.leonardoroutes.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.Promtool;
import io.leonardoroutes.fixture.RestClient;
import io.leonardoroutes.fixture.ScriptedProvider;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alert rules and the dashboard that we ship ask for what is there. */
class AlertRulesTest {
  private static final Path RULES = Path.of("src/main/observability/leonardo-alerts.yaml");
  private static final Path DASHBOARD = Path.of("src/main/observability/leonardo-dashboard.json");
  private static final Path STORIES = Path.of("src/test/observability/leonardo-alerts-test.yaml");

  /** Prometheus adds these to every series. */
  private static final Set<String> OF_PROMETHEUS = Set.of("instance", "job");

  private static final Pattern SELECTOR = Pattern.compile("\\b([a-z]+_[a-z_]+)\\{([^}]*)}");
  private static final Pattern NAME = Pattern.compile("\\b(?:leonardo|process|jvm)_[a-z_]+");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)\\s*\"");

  @TempDir Path folder;

  @Test
  void everyExpressionAsksForMetricsAndLabelsThatAreThere() throws Exception {
    Map<String, Set<String>> served = served();
    List<String> expressions = Stream.concat(ofTheRules(), ofTheDashboard()).toList();

    assertThat(expressions).hasSizeGreaterThan(40);
    for (String expression : expressions) {
      NAME.matcher(expression.replaceAll("\"[^\"]*\"", "\"\""))
          .results()
          .map(MatchResult::group)
          .forEach(name -> assertThat(served).as(expression).containsKey(name));
      for (MatchResult selector : SELECTOR.matcher(expression).results().toList()) {
        if (served.containsKey(selector.group(1))) {
          assertThat(labels(selector.group(2)))
              .as(expression)
              .isSubsetOf(served.get(selector.group(1)));
        }
      }
    }
  }

  private static Set<String> labels(String selector) {
    return LABEL
        .matcher(selector)
        .results()
        .map(label -> label.group(1))
        .collect(Collectors.toSet());
  }

  /** What a program serves that has made a video, with the labels of each. */
  private Map<String, Set<String>> served() throws Exception {
    try (ScriptedProvider provider = ScriptedProvider.start();
        FlowFixture story =
            FlowFixture.in(folder, provider).with("leonardo.budget.per-day", "25.50")) {
      RestClient operator =
          new RestClient(URI.create(story.app().managed()), HttpClient.newHttpClient());
      story.start();
      story.told(story.accept(FlowFixture.REQUEST), "completed");
      String text =
          await()
              .atMost(Patience.LONG)
              .until(
                  () -> operator.get("/metrics").body(),
                  metrics -> metrics.contains("leonardo_job_duration"));
      Map<String, Set<String>> served = new HashMap<>();
      for (String line : text.lines().filter(line -> !line.startsWith("#")).toList()) {
        Set<String> labels =
            served.computeIfAbsent(
                line.replaceFirst("[{ ].*", ""), first -> new TreeSet<>(OF_PROMETHEUS));
        labels.addAll(labels(line.replaceFirst("^[^{]*", "")));
      }
      return served;
    }
  }

  private static Stream<String> ofTheRules() throws IOException {
    return Pattern.compile("expr: (?:\\|\\n((?: {10}.*\\n)+)|(.+))")
        .matcher(Files.readString(RULES))
        .results()
        .map(rule -> rule.group(1) == null ? rule.group(2) : rule.group(1));
  }

  private static Stream<String> ofTheDashboard() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
    return dashboard.get("panels").findValuesAsText("expr").stream();
  }

  @Test
  void everyAlertHasAStoryInWhichItFiresAndEnds() throws Exception {
    String stories = Files.readString(STORIES);
    for (String alert : alerts()) {
      List<String> checks =
          Pattern.compile("alertname: " + alert + "\\n +exp_alerts:(.*)")
              .matcher(stories)
              .results()
              .map(check -> check.group(1))
              .toList();
      assertThat(checks).as(alert).contains("").last().isEqualTo(" []");
    }
  }

  static List<String> alerts() throws IOException {
    return Pattern.compile("- alert: (\\w+)")
        .matcher(Files.readString(RULES))
        .results()
        .map(alert -> alert.group(1))
        .toList();
  }

  @Test
  void thePageOfMetricsListsEveryAlert() throws IOException {
    String page = Files.readString(Path.of("src/site/markdown/monitoring.md"));

    assertThat(alerts())
        .allSatisfy(
            alert ->
                assertThat(page).contains("[" + alert + "](runbook.md#" + anchor(alert) + ")"));
  }

  static String anchor(String alert) {
    return alert.toLowerCase(java.util.Locale.ROOT);
  }

  @Test
  void prometheusTellsTheStories() throws Exception {
    Promtool.assumeInstalled();

    assertThat(Promtool.run("", "test", "rules", STORIES.toString())).startsWith("0\n");
    assertThat(Promtool.run("", "check", "rules", RULES.toString())).startsWith("0\n");
  }
}
