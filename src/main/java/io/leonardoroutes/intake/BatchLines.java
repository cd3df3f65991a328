package io.leonardoroutes.intake;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.batch.Batch;
import io.leonardoroutes.batch.BatchApproval;
import io.leonardoroutes.batch.BatchLimit;
import io.leonardoroutes.batch.BatchState;
import io.leonardoroutes.batch.LineVerdict;
import io.leonardoroutes.event.OutboxFileName;
import io.leonardoroutes.flow.ApprovalSettings;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.flow.IntakeProperties;
import io.leonardoroutes.flow.QuoteTotal;
import io.leonardoroutes.flow.RetryBackoff;
import io.leonardoroutes.health.Outages;
import io.leonardoroutes.job.Acceptance;
import io.leonardoroutes.job.IntakePaused;
import io.leonardoroutes.job.NewJob;
import io.leonardoroutes.job.OutboxEvent;
import io.leonardoroutes.job.Price;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.lines.BatchContent;
import io.leonardoroutes.lines.LineDefaults;
import io.leonardoroutes.lines.LineFormat;
import io.leonardoroutes.lines.LineGroup;
import io.leonardoroutes.lines.LineReader;
import io.leonardoroutes.lines.RequestLine;
import io.leonardoroutes.problem.RequestRejected;
import io.leonardoroutes.upload.PictureSource;
import io.leonardoroutes.upload.PicturesMissing;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.util.ObjectHelper;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of {@code batches.camel.yaml}: accepts the lines of batches, some at a time, and each
 * as if it had come alone. The idempotency key of a line is made of its file and its number.
 *
 * <p>One file, because it is read beside its route file.
 */
public final class BatchLines {
  private static final Logger LOG = LoggerFactory.getLogger(BatchLines.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_OPEN = 16;
  private static final RetryBackoff AGAIN =
      new RetryBackoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

  private final FlowContext flow;
  private final AcceptStep accept;
  private final RejectionNotifier rejections;
  private final BatchContent content;
  private final BatchCopies copies;
  private final BatchLimit limit;

  /** Those of the batches that were read last: to get back to where one was takes time. */
  private final Map<String, OpenFile> files = new LinkedHashMap<>(MOST_OPEN, 0.75f, true);

  public BatchLines(
      FlowContext flow, AcceptStep accept, RejectionNotifier rejections, BatchContent content) {
    this.flow = flow;
    this.accept = accept;
    this.rejections = rejections;
    this.content = content;
    this.copies = new BatchCopies(flow, content);
    ApprovalSettings approval = flow.settings().approval();
    this.limit =
        approval.batchAbove() == null
            ? null
            : new BatchLimit(
                approval.batchAbove(), approval.currency(), approval.expires(), this::waits);
  }

  /** Tells that a batch waits for an approval. */
  private OutboxEvent waits(Batch batch, BatchApproval approval) {
    ObjectNode waits = JSON.createObjectNode().put("id", batch.id()).put("name", batch.name());
    waits.put("lines", batch.lines()).put("waitsFor", WaitsFor.APPROVAL.toString());
    waits
        .putObject("sum")
        .put("amount", approval.sum().toPlainString())
        .put("unit", limit.currency());
    waits.put("unpriced", approval.unpriced()).put("expiresAt", approval.expires().toString());
    LOG.info(
        "{} waits for approval: its jobs will cost {} {}, and {} more have no price",
        batch.name(),
        approval.sum().toPlainString(),
        limit.currency(),
        approval.unpriced());
    return flow.events()
        .approval(batch.id(), batch.report(), JSON.createObjectNode().set("batch", waits));
  }

  /** A file, and how many requests were read of it. */
  private static final class OpenFile {
    private final LineReader reader;
    private final PictureSource pictures;
    private long read;
    private RequestLine ahead;

    private OpenFile(LineReader reader, PictureSource pictures) {
      this.reader = reader;
      this.pictures = pictures;
    }

    private RequestLine next() throws IOException {
      RequestLine line = ahead == null ? reader.next() : ahead;
      ahead = null;
      read += line == null ? 0 : 1;
      return line;
    }

    private void back(RequestLine line) {
      ahead = line;
      read--;
    }
  }

  /** Some lines of a batch; the exchanges of each share it, one after the other. */
  static final class UnderWay {
    private final LineDefaults defaults;
    private final List<LineVerdict> verdicts = new ArrayList<>();
    private final QuoteTotal.Counter quotes;
    private Batch batch;
    private long read;
    private RequestLine line;
    private PictureSource pictures;

    private UnderWay(Batch batch, QuoteTotal.Counter quotes) {
      this.quotes = quotes;
      this.batch = batch;
      this.read = batch.readLines();
      this.defaults = LineDefaults.of(batch.defaults());
    }

    private String key() {
      return batch.intake().get(FlowProperties.KEY) + ":" + line.number();
    }
  }

  /**
   * Claims the batch that is due, if one is that can go on here; then the route looks at once for
   * the next. While folders are paused, only batches whose lines are all decided go on.
   */
  public List<Batch> due(Exchange exchange) {
    List<Batch> due =
        flow.outages()
            .query(
                () -> {
                  copies.look();
                  boolean paused = flow.isPaused(IntakeProperties.FILE);
                  return flow
                      .ledger()
                      .batches()
                      .claim(flow.settings().lease(), id -> !paused && copies.isHere(id))
                      .stream()
                      .toList();
                });
    exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, !due.isEmpty());
    return due;
  }

