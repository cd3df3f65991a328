package io.leonardoroutes.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.archive.KeptReferences;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import io.leonardoroutes.job.TraceContext;
import io.leonardoroutes.job.WaitsFor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Maps jobs to the rows of their table.
 *
 * <p>One file, because every column is written and read here.
 */
final class JobMapper {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<List<String>> NAMES = new TypeReference<>() {};
  private static final TypeReference<Map<String, String>> TAGS = new TypeReference<>() {};

  private JobMapper() {}

  static final String INSERT =
      """
      INSERT INTO job (id, file_name, reference, intake_key, content_hash, model, state, priority,
        request, sinks, reply_to, correlation_id, warnings, attempt, tries, created_at, due_at, leased_until,
        kind, turn, caller, caller_reference, account, queued_by, batch,
        tags, retry_of, duplicate_of, waits_for, awaits, wakes_at, waits,
        sent_hash, video_id, video_url, video_poster, finished_at, traceparent, tracestate)
      SELECT :id, :file_name, :reference, :intake_key, :content_hash, :model, :state, :priority,
        :request, :sinks, :reply_to, :correlation_id, :warnings, :attempt, :tries, :created_at, :due_at, 0,
        :kind, :turn, :caller, :caller_reference, :account, :queued_by, :batch,
        :tags, :retry_of, :duplicate_of, :waits_for, :awaits, :wakes_at, :waits,
        :sent_hash, :video_id, :video_url, :video_poster, :finished_at, :traceparent, :tracestate
      WHERE %s
      ON CONFLICT DO NOTHING
      """
          .formatted(KeptReferences.UNKNOWN);

  /**
   * Writes all that a move may change, if the job still stands as the mover saw it. Due time and
   * tries tell two movers apart that leave the state as it is. The account is the job's for ever.
   * Warnings are written only with a new one: those of a waiting job also say why it waits. One
   * that still waits for another job is looked at again, and one that waits for approval again has
   * all the time for it anew.
   */
  static final String MOVE =
      """
      UPDATE job SET state = :state, attempt = :attempt, tries = :tries, generation_id = :generation_id,
        cost_amount = :cost_amount, cost_unit = :cost_unit, response = :response, problem = :problem,
        video_id = :video_id, video_url = :video_url, video_poster = :video_poster, video_file = :video_file,
        video_bytes = :video_bytes, video_sha256 = :video_sha256, submitted_at = :submitted_at,
        finished_at = :finished_at, due_at = :due_at, leased_until = :leased_until,
        running_at = :running_at, took = :took, waits_for = :waits_for,
        waits = CASE :waits_for WHEN 'approval' THEN waits END,
        wakes_at = CASE :waits_for WHEN 'job' THEN 0
          WHEN 'approval' THEN CASE WHEN :again THEN :now + wakes_at - created_at ELSE wakes_at END END,
        approved_at = :approved_at,
        warnings = CASE WHEN :warned THEN :warnings ELSE warnings END,
        reserved_amount = CASE WHEN :unbilled THEN NULL ELSE coalesce(:reserved_amount, reserved_amount) END,
        reserved_unit = CASE WHEN :unbilled THEN NULL ELSE coalesce(:reserved_unit, reserved_unit) END
      WHERE id = :id AND account = :account AND state = :seen_state AND attempt = :seen_attempt AND tries = :seen_tries
        AND due_at IS NOT DISTINCT FROM :seen_due_at AND waits_for IS NOT DISTINCT FROM :seen_waits_for
      """;

  static <S extends SqlStatement<S>> S bind(S statement, Job job) {
    Job.Routing routing = job.routing();
    Job.Cost cost = job.cost() == null ? new Job.Cost(null, null) : job.cost();
    Job.Video video =
        job.video() == null ? new Job.Video(null, null, null, null, null, null) : job.video();
    Job.ReplyTo reply = routing.replyTo() == null ? new Job.ReplyTo(null, null) : routing.replyTo();
    return statement
        .bind("id", job.id())
        .bind("file_name", routing.fileName())
        .bind("reference", job.caller() == null ? storable(job.reference()) : null)
        .bind("caller", job.caller())
        .bind("account", job.account())
        .bind("batch", job.batch())
        .bind("tags", job.tags().isEmpty() ? null : text(job.tags()))
        .bind("retry_of", job.retryOf())
        .bind("duplicate_of", job.duplicateOf())
        .bind("caller_reference", job.caller() == null ? null : storable(job.reference()))
        .bind("intake_key", storable(routing.intakeKey()))
        .bind("content_hash", routing.contentHash())
        .bind("model", job.model())
        .bind("state", job.state().name())
        .bind("waits_for", name(job.waitsFor()))
        .bind("priority", routing.priority())
        .bind("request", text(job.request()))
        .bind("sinks", text(routing.sinks()))
        .bind("reply_to", reply.destination())
        .bind("correlation_id", storable(reply.correlationId()))
        .bind("traceparent", routing.trace() == null ? null : routing.trace().parent())
        .bind("tracestate", routing.trace() == null ? null : routing.trace().state())
        .bind("warnings", text(job.warnings()))
        .bind("attempt", job.schedule().attempt())
        .bind("tries", job.schedule().tries())
        .bind("generation_id", job.generationId())
        .bind("cost_amount", cost.amount())
        .bind("cost_unit", cost.unit())
        .bind("response", text(job.response()))
        .bind("problem", text(job.problem()))
        .bind("video_id", video.id())
        .bind("video_url", video.url())
        .bind("video_poster", video.poster())
        .bind("video_file", video.file())
        .bind("video_bytes", video.bytes())
        .bind("video_sha256", video.sha256())
        .bind("created_at", job.createdAt().toEpochMilli())
        .bind("approved_at", millis(job.approvedAt()))
        .bind("submitted_at", millis(job.submittedAt()))
        .bind("finished_at", millis(job.finishedAt()))
        .bind("due_at", millis(job.schedule().dueAt()))
        .bind("running_at", millis(job.schedule().runningAt()))
        .bind("took", job.schedule().took() == null ? null : job.schedule().took().toMillis());
  }

