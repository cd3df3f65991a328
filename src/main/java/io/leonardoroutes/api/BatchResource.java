package io.leonardoroutes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.leonardoroutes.auth.Caller;
import io.leonardoroutes.batch.Batch;
import io.leonardoroutes.batch.BatchApproval;
import io.leonardoroutes.batch.BatchTotals;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.flow.FlowProperties;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.WaitsFor;
import io.leonardoroutes.problem.RequestRejected;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Header;

/** The call {@code /batches/{id}}: how far a batch is. */
public final class BatchResource {
  /** How many lines of a batch stand so. */
  record StateCount(String state, long lines) {}

  /**
   * How far a batch is.
   *
   * @param name the name of its file
   * @param report the names of its reports, without {@code .report.csv} and {@code .report.jsonl}
   * @param state {@code READING} while lines are accepted, {@code RUNNING} while jobs are, {@code
   *     ENDED}
   * @param lines how many requests it has
   * @param decided how many of them were accepted or rejected
   * @param counts of its lines, by the states of their jobs, or {@code REJECTED}
   * @param waitsFor {@code approval} if an operator has to approve it as a whole
   * @param sum what its jobs will cost, as far as that is known; if they wait together
   * @param unpriced how many of them are not in the sum
   * @param expiresAt when it is cancelled if nobody approves it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BatchStatus(
      String id,
      String name,
      String report,
      String state,
      long lines,
      long decided,
      List<StateCount> counts,
      String waitsFor,
      Job.Cost sum,
      Long unpriced,
      @JsonSerialize(using = ToStringSerializer.class) Instant expiresAt,
      @JsonSerialize(using = ToStringSerializer.class) Instant createdAt,
      @JsonSerialize(using = ToStringSerializer.class) Instant endedAt) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlowContext flow;

  public BatchResource(FlowContext flow) {
    this.flow = flow;
  }

  /**
   * How far a batch is.
   *
   * @throws RequestRejected 404, also for a batch that the caller may not see
   */
  public JsonNode one(@Header("id") Object header, @Header(Caller.HEADER) Object user) {
    Caller caller = flow.caller(user);
    // A query parameter or header of the same name comes before the path.
    String id = String.valueOf(header instanceof List<?> all ? all.get(all.size() - 1) : header);
    Batch batch =
        flow.ledger()
            .batches()
            .find(id)
            .filter(found -> caller.canSee(found.intake().get(FlowProperties.CALLER)))
            .orElseThrow(
                () ->
                    new RequestRejected(
                        404, "no-such-batch", "No such batch", "there is no batch " + id));
    Optional<BatchApproval> approval = flow.ledger().batches().approvals().find(batch.id());
    BatchTotals totals = flow.ledger().batches().totals(batch.id());
    return JSON.valueToTree(
        new BatchStatus(
            batch.id(),
            batch.name(),
            batch.report(),
            batch.state().name(),
            batch.lines(),
            totals.lines(),
            totals.byState().entrySet().stream()
                .map(one -> new StateCount(one.getKey(), one.getValue()))
                .toList(),
            approval
                .filter(now -> now.stage() == BatchApproval.Stage.WAITING)
                .map(now -> WaitsFor.APPROVAL.toString())
                .orElse(null),
            approval
                .map(
                    now ->
                        new Job.Cost(
                            now.sum().toPlainString(), flow.settings().approval().currency()))
                .orElse(null),
            approval.map(BatchApproval::unpriced).orElse(null),
            approval.map(BatchApproval::expires).orElse(null),
            batch.createdAt(),
            batch.endedAt()));
  }
}