  /** Replaces the batch in the body by its next lines; by none if all are decided. */
  public void open(Exchange exchange, @Body Batch batch) throws IOException {
    UnderWay underWay = new UnderWay(batch, new QuoteTotal.Counter(flow.quotes()));
    exchange.setProperty(FlowProperties.UNDER_WAY, underWay);
    exchange.getMessage().setBody(batch.state() == BatchState.READING ? read(underWay) : List.of());
  }

  private synchronized List<RequestLine> read(UnderWay underWay) throws IOException {
    OpenFile file = file(underWay.batch);
    LineGroup group = new LineGroup(underWay.defaults);
    RequestLine next = file.next();
    while (next != null && group.add(next)) {
      next = group.isFull() ? null : file.next();
    }
    if (next != null) {
      file.back(next);
    }
    List<RequestLine> lines = group.lines();
    if (lines.isEmpty()) {
      throw new IllegalStateException("the content of the batch is shorter than it was");
    }
    underWay.read = file.read;
    underWay.pictures = file.pictures;
    Set<Long> known =
        flow.ledger()
            .batches()
            .withJob(
                underWay.batch.id(), lines.get(0).number(), lines.get(lines.size() - 1).number());
    return lines.stream().filter(line -> !known.contains(line.number())).toList();
  }

  private OpenFile file(Batch batch) throws IOException {
    OpenFile open = files.get(batch.id());
    if (open != null && open.read == batch.readLines()) {
      return open;
    }
    close(batch.id());
    if (files.size() >= MOST_OPEN) {
      close(files.keySet().iterator().next());
    }
    LineFormat format = LineFormat.of(batch.name()).orElseThrow();
    OpenFile opened =
        new OpenFile(
            format.open(content.of(batch.id()), flow.settings().intakes().maxBytes()),
            copies.pictures(batch));
    files.put(batch.id(), opened);
    while (opened.read < batch.readLines()) {
      opened.next();
    }
    return opened;
  }

  private synchronized void close(String batch) {
    OpenFile open = files.remove(batch);
    if (open != null) {
      try {
        open.reader.close();
      } catch (IOException e) {
        LOG.debug("a file that was only read is not closed", e);
      }
    }
  }

  /**
   * Begins a line: says of it what the intake says of the batch.
   *
   * @throws RequestRejected if the line cannot be read
   */
  public void begin(
      Exchange exchange,
      @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay underWay,
      @Body RequestLine line) {
    underWay.line = line;
    underWay.batch.intake().forEach(exchange::setProperty);
    exchange.setProperty(FlowProperties.PAUSED_AS, IntakeProperties.FILE);
    exchange.setProperty(FlowProperties.KEY, underWay.key());
    exchange.setProperty(
        FlowProperties.NAME,
        OutboxFileName.of(LineFormat.nameOf(underWay.batch.name()), "batch") + "-" + line.number());
    exchange.setProperty(FlowProperties.PICTURE_SOURCE, underWay.pictures);
    if (line.rejected() != null) {
      throw line.rejected();
    }
    exchange.getMessage().setBody(underWay.defaults.complete(line.json()));
  }

