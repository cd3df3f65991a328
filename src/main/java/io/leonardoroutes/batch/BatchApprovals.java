package io.leonardoroutes.batch;

import io.leonardoroutes.batch.BatchApproval.Stage;
import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Actor;
import io.leonardoroutes.job.Price;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What batches cost whose jobs wait together, and what was decided about them. The sum grows in the
 * commit that accepts the lines, and the last of these commits says whether the batch waits for an
 * operator; so no crash loses a price, and none is counted twice.
 *
 * <p>Once a batch is decided, its jobs are moved on some at a time, until none waits any more.
 */
public final class BatchApprovals {
  private final LedgerSql sql;
  private final Clock clock;

  BatchApprovals(LedgerSql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  /**
   * Adds the prices of jobs that were just accepted.
   *
   * @param prices one of each; empty if it is not known
   * @param all whether every line is decided now
   * @param limit null if batches do not wait
   * @return how it stands if the batch has just begun to wait for an operator
   */
  Optional<BatchApproval> add(
      Handle handle,
      String batch,
      Collection<Optional<Price>> prices,
      boolean all,
      BatchLimit limit) {
    BatchApproval before = find(handle, batch).orElse(null);
    if (before == null && (limit == null || prices.isEmpty())) {
      return Optional.empty();
    }
    BigDecimal sum = before == null ? BigDecimal.ZERO : before.sum();
    long unpriced = before == null ? 0 : before.unpriced();
    for (Optional<Price> price : prices) {
      if (limit != null && price.filter(one -> one.unit().equals(limit.currency())).isPresent()) {
        sum = sum.add(price.get().amount());
      } else {
        unpriced++;
      }
    }
    boolean below = limit == null || (unpriced == 0 && sum.compareTo(limit.above()) <= 0);
    Stage stage = !all ? Stage.SUMMING : below ? Stage.OPEN : Stage.WAITING;
    Instant expires = stage == Stage.WAITING ? clock.instant().plus(limit.expires()) : null;
    BatchApproval now = new BatchApproval(stage, sum, unpriced, expires, null);
    write(handle, batch, now);
    return stage == Stage.WAITING ? Optional.of(now) : Optional.empty();
  }

  private static void write(Handle handle, String batch, BatchApproval now) {
    handle.execute(
        "UPDATE batch SET approval = ?, price_sum = ?, unpriced = ?, expires_at = ?,"
            + " decided_by = NULL, decided_from = NULL WHERE id = ?",
        now.stage().name(),
        now.sum().toPlainString(),
        now.unpriced(),
        now.expires() == null ? null : now.expires().toEpochMilli(),
        batch);
  }

  /** How it stands; empty if none of its jobs waits together with the others. */
  public Optional<BatchApproval> find(String batch) {
    return sql.withHandle(handle -> find(handle, batch));
  }

  /** See {@link #find(String)}; the transaction is the caller's. */
  public static Optional<BatchApproval> find(Handle handle, String batch) {
    return handle
        .createQuery("SELECT * FROM batch WHERE id = :id AND approval IS NOT NULL")
        .bind("id", batch)
        .map((row, context) -> read(row))
        .findOne();
  }

  private static BatchApproval read(ResultSet row) throws SQLException {
    String sum = row.getString("price_sum");
    long expires = row.getLong("expires_at");
    Instant at = row.wasNull() ? null : Instant.ofEpochMilli(expires);
    return new BatchApproval(
        Stage.valueOf(row.getString("approval")),
        sum == null ? BigDecimal.ZERO : new BigDecimal(sum),
        row.getLong("unpriced"),
        at,
        new Actor(row.getString("decided_by"), row.getString("decided_from")));
  }

  /**
   * Decides about a batch that waits for an operator.
   *
   * @return whether it did
   */
  public boolean decide(String batch, Stage decision, Actor by) {
    return sql.inTransaction(
        handle ->
            handle.execute(
                    "UPDATE batch SET approval = ?, decided_by = ?, decided_from = ?"
                        + " WHERE id = ? AND approval = 'WAITING'",
                    decision.name(),
                    by.name(),
                    by.source(),
                    batch)
                == 1);
  }

  /** Ends the wait of batches that nobody decided about in time. */
  public void expire() {
    if (any("approval = 'WAITING' AND expires_at <= " + clock.millis()).isEmpty()) {
      return;
    }
    sql.useTransaction(
        handle ->
            handle.execute(
                "UPDATE batch SET approval = 'EXPIRED' WHERE approval = 'WAITING' AND expires_at <= ?",
                clock.millis()));
  }

  /** Batches that are decided, and some of whose jobs may still wait. */
  public List<String> decided() {
    return any("approval IN ('OPEN', 'APPROVED', 'REJECTED', 'EXPIRED')");
  }

  private List<String> any(String which) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery("SELECT id FROM batch WHERE " + which + " ORDER BY id LIMIT 100")
                .mapTo(String.class)
                .list());
  }

  /** Ends what a decision began, once none of its jobs waits, not even one in doubt. */
  public void end(String batch) {
    sql.useTransaction(
        handle ->
            handle.execute(
                """
                UPDATE batch SET approval = NULL
                WHERE id = ? AND approval IN ('OPEN', 'APPROVED', 'REJECTED', 'EXPIRED') AND NOT EXISTS (
                  SELECT 1 FROM job WHERE batch = ? AND waits_for = 'approval' AND wakes_at IS NULL)
                """,
                batch,
                batch));
  }
}
