package io.leonardoroutes.archive;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.JobState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * The references and idempotency keys of jobs that are in the archive: the same request again is
 * still that job, and is not paid again.
 */
public final class KeptReferences {
  /** SQL that is true unless one of these is known: for the insert of a job, which binds them. */
  public static final String UNKNOWN =
      """
      NOT EXISTS (SELECT 1 FROM kept_reference k WHERE k.intake_key = :intake_key)
        AND NOT EXISTS (SELECT 1 FROM kept_reference k WHERE k.reference = :reference AND k.caller IS NULL)
        AND NOT EXISTS (SELECT 1 FROM kept_reference k
          WHERE k.reference = :caller_reference AND k.caller = :caller)
      """;

  private static final String KEEP =
      """
      INSERT INTO kept_reference (job, file_name, caller, reference, intake_key, content_hash, account, model,
        state, generation_id, cost_amount, cost_unit, created_at, submitted_at, finished_at)
      SELECT id, file_name, caller, coalesce(reference, caller_reference), intake_key, content_hash, account, model,
        state, generation_id, cost_amount, cost_unit, created_at, submitted_at, finished_at
      FROM job WHERE id IN (<ids>)
        AND (reference IS NOT NULL OR caller_reference IS NOT NULL OR intake_key IS NOT NULL)
      """;

  private KeptReferences() {}

  /** Keeps those of jobs that are deleted in the same transaction. */
  static void keep(Handle handle, Collection<String> ids) {
    handle.createUpdate(KEEP).bindList("ids", List.copyOf(ids)).execute();
  }

  /**
   * The job with this reference of this caller, as far as it is still known.
   *
   * @param caller null for nobody's
   */
  public static Optional<Job> byReference(Handle handle, String caller, String reference) {
    return handle
        .createQuery(
            "SELECT * FROM kept_reference WHERE reference = :reference AND caller "
                + (caller == null ? "IS NULL" : "= :caller"))
        .bindMap(caller == null ? Map.of() : Map.of("caller", caller))
        .bind("reference", reference)
        .map(KeptReferences::read)
        .findFirst();
  }

  /** The job with this idempotency key, as far as it is still known. */
  public static Optional<Job> byKey(Handle handle, String intakeKey) {
    return handle
        .createQuery("SELECT * FROM kept_reference WHERE intake_key = :key")
        .bind("key", intakeKey)
        .map(KeptReferences::read)
        .findFirst();
  }

  /** What is left of it: the archive has the rest. */
  private static Job read(ResultSet row, StatementContext context) throws SQLException {
    String unit = row.getString("cost_unit");
    return new Job(
        row.getString("job"),
        row.getString("reference"),
        row.getString("caller"),
        null,
        row.getString("account"),
        Map.of(),
        null,
        null,
        row.getString("model"),
        JobState.valueOf(row.getString("state")),
        null,
        row.getString("generation_id"),
        unit == null ? null : new Job.Cost(row.getString("cost_amount"), unit),
        JsonNodeFactory.instance.objectNode(),
        null,
        null,
        null,
        List.of("it is in the archive: its request, its response and its video are not shown here"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        null,
        time(row, "submitted_at"),
        time(row, "finished_at"),
        new Job.Routing(
            row.getString("file_name"),
            row.getString("intake_key"),
            row.getString("content_hash"),
            4,
            List.of(),
            null),
        new Job.Schedule(0, 0, null, null, null));
  }

  private static Instant time(ResultSet row, String name) throws SQLException {
    long at = row.getLong(name);
    return row.wasNull() ? null : Instant.ofEpochMilli(at);
  }
}
