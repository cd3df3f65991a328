package io.leonardoroutes.submit;

import static io.leonardoroutes.job.JobState.ACCEPTED;
import static io.leonardoroutes.job.JobState.CANCELLED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.batch.BatchApproval;
import io.leonardoroutes.batch.BatchApproval.Stage;
import io.leonardoroutes.batch.BatchApprovals;
import io.leonardoroutes.event.EventType;
import io.leonardoroutes.flow.EventFactory;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.JobProblems;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobLog;
import io.leonardoroutes.job.VideoOfJob;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.ledger.Ledger;
import io.leonardoroutes.problem.RequestRejected;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code approve.camel.yaml} and {@code expire.camel.yaml} do: an operator decides whether a
 * job that waits for approval, or a whole batch, may be submitted; if nobody does in time, it is
 * cancelled.
 *
 * <p>One file, because it is read beside its route files.
 */
public final class ApprovalStep {
  /** About how many jobs of a batch an operator has just decided. */
  public record BatchDecision(String batch, long jobs) {}

  private static final Logger LOG = LoggerFactory.getLogger(ApprovalStep.class);
  private static final JobLog JOBS = JobLog.of(ApprovalStep.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BATCH = 100;

  /** Jobs of a decided batch that are moved on in one tick: others wait for theirs. */
  private static final int MOST = 1000;

  private final FlowContext flow;
  private final Ledger ledger;
  private final BatchApprovals approvals;

  public ApprovalStep(FlowContext flow) {
    this.flow = flow;
    this.ledger = flow.ledger();
    this.approvals = ledger.batches().approvals();
  }

  /**
   * Approves a job that waits for it, and answers the job; again, if it was approved before.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 404; 409 if it does not wait
   */
  public JsonNode approve(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    return decide(id, user, "approved", job -> job.approvedAt() != null, this::approved);
  }

  /**
   * Cancels a job that waits for approval, and answers the job; again, if it was rejected before.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 404; 409 if it does not wait
   */
  public JsonNode reject(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    return decide(id, user, "rejected", JobProblems::isNotApproved, this::rejected);
  }

  /**
   * Approves the jobs of a batch that wait for it, and answers how many they are.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 404; 409 if its lines are still
   *     being read, or if it was decided otherwise
   */
  public JsonNode approveBatch(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    return decideAll(id, user, Stage.APPROVED, this::approved);
  }

  /**
   * Cancels the jobs of a batch that wait for approval, and answers how many they are.
   *
   * @throws RequestRejected 403 unless the caller is an operator; 404; 409 if its lines are still
   *     being read, or if it was decided otherwise
   */
  public JsonNode rejectBatch(@Header("id") Object id, @Header(Caller.HEADER) Object user) {
    return decideAll(id, user, Stage.REJECTED, this::rejected);
  }

  private JsonNode decideAll(Object header, Object user, Stage decided, Decision decision) {
    Caller operator = flow.caller(user);
    operator.requireOperator();
    Actor by = new Actor(operator.name(), operator.source());
    String batch = FlowContext.inPath(header);
    if (ledger.batches().find(batch).isEmpty()) {
      throw new RequestRejected(
          404, "no-such-batch", "No such batch", "there is no batch " + batch);
    }
    long waiting = ledger.waiting().ofBatch(batch);
    // First, so that a crash does not leave half of it undecided.
    boolean whole = approvals.decide(batch, decided, by);
    approvals.find(batch).ifPresent(now -> mustAgree(batch, now.stage(), decided));
    int moved = all(batch, false, job -> decision.move(job, by), Integer.MAX_VALUE);
    // The route expire has moved some of them on.
    long jobs = whole ? waiting : moved;
    LOG.info("{} jobs of batch {} were {} by an operator", jobs, batch, word(decided));
    return JSON.valueToTree(new BatchDecision(batch, jobs));
  }

  private static void mustAgree(String batch, Stage now, Stage decided) {
    if (now != decided && now != Stage.OPEN) {
      throw new RequestRejected(
          409,
          "not-waiting",
          "The batch does not wait for approval",
          now == Stage.SUMMING
              ? "batch %s is still being read: decide once the sum of its prices is known"
                  .formatted(batch)
              : "batch %s was %s before".formatted(batch, word(now)));
    }
  }

  private static String word(Stage stage) {
    return stage.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Moves jobs of a batch on that wait for an approval.
   *
   * @param together only those that wait for what is decided about the batch
   * @return how many were moved; who was faster has decided about the others
   */
  private int all(String batch, boolean together, Predicate<Job> move, int most) {
    int moved = 0;
    List<Job> page = ledger.waiting().ofBatch(batch, together, null, BATCH);
    for (int seen = 0; !page.isEmpty() && seen < most; seen += BATCH) {
      moved += (int) page.stream().filter(move).count();
      page = ledger.waiting().ofBatch(batch, together, page.get(page.size() - 1), BATCH);
    }
    return moved;
  }

  private interface Decision {
    boolean move(Job job, Actor by);
  }

  private JsonNode decide(
      Object id, Object user, String word, Predicate<Job> before, Decision decision) {
    Caller operator = flow.caller(user);
    operator.requireOperator();
    Actor by = new Actor(operator.name(), operator.source());
    Job job = flow.job(id, operator);
    while (waits(job)) {
      if (word.equals("approved") && ledger.waiting().isBeingSummed(job)) {
        mustAgree(job.batch(), Stage.SUMMING, Stage.APPROVED);
      }
      if (decision.move(job, by)) {
        JOBS.info(job, "{} was {} by an operator", word);
      }
      // If it was moved meanwhile, its new state decides.
      job = flow.job(id, operator);
    }
    if (!before.test(job)) {
      throw new RequestRejected(
          409,
          "not-waiting",
          "The job does not wait for approval",
          "job %s is %s: only one that waits for approval can be %s"
              .formatted(job.id(), job.state(), word));
    }
    return EventFactory.json(job);
  }

  private static boolean waits(Job job) {
    return job.state() == ACCEPTED && job.waitsFor() == WaitsFor.APPROVAL;
  }

  private boolean approved(Job job, Actor by) {
    return ledger.waiting().approve(job, goesOn(job).approvedAt(flow.clock().instant()).by(by));
  }

  private Job.Change goesOn(Job job) {
    WaitsFor next = VideoOfJob.isAwaited(job.request()) ? WaitsFor.JOB : null;
    return job.to(ACCEPTED).waitsFor(next).dueAt(flow.clock().instant());
  }

  private boolean rejected(Job job, Actor by) {
    return cancel(job, job.to(CANCELLED).problem(JobProblems.notApproved()).by(by));
  }

  private boolean cancel(Job job, Job.Change change) {
    change.finishedAt(flow.clock().instant()).done();
    return ledger.move(job, change, flow.events().of(EventType.CANCELLED, change.job()));
  }

  /** Cancels what nobody approved in time, and moves the jobs of decided batches on. */
  public void expire() {
    flow.outages()
        .attempt(
            () -> {
              ledger.waiting().due(WaitsFor.APPROVAL, BATCH).forEach(this::expire);
              approvals.expire();
              approvals.decided().forEach(this::goOn);
            });
  }

  private boolean expire(Job job) {
    JsonNode why = JobProblems.approvalExpired(flow.settings().approval().expires());
    boolean cancelled = cancel(job, job.to(CANCELLED).problem(why));
    if (cancelled) {
      JOBS.warn(job, "{} was cancelled, as nobody approved it in time");
    }
    return cancelled;
  }

  /** Whatever began to move its jobs on may have been killed. */
  private void goOn(String batch) {
    approvals.find(batch).ifPresent(decided -> goOn(batch, decided));
  }

  private void goOn(String batch, BatchApproval decided) {
    switch (decided.stage()) {
      case OPEN -> all(batch, true, job -> ledger.move(job, goesOn(job)), MOST);
      case APPROVED -> all(batch, false, job -> approved(job, decided.by()), MOST);
      case REJECTED -> all(batch, false, job -> rejected(job, decided.by()), MOST);
      case EXPIRED -> all(batch, true, this::expire, MOST);
      default -> throw new IllegalStateException(batch + " is " + decided.stage());
    }
    approvals.end(batch);
  }
}
