package io.leonardoroutes.intake;

import io.leonardoroutes.batch.Batch;
import io.leonardoroutes.event.OutboxFileName;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.IntakeProperties;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.health.Outages;
import io.leonardoroutes.lines.BatchContent;
import io.leonardoroutes.lines.LineDefaults;
import io.leonardoroutes.lines.LineFormat;
import io.leonardoroutes.lines.LineReader;
import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step of {@code intake-file.camel.yaml} for files with many requests: keeps a copy of the file
 * and makes it a batch, whose lines {@link BatchLines} accepts one after the other.
 *
 * <p>The same name and content is the same batch: its lines keep the jobs that they have, and only
 * those that were rejected are decided again, as the defaults or an account may have changed.
 */
public final class BatchFiles {
  private static final Logger LOG = LoggerFactory.getLogger(BatchFiles.class);

  private final FlowContext flow;
  private final LeonardoSettings.Batches settings;
  private final BatchContent content;

  public BatchFiles(FlowContext flow, BatchContent content) {
    this.flow = flow;
    this.settings = flow.settings().batches();
    this.content = content;
  }

  /**
   * Makes the dropped file a batch. Once this returns, the file may be moved away.
   *
   * @throws RequestRejected if the file as a whole cannot be read, or its defaults cannot
   */
  public void take(Exchange exchange) throws IOException {
    DroppedFile dropped = exchange.getProperty(FlowProperties.DROPPED, DroppedFile.class);
    String defaults = LineDefaults.read(dropped.path(), flow.settings().intakes().maxBytes());
    content.sweep();
    try (BatchContent.Copy copy = content.copy(dropped.path().toRealPath())) {
      if (!dropped.isThere()) {
        throw new DroppedFile.Changed(dropped.path());
      }
      long lines = count(copy.path(), LineFormat.of(dropped.name()).orElseThrow());
      String intake = exchange.getProperty(FlowProperties.INTAKE, String.class);
      String key = intake + ":" + dropped.name() + ":" + copy.sha256();
      String id = EventFactory.id("batch " + key);
      Map<String, String> properties = properties(exchange);
      properties.put(FlowProperties.KEY, key);
      properties.put(FlowProperties.FOLDER, dropped.path().getParent().toString());
      String name = reportName(dropped.name());
      String other = name + "-" + id.substring(0, 8);
      Batch batch =
          Batch.of(
              id,
              dropped.name(),
              isFree(name) ? name : other,
              properties,
              defaults,
              lines,
              flow.ledger().clock().instant());
      keep(batch, other, copy);
    }
    flow.outages().reportUp(Outages.INTAKE);
  }

  private void keep(Batch batch, String other, BatchContent.Copy copy) throws IOException {
    switch (flow.ledger().batches().open(batch, other)) {
      case OPEN -> {
        content.keep(copy, batch.id());
        flow.ledger().batches().begin(batch.id());
        LOG.info("{} is batch {}, with {} requests", batch.name(), batch.id(), batch.lines());
      }
      case KNOWN -> LOG.info("{} is already known, as batch {}", batch.name(), batch.id());
      case BUSY -> throw new IllegalStateException("batch " + batch.id() + " is being read");
    }
  }

  private static String reportName(String file) {
    return OutboxFileName.of(LineFormat.nameOf(file), "batch");
  }

  /** Whether the outbox has no reports of that name, perhaps by another ledger. */
  private boolean isFree(String report) {
    return BatchReports.ENDINGS.stream()
        .map(ending -> settings.outbox().resolve(report + ending))
        .allMatch(file -> Files.notExists(file, LinkOption.NOFOLLOW_LINKS));
  }

  /** Reads the file once, so that one that cannot be read to its end is rejected as a whole. */
  private long count(Path file, LineFormat format) throws IOException {
    long lines = 0;
    try (LineReader reader = format.open(file, flow.settings().intakes().maxBytes())) {
      while (reader.next() != null) {
        lines++;
        if (lines > settings.maxLines()) {
          throw new RequestRejected(
              413,
              "batch-too-large",
              "The batch is too large",
              "it has more than " + settings.maxLines() + " requests: drop it in parts");
        }
      }
    }
    if (lines == 0) {
      throw new RequestRejected(
          400, "empty", "The request is empty", "there is no request in the file");
    }
    return lines;
  }

  /** What the folder's route, or a copy of it, says of a request. */
  private static Map<String, String> properties(Exchange exchange) {
    IntakeProperties intake = IntakeProperties.of(exchange);
    Map<String, String> properties = new HashMap<>();
    properties.put(FlowProperties.FROM, intake.by().source());
    properties.put(FlowProperties.SINKS, String.join(",", intake.sinks()));
    properties.put(FlowProperties.PRIORITY, String.valueOf(intake.priority()));
    properties.put(FlowProperties.OPERATOR, String.valueOf(intake.operator()));
    properties.put(FlowProperties.CALLER, intake.caller());
    properties.put(FlowProperties.DEFAULT_ACCOUNT, intake.defaultAccount());
    properties.values().removeIf(Objects::isNull);
    return properties;
  }
}
