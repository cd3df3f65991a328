package io.leonardoroutes.delivery;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.archive.ArchiveFolder;
import io.leonardoroutes.archive.OldJobs;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.LeonardoSettings;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.ledger.Ledger;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code archive.camel.yaml} does: moves jobs that are done and older than {@code
 * leonardo.jobs.keep} from the ledger to files, which have them before the ledger deletes them.
 */
public final class ArchiveStep {
  private static final Logger LOG = LoggerFactory.getLogger(ArchiveStep.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ARCHIVE = "the archive";

  /** In memory at once. */
  private static final int SOME = 50;

  /** Deleted in one commit, which takes some milliseconds. */
  private static final int AT_ONCE = 10;

  /** Longer than some are written. */
  private static final Duration LEASE = Duration.ofMinutes(10);

  private final FlowContext flow;
  private final LeonardoSettings.Keeping keeping;
  private final Ledger ledger;
  private final ArchiveFolder folder;
  private final String owner = UUID.randomUUID().toString();
  private OldJobs.Page page = OldJobs.Page.START;
  private long moved;

  public ArchiveStep(FlowContext flow) {
    this.flow = flow;
    this.keeping = flow.settings().keeping();
    this.ledger = flow.ledger();
    this.folder = new ArchiveFolder(keeping.archive());
  }

  /** Jobs that may go, some at most; then the route looks at once for the next. */
  public List<Job> due(Exchange exchange) {
    exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false);
    if (keeping.jobs() == null) {
      return List.of();
    }
    List<Job> due =
        flow.outages()
            .query(
                () -> {
                  if (!ledger.oldJobs().isTurn(owner, LEASE)) {
                    return List.of();
                  }
                  page = ledger.oldJobs().next(page, before(), SOME);
                  exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, page.more());
                  return ledger.all(page.done());
                });
    if (Boolean.FALSE.equals(exchange.getProperty(Exchange.SCHEDULER_POLLED_MESSAGES))) {
      page = OldJobs.Page.START;
    }
    return due;
  }

  private Instant before() {
    return flow.clock().instant().minus(keeping.jobs());
  }

  /** Writes the jobs in the body to the archive, and answers those that it has. */
  public List<Job> write(Exchange exchange, List<Job> jobs) {
    Map<YearMonth, List<String>> lines = new TreeMap<>();
    try {
      for (Job job : jobs) {
        YearMonth month = YearMonth.from(job.createdAt().atZone(ZoneOffset.UTC));
        lines.computeIfAbsent(month, first -> new ArrayList<>()).add(line(job));
      }
      for (Map.Entry<YearMonth, List<String>> ofMonth : lines.entrySet()) {
        folder.append(ofMonth.getKey(), ofMonth.getValue());
      }
      flow.outages().reportUp(ARCHIVE);
      return jobs;
    } catch (IOException e) {
      // They stay in the ledger, and the next round begins with them.
      exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false);
      page = OldJobs.Page.START;
      flow.outages().reportDown(ARCHIVE, keeping.archive() + " cannot be written: " + e);
      return List.of();
    }
  }

  private String line(Job job) {
    ObjectNode line = JSON.valueToTree(job);
    line.set("history", JSON.valueToTree(ledger.history(job.id())));
    return line.toString();
  }

  /**
   * Deletes the jobs in the body from the ledger, and after the last of them what nothing needs.
   */
  public void forget(List<Job> jobs) {
    flow.outages()
        .attempt(
            () -> {
              for (int from = 0; from < jobs.size(); from += AT_ONCE) {
                List<Job> some = jobs.subList(from, Math.min(from + AT_ONCE, jobs.size()));
                moved += ledger.oldJobs().delete(some.stream().map(Job::id).toList(), before());
              }
              if (page.equals(OldJobs.Page.START) && keeping.jobs() != null) {
                forgetTheRest();
              }
            });
  }

  private void forgetTheRest() {
    if (moved > 0) {
      LOG.info(
          "{} jobs that ended more than {} ago moved to {}",
          moved,
          keeping.jobs(),
          keeping.archive());
      moved = 0;
    }
    Instant known = flow.clock().instant().minus(keeping.references());
    while (ledger.oldJobs().forgetReferences(known) > 0) {
      LOG.debug("references of before {} are forgotten", known);
    }
    while (ledger.oldJobs().forgetBatch(before()) > 0) {
      LOG.debug("a batch is forgotten");
    }
    ledger.oldJobs().isTurn(owner, Duration.ZERO);
  }
}