  /** Keeps the valid request in the body until all of these lines are checked. */
  public void waits(
      Exchange exchange, @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay underWay) {
    NewJob asked = accept.asked(exchange).in(underWay.batch.id());
    long line = underWay.line.number();
    if (limit == null) {
      underWay.verdicts.add(LineVerdict.valid(line, asked, null));
    } else {
      Optional<Price> price = underWay.quotes.add(asked.account(), asked.request());
      underWay.verdicts.add(LineVerdict.valid(line, waiting(asked), price.orElse(null)));
    }
  }

  /** Whose video is there already waits for nothing; one that waits for an approval does anyway. */
  private NewJob waiting(NewJob asked) {
    boolean reused = asked.duplicate() != null && asked.duplicate().reused();
    return reused || asked.approval() != null
        ? asked
        : asked.waitingFor(
            asked.awaits(),
            new NewJob.Approval(
                "waits until the price of its whole batch is known, and for an approval if that is above %s %s (leonardo.approval.batch-above)"
                    .formatted(limit.above().toPlainString(), limit.currency()),
                null,
                null));
  }

  /** Keeps why the line is rejected. */
  public void rejected(
      Exchange exchange, @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay underWay) {
    RequestRejected rejected = RequestRejected.caughtBy(exchange);
    underWay.verdicts.add(rejected(exchange, underWay.line.number(), underWay.key(), rejected));
  }

  private LineVerdict rejected(Exchange exchange, long line, String key, RequestRejected rejected) {
    return LineVerdict.rejected(
        line, rejected.problem().json(), rejections.events(exchange, rejected, key));
  }

  /** Makes the lines durable that are valid, all in one commit with how far the batch is. */
  public void commit(
      Exchange exchange, @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay underWay) {
    Batch batch = underWay.batch;
    if (batch.state() != BatchState.READING) {
      return;
    }
    boolean ours =
        flow.ledger()
            .batches()
            .commit(
                batch,
                underWay.read,
                underWay.verdicts,
                (verdict, conflict) -> conflict(exchange, verdict, conflict),
                limit);
    flow.outages().reportUp(Outages.INTAKE);
    flow.outages().reportUp(BatchCopies.reading(batch.id()));
    Batch now = flow.ledger().batches().find(batch.id()).orElseThrow();
    if (!ours || now.state() != BatchState.READING) {
      close(batch.id());
    }
    if (ours && now.state() != BatchState.READING) {
      LOG.info("{}: all of its {} requests are decided", batch.name(), batch.lines());
      copies.finish(now);
    }
    underWay.batch = now;
  }

  private LineVerdict conflict(
      Exchange exchange, LineVerdict verdict, Acceptance.Conflict conflict) {
    String key = verdict.asked().routing().intakeKey();
    RequestRejected rejected =
        AcceptStep.conflict(conflict, AcceptStep.owner(conflict, verdict.asked()));
    exchange.setProperty(FlowProperties.NAME, verdict.asked().baseName());
    return rejected(exchange, verdict.line(), key, rejected);
  }

  /** The batch after its commit, for its reports. */
  static Batch batch(UnderWay underWay) {
    return underWay.batch;
  }

  /** Tries the same lines again later: something that is needed is unavailable. */
  public void later(
      Exchange exchange, @ExchangeProperty(FlowProperties.UNDER_WAY) UnderWay underWay) {
    Throwable why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    Batch batch = underWay.batch;
    close(batch.id());
    if (why instanceof JdbiException) {
      flow.outages().reportFailure(Outages.INTAKE, why); // its lease ends by itself
      return;
    }
    // Pictures that are on their way are no outage, nor is a pause.
    if (ObjectHelper.getException(PicturesMissing.class, why) == null
        && ObjectHelper.getException(IntakePaused.class, why) == null) {
      flow.outages()
          .reportWaiting(
              BatchCopies.reading(batch.id()),
              "%s is not read on from request %s, and tried again: %s"
                  .formatted(batch.name(), batch.readLines() + 1, why));
    }
    flow.outages()
        .attempt(
            () ->
                flow.ledger()
                    .batches()
                    .later(batch, flow.ledger().now().plus(AGAIN.after(batch.tries()))));
  }

  /** Closes the files of batches that are not read to their end. */
  public synchronized void close() {
    List.copyOf(files.keySet()).forEach(this::close);
  }
}
