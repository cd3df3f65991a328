package io.leonardoroutes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leonardoroutes.fixture.Fixture;
import io.leonardoroutes.fixture.FlowFixture;
import io.leonardoroutes.fixture.LedgerRows;
import io.leonardoroutes.fixture.LogCapture;
import io.leonardoroutes.fixture.ScriptedProvider;
import io.leonardoroutes.fixture.TickingClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.scheduler.SchedulerEndpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Old jobs on their way from the ledger to the archive. */
class ArchiveTest {
  private static final String WITH_REFERENCE =
      FlowFixture.REQUEST.replaceFirst("\\{", "{\"reference\":\"koala-7\",");

  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  @Fixture private ScriptedProvider provider;
  @Fixture private FlowFixture story;

  private void start() throws Exception {
    story.bind("clock", clock).with("leonardo.jobs.keep", "30d").start();
  }

  private String delivered(String request) {
    String id = story.accept(request);
    story.told(id, "submitted");
    clock.tick(Duration.ofSeconds(1));
    story.told(id, "completed");
    String open = "SELECT 1 FROM delivery WHERE state <> 'DELIVERED'";
    await().until(() -> LedgerRows.of(story.app(), open).isEmpty());
    return id;
  }

  /** As its scheduler does once an hour. */
  private void round() throws Exception {
    CamelContext context = story.app().context();
    context.getRouteController().stopRoute("archive");
    context.getEndpoints().stream()
        .filter(SchedulerEndpoint.class::isInstance)
        .map(SchedulerEndpoint.class::cast)
        .filter(loop -> loop.getName().equals("leonardo-archive"))
        .forEach(loop -> loop.setInitialDelay(1));
    context.getRouteController().startRoute("archive");
  }

  private List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    try (var files = Files.newDirectoryStream(story.app().data().resolve("archive"), "*.gz")) {
      for (Path file : files) {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
          new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(lines::add);
        }
      }
    }
    return lines;
  }

  @Test
  void anOldJobIsInAFileAndNotInTheLedgerAndItsRequestIsNotPaidAgain() throws Exception {
    start();
    String id = delivered(WITH_REFERENCE);
    JsonNode job = story.job(id);
    clock.tick(Duration.ofDays(31));

    round();

    await().until(() -> LedgerRows.jobs(story.app()) == 0);
    assertThat(lines()).hasSize(1);
    JsonNode line = FlowFixture.json(lines().get(0));
    assertThat(line.get("id").asText()).isEqualTo(id);
    assertThat(line.get("request")).isEqualTo(job.get("request"));
    assertThat(line.get("history").get(0).get("to").asText()).isEqualTo("ACCEPTED");
    assertThat(story.accept(WITH_REFERENCE)).isEqualTo(id);
    assertThat(provider.creates()).hasSize(1);
  }

  @Test
  void whatCannotBeWrittenStaysInTheLedger() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      staysWhileTheFolderIsAFile(log);
    }
  }

  private void staysWhileTheFolderIsAFile(LogCapture log) throws Exception {
    start();
    Files.writeString(story.app().data().resolve("archive"), "no folder");
    String id = delivered(FlowFixture.REQUEST);
    clock.tick(Duration.ofDays(31));

    round();

    await().until(() -> log.with("the archive is away, retrying: ").size() == 1);
    assertThat(story.state(id)).isEqualTo("COMPLETE");
  }
}
