package io.leonardoroutes.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.batch.Batch;
import io.leonardoroutes.batch.BatchState;
import io.leonardoroutes.batch.BatchTotals;
import io.leonardoroutes.batch.LineOutcome;
import io.leonardoroutes.files.SafeFolder;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.RepeatInterval;
import io.leonardoroutes.json.SafeText;
import io.leonardoroutes.lines.CsvText;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the reports of batches to the outbox: {@code NAME.report.csv} and {@code
 * NAME.report.jsonl} say of each line that is decided what became of it. They are replaced as a
 * whole, made of nothing but the ledger, so that a reader never sees half a file, and a kill leaves
 * nothing to repair.
 */
public final class BatchReports {
  private static final Logger LOG = LoggerFactory.getLogger(BatchReports.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String CSV = ".report.csv";
  private static final String JSON_LINES = ".report.jsonl";
  static final List<String> ENDINGS = List.of(CSV, JSON_LINES);

  private static final int PAGE = 250;
  private static final int LONGEST_REASON = 1_000;

  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration UNCHANGED = Duration.ofSeconds(5);

  /** Of the time, one part in so many is spent on a report. */
  private static final int SHARE = 20;

  private final FlowContext flow;
  private final Path outbox;

  /** Of the batches that are being read: the pause after their last report. */
  private final Map<String, RepeatInterval> pauses = new ConcurrentHashMap<>();

  public BatchReports(FlowContext flow) {
    this.flow = flow;
    this.outbox = flow.settings().batches().outbox();
  }

  /** Writes the reports of the batch if they are due, and ends its lease. */
  public void report(@ExchangeProperty(FlowProperties.UNDER_WAY) BatchLines.UnderWay underWay) {
    Batch batch = BatchLines.batch(underWay);
    boolean reading = batch.state() == BatchState.READING;
    Instant now = flow.clock().instant();
    if (reading && !pauses.computeIfAbsent(batch.id(), id -> begun(SHORTEST, now)).isOver(now)) {
      flow.ledger().batches().release(batch);
      return;
    }
    long began = System.nanoTime();
    BatchTotals totals = flow.ledger().batches().totals(batch.id());
    String text = totals.text();
    boolean changed = !text.equals(batch.reported());
    boolean written = !changed || written(batch);
    Duration pause =
        longer(
            changed && written ? SHORTEST : UNCHANGED,
            Duration.ofNanos((System.nanoTime() - began) * SHARE));
    boolean over = !reading && written && totals.ended() == totals.lines();
    if (reading) {
      pauses.put(batch.id(), begun(pause, now));
    } else {
      pauses.remove(batch.id());
    }
    Instant ledgerNow = flow.ledger().clock().instant();
    flow.ledger()
        .batches()
        .reported(
            batch,
            written ? text : batch.reported(),
            over ? null : reading ? ledgerNow : ledgerNow.plus(pause));
    if (over) {
      LOG.info("{} has ended: {}", batch.name(), totals.byState());
    }
  }

  private static RepeatInterval begun(Duration length, Instant now) {
    RepeatInterval pause = new RepeatInterval(length);
    pause.begin(now);
    return pause;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /** What fails for a report holds up no line. */
  private boolean written(Batch batch) {
    String folder = "the folder " + outbox.toAbsolutePath() + " for reports";
    try (SafeFolder open = SafeFolder.openOrCreate(outbox, flow.settings().files().policy())) {
      write(batch, open);
      flow.outages().reportUp(folder);
      return true;
    } catch (IOException e) {
      flow.outages()
          .reportWaiting(folder, "the reports of batches are not written, and tried again: " + e);
      return false;
    }
  }

  private void write(Batch batch, SafeFolder open) throws IOException {
    String table = SafeFolder.PART + UUID.randomUUID();
    String lines = SafeFolder.PART + UUID.randomUUID();
    try {
      try (FileChannel tableFile = open.create(table);
          FileChannel linesFile = open.create(lines)) {
        write(batch, writer(tableFile), writer(linesFile));
        tableFile.force(true);
        linesFile.force(true);
      }
      open.replace(table, batch.report() + CSV);
      open.replace(lines, batch.report() + JSON_LINES);
      open.sync();
    } finally {
      open.delete(table);
      open.delete(lines);
    }
  }

  private static Writer writer(FileChannel file) {
    return new BufferedWriter(Channels.newWriter(file, StandardCharsets.UTF_8));
  }

  private void write(Batch batch, Writer table, Writer lines) throws IOException {
    table.write(CsvText.line(List.of("line", "job", "state", "reason", "price", "video")));
    List<LineOutcome> page = flow.ledger().batches().lines(batch.id(), 0, PAGE);
    while (!page.isEmpty()) {
      for (LineOutcome outcome : page) {
        table.write(CsvText.line(cells(outcome)));
        lines.write(json(outcome).toString());
        lines.write('\n');
      }
      long last = page.get(page.size() - 1).line();
      page = flow.ledger().batches().lines(batch.id(), last, PAGE);
    }
    table.flush();
    lines.flush();
  }

  private static List<Object> cells(LineOutcome outcome) {
    return Arrays.asList(
        outcome.line(),
        outcome.job(),
        outcome.state(),
        reason(outcome.problem()),
        outcome.cost() == null ? null : outcome.cost().amount(),
        video(outcome));
  }

  private static ObjectNode json(LineOutcome outcome) {
    ObjectNode json = JSON.createObjectNode().put("line", outcome.line());
    json.put("job", outcome.job()).put("state", outcome.state());
    json.put("reason", reason(outcome.problem()));
    json.set("price", outcome.cost() == null ? null : JSON.valueToTree(outcome.cost()));
    json.put("video", video(outcome));
    if (outcome.problem() != null) {
      json.set("problem", outcome.problem());
    }
    return json;
  }

  /** The file in the outbox; the address at the provider if it was not downloaded. */
  private static String video(LineOutcome outcome) {
    return outcome.videoFile() == null ? outcome.video() : outcome.videoFile();
  }

  private static String reason(JsonNode problem) {
    if (problem == null) {
      return null;
    }
    StringBuilder reason = new StringBuilder();
    for (JsonNode violation : problem.path("violations")) {
      reason.append(reason.isEmpty() ? "" : "; ");
      reason.append(violation.path("pointer").asText()).append(' ');
      reason.append(violation.path("message").asText());
    }
    String words = problem.path("detail").asText(problem.path("title").asText());
    return SafeText.plain(reason.isEmpty() ? words : reason.toString(), LONGEST_REASON);
  }
}