  static Job read(ResultSet row, StatementContext context) throws SQLException {
    String caller = row.getString("caller");
    return new Job(
        row.getString("id"),
        row.getString(caller == null ? "reference" : "caller_reference"),
        caller,
        row.getString("batch"),
        row.getString("account"),
        tags(row.getString("tags")),
        row.getString("retry_of"),
        row.getString("duplicate_of"),
        row.getString("model"),
        JobState.valueOf(row.getString("state")),
        waitsFor(row),
        row.getString("generation_id"),
        cost(row),
        json(row.getString("request")),
        json(row.getString("response")),
        video(row),
        json(row.getString("problem")),
        warnings(row),
        instant(row, "created_at"),
        instant(row, "approved_at"),
        instant(row, "submitted_at"),
        instant(row, "finished_at"),
        new Job.Routing(
            row.getString("file_name"),
            row.getString("intake_key"),
            row.getString("content_hash"),
            row.getInt("priority"),
            names(row.getString("sinks")),
            replyTo(row),
            trace(row)),
        new Job.Schedule(
            row.getInt("attempt"),
            row.getInt("tries"),
            instant(row, "due_at"),
            instant(row, "running_at"),
            took(row)));
  }

  /** A caller's own text, without the one character that PostgreSQL cannot keep. */
  static String storable(String text) {
    return text == null ? null : text.replace('\0', '\uFFFD');
  }

  /** The job that has this value in a column where no other has it. */
  static Optional<Job> one(Handle handle, String column, String value) {
    return value == null
        ? Optional.empty()
        : handle
            .createQuery("SELECT * FROM job WHERE " + column + " = :value")
            .bind("value", storable(value))
            .map(JobMapper::read)
            .findOne();
  }

  private static String name(WaitsFor what) {
    return what == null || what == WaitsFor.UPLOAD ? null : what.toString();
  }

  private static WaitsFor waitsFor(ResultSet row) throws SQLException {
    String what = row.getString("waits_for");
    if (what != null) {
      return WaitsFor.of(what).orElseThrow();
    }
    boolean uploads = row.getInt("uploads") > 0 && "ACCEPTED".equals(row.getString("state"));
    return uploads ? WaitsFor.UPLOAD : null;
  }

  /** Those of the request, and why it waits, as long as it does. */
  private static List<String> warnings(ResultSet row) throws SQLException {
    List<String> warnings = names(row.getString("warnings"));
    String waits = row.getString("waits");
    return waits == null ? warnings : Stream.concat(warnings.stream(), Stream.of(waits)).toList();
  }

  private static Duration took(ResultSet row) throws SQLException {
    long millis = row.getLong("took");
    return row.wasNull() ? null : Duration.ofMillis(millis);
  }

  static Job.ReplyTo replyTo(ResultSet row) throws SQLException {
    String destination = row.getString("reply_to");
    return destination == null
        ? null
        : new Job.ReplyTo(destination, row.getString("correlation_id"));
  }

  static TraceContext trace(ResultSet row) throws SQLException {
    return TraceContext.of(row.getString("traceparent"), row.getString("tracestate"));
  }

  private static Job.Cost cost(ResultSet row) throws SQLException {
    String amount = row.getString("cost_amount");
    return amount == null ? null : new Job.Cost(amount, row.getString("cost_unit"));
  }

  private static Job.Video video(ResultSet row) throws SQLException {
    String url = row.getString("video_url");
    long bytes = row.getLong("video_bytes");
    return url == null
        ? null
        : new Job.Video(
            row.getString("video_id"),
            url,
            row.getString("video_poster"),
            row.getString("video_file"),
            bytes == 0 ? null : bytes,
            row.getString("video_sha256"));
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }

  static Long millis(Instant instant) {
    return instant == null ? null : instant.toEpochMilli();
  }

  static String text(Object value) {
    try {
      return value == null ? null : JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + value.getClass(), e);
    }
  }

  private static JsonNode json(String text) {
    try {
      return text == null ? null : JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the ledger holds text that is not JSON", e);
    }
  }

  private static Map<String, String> tags(String text) {
    return text == null ? Map.of() : JSON.convertValue(json(text), TAGS);
  }

  static List<String> names(String text) {
    return JSON.convertValue(json(text), NAMES);
  }

  static <S extends SqlStatement<S>> S bindSeen(S statement, Job job) {
    return statement
        .bind("seen_state", job.state().name())
        .bind("seen_attempt", job.schedule().attempt())
        .bind("seen_tries", job.schedule().tries())
        .bind("seen_due_at", millis(job.schedule().dueAt()))
        .bind("seen_waits_for", name(job.waitsFor()));
  }
}
