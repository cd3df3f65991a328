package io.leonardoroutes.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is counted and timed while a job goes its way, by the conventions of Prometheus. */
class MetricNamesTest {
  @TempDir Path folder;
  private ScriptedProvider provider;
  private FlowFixture story;
  private RestClient operator;

  @BeforeEach
  void open() throws IOException {
    provider = ScriptedProvider.start();
    story = FlowFixture.in(folder, provider).with("leonardo.budget.per-day", "25.50");
    operator = new RestClient(URI.create(story.app().managed()), HttpClient.newHttpClient());
  }

  @AfterEach
  void close() {
    story.close();
    provider.close();
  }

  private String metrics() throws Exception {
    return operator.get("/observe/metrics").body();
  }

  @Test
  void aJobIsTimedFromItsAcceptanceToItsDelivery() throws Exception {
    story.start();
    String id = story.accept(FlowFixture.REQUEST);
    story.told(id, "completed");

    await()
        .atMost(Patience.LONG)
        .untilAsserted(
            () ->
                assertThat(metrics())
                    .contains(
                        "leonardo_accept_duration_seconds_bucket{"
                            + "intake=\"accept\",outcome=\"accepted\",le=\"10.0\"} 1\n",
                        "leonardo_queue_wait_duration_seconds_count 1\n",
                        "leonardo_provider_call_duration_seconds_count{"
                            + "outcome=\"2xx\",step=\"create-generation\"} 1\n",
                        "leonardo_generation_duration_seconds_count{"
                            + "model=\"kling-3.0-turbo\",outcome=\"complete\"} 1\n",
                        "leonardo_download_duration_seconds_count{outcome=\"done\"} 1\n",
                        "leonardo_delivery_duration_seconds_count{"
                            + "outcome=\"done\",sink=\"told\"} 2\n",
                        "leonardo_job_duration_seconds_count{"
                            + "model=\"kling-3.0-turbo\",outcome=\"complete\"} 1\n",
                        "leonardo_job_moves_total{to=\"COMPLETE\"} 1.0\n",
                        "leonardo_doubts_total{account=\"default\"} 0.0\n",
                        "leonardo_retries_total{step=\"submit\"} 0.0\n",
                        "leonardo_away{what=\"the provider\"} 0.0\n"));
    assertThat(metrics()).contains("\nprocess_cpu_seconds_total ", "\nleonardo_build_info{");
  }

  @Test
  void thePageHasEveryMetricWithItsLabelsAndNoOther() throws Exception {
    story.start();
    String id = story.accept(FlowFixture.REQUEST);
    story.told(id, "completed");
    await().atMost(Patience.LONG).until(() -> metrics().contains("leonardo_job_duration"));

    assertThat(onThePage()).isEqualTo(served(metrics()));
  }

  /** Names and labels, as in {@code leonardo_jobs{state}}. */
  private static Set<String> served(String metrics) {
    Map<String, Set<String>> labels = new TreeMap<>();
    for (String line : metrics.lines().filter(line -> line.startsWith("leonardo_")).toList()) {
      String name =
          line.replaceFirst("[{ ].*", "")
              .replaceFirst("_seconds_(bucket|count|sum|max)$", "_seconds");
      Set<String> ofIt = labels.computeIfAbsent(name, first -> new TreeSet<>());
      Pattern.compile("[{,]([a-z_]+)=\"")
          .matcher(line)
          .results()
          .forEach(l -> ofIt.add(l.group(1)));
      ofIt.remove("le");
    }
    return labels.entrySet().stream()
        .map(one -> one.getKey() + (one.getValue().isEmpty() ? "" : one.getValue().toString()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> onThePage() throws IOException {
    String page = Files.readString(Path.of("src/site/markdown/monitoring.md"));
    String tables = page.substring(page.indexOf("## Metrics"), page.indexOf("## What to alert on"));
    return Pattern.compile(
            "`(leonardo_[a-z_]+)(?:\\{([a-z,]+)})?`(?=[^|]*\\|[^|]*\\|$)", Pattern.MULTILINE)
        .matcher(tables)
        .results()
        .map(
            one ->
                one.group(1)
                    + (one.group(2) == null
                        ? ""
                        : new TreeSet<>(List.of(one.group(2).split(","))).toString()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void doubtsAndRetriesAreCounted() throws Exception {
    provider.onCreate(request -> ScriptedProvider.json(500, "{}"));
    story.with("leonardo.reconcile", "hold").start();
    String id = story.accept(FlowFixture.REQUEST);
    story.told(id, "in_doubt");

    await()
        .atMost(Patience.LONG)
        .untilAsserted(
            () ->
                assertThat(metrics())
                    .contains(
                        "leonardo_doubts_total{account=\"default\"} 1.0\n",
                        "leonardo_job_moves_total{to=\"IN_DOUBT\"} 1.0\n"));
  }

  @Test
  void prometheusHasNothingToSayAgainstThem() throws Exception {
    Promtool.assumeInstalled();
    story.start();
    String id = story.accept(FlowFixture.REQUEST);
    story.told(id, "completed");

    assertThat(Promtool.run(metrics(), "check", "metrics")).isEqualTo("0\n");
  }
}
