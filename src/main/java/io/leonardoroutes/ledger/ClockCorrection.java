package io.leonardoroutes.ledger;

import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.ledger.FutureLimits.CorrectedTimes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Pulls in what a clock that was ahead has dated in the future, so that it need not wait until the
 * time has caught up.
 *
 * <p>By how much the clock was set back shows against the time that was last seen: then everything
 * is dated earlier by that much. Besides, nothing may be dated further ahead than the longest delay
 * that can be meant.
 *
 * <p>When a job was submitted, and since when its call is surely over, stays as it was written: so
 * a job in doubt is at most held longer. A row that is {@code SUBMITTING} keeps its due time too,
 * by which whoever makes its call will record the answer.
 *
 * <p>One file, because every time that the ledger keeps is bounded here, and each in its own way.
 */
final class ClockCorrection {
  private static final Duration TOLERANCE = Duration.ofSeconds(5);
  private static final Duration AT_ONCE = Duration.ofMinutes(1);
  private static final Duration LONGEST_DELIVERY = Duration.ofMinutes(30);
  private static final int CHUNK = 1000;

  private static final List<String> SHIFTED =
      List.of(
          "state = 'ACCEPTED'",
          "state = 'RUNNING'",
          "state = 'COMPLETE'",
          // One that was never polled waits for the end of its call, which stays.
          "state = 'IN_DOUBT' AND tries > 0");

  /** Each sink with something pending, by a seek for each. */
  private static final String SINKS =
      """
      WITH RECURSIVE named (sink) AS (
        SELECT min(sink) FROM delivery WHERE state = 'PENDING'
        UNION ALL
        SELECT (SELECT min(sink) FROM delivery WHERE state = 'PENDING' AND sink > named.sink)
        FROM named WHERE named.sink IS NOT NULL)
      SELECT sink FROM named WHERE sink IS NOT NULL
      """;

  private final LedgerSql sql;
  private final boolean shared;
  private final long now;
  private long furthest;

  ClockCorrection(LedgerSql sql, boolean shared, long now) {
    this.sql = sql;
    this.shared = shared;
    this.now = now;
  }

  private record Key(String id, String sink, String content) {}

  private record Dated(Key key, long at) {}

  /** One kind of rows and a time that each of them has. */
  private record Column(String table, String key, String name, String where) {
    static Column jobs(String name, String where) {
      return new Column("job", "id, '' AS sink, '' AS content", name, where);
    }

    static Column deliveries(String name, String where) {
      return new Column("delivery", "event_id AS id, sink, content", name, where);
    }

    String select() {
      return "SELECT %s, %s AS at FROM %s WHERE %s AND %s > :from ORDER BY %s LIMIT :limit"
          .formatted(key, name, table, where, name, name);
    }

    String update() {
      String row =
          table.equals("job")
              ? "id = :id"
              : "event_id = :id AND sink = :sink AND content = :content";
      return "UPDATE %s SET %s = :at WHERE %s AND %s = :seen AND %s"
          .formatted(table, name, row, name, where);
    }
  }

  private interface Pull {
    long to(long at);
  }

  /** See {@link Ledger#correctTimes}. */
  CorrectedTimes correct(FutureLimits longest, boolean start) {
    long ahead = setBack();
    int jobs = ahead > 0 ? shiftJobs(ahead, longest) : 0;
    int deliveries = ahead > 0 ? shiftDeliveries(ahead, longest) : 0;
    jobs += boundJobs(longest, start);
    deliveries += boundDeliveries(longest);
    return new CorrectedTimes(
        Duration.ofMillis(ahead > 0 ? ahead : Math.max(0, furthest - now)), jobs, deliveries);
  }

  /**
   * By how much the clock was set back since the time was last seen. Of several instances one alone
   * is told: what is pulled in twice might be a lease of a call that is under way.
   */
  private long setBack() {
    return sql.inTransaction(
        handle -> {
          long seen =
              handle.createQuery("SELECT at FROM clock WHERE id = 1").mapTo(Long.class).one();
          boolean mine =
              handle.execute("UPDATE clock SET at = ? WHERE id = 1 AND at = ?", now, seen) == 1;
          return mine && seen - now > TOLERANCE.toMillis() ? seen - now : 0;
        });
  }

  private int shiftJobs(long ahead, FutureLimits longest) {
    int jobs = 0;
    for (String state : SHIFTED) {
      jobs += pull(Column.jobs("due_at", state), now, at -> Math.max(now, at - ahead));
    }
    shiftLeases(Column.jobs("leased_until", "leased_until > 0"), ahead, longest);
    for (String pause : List.of("creates_from", "looks_from")) {
      sql.useTransaction(
          handle ->
              handle.execute(
                  "UPDATE pace SET %1$s = %1$s - ? WHERE %1$s > ?".formatted(pause), ahead, now));
    }
    return jobs;
  }

  private int shiftDeliveries(long ahead, FutureLimits longest) {
    int deliveries = 0;
    for (String sink : sinks()) {
      deliveries += pull(pending("due_at", sink), now, at -> Math.max(now, at - ahead));
    }
    shiftLeases(Column.deliveries("leased_until", "leased_until > 0"), ahead, longest);
    return deliveries;
  }

  /** Never to less than a whole lease: whoever holds it may only renew it after a third of one. */
  private void shiftLeases(Column leased, long ahead, FutureLimits longest) {
    long whole = now + longest.lease().toMillis();
    pull(leased, whole, at -> Math.max(whole, at - ahead));
  }

  private int boundJobs(FutureLimits longest, boolean start) {
    int jobs = 0;
    jobs += due("state = 'ACCEPTED' AND tries = 0", AT_ONCE);
    jobs += due("state = 'ACCEPTED'", longest.delay());
    jobs += due("state = 'RUNNING'", longest.poll());
    if (start) {
      pollAtOnce();
    }
    jobs += due("state = 'COMPLETE' AND tries = 0", AT_ONCE);
    jobs += due("state = 'COMPLETE'", longest.delay());
    jobs += due("state = 'IN_DOUBT' AND tries > 0", longest.delay());
    leases(Column.jobs("leased_until", "leased_until > 0"), longest.longestLease());
    boundUploads(longest);
    return jobs;
  }

  /** An upload is only ever put off for a while, and one too many costs nothing. */
  private void boundUploads(FutureLimits longest) {
    long until = now + longest.delay().toMillis();
    sql.useTransaction(
        handle ->
            handle.execute(
                "UPDATE upload SET due_at = ?, leased_until = 0 WHERE due_at > ? OR (due_at IS NOT"
                    + " NULL AND leased_until > ?)",
                now,
                until,
                Math.max(until, now + longest.longestLease().toMillis())));
  }

  /** One poll too many for each job at a start costs nothing, and says nothing of the clock. */
  private void pollAtOnce() {
    long dated = furthest;
    due("state = 'RUNNING' AND tries = 0", AT_ONCE);
    furthest = dated;
  }

  private int boundDeliveries(FutureLimits longest) {
    int deliveries = 0;
    for (String sink : sinks()) {
      Column due = pending("due_at", sink);
      deliveries += pull(due, now + LONGEST_DELIVERY.toMillis(), at -> now);
    }
    leases(Column.deliveries("leased_until", "leased_until > 0"), longest.longestLease());
    return deliveries;
  }

  private int due(String where, Duration longest) {
    return pull(Column.jobs("due_at", where), now + longest.toMillis(), at -> now);
  }

  /** Whoever holds it renews it before the longest lease is over. */
  private void leases(Column leased, Duration longest) {
    long until = now + longest.toMillis();
    pull(leased, until, at -> until);
  }

  private static Column pending(String name, String sink) {
    return Column.deliveries(
        name, "state = 'PENDING' AND sink = '" + sink.replace("'", "''") + "'");
  }

  private List<String> sinks() {
    return sql.withHandle(handle -> handle.createQuery(SINKS).mapTo(String.class).list());
  }

  /** In small commits, so that nobody waits long for the ledger. */
  private int pull(Column column, long beyond, Pull pull) {
    int pulled = 0;
    long from = beyond;
    List<Dated> rows;
    do {
      long start = from;
      rows = sql.inTransaction(handle -> pull(handle, column, start, pull));
      pulled += rows.size();
      if (!rows.isEmpty()) {
        // What was pulled in lies before it; of one millisecond there may be more than a chunk.
        long last = rows.get(rows.size() - 1).at();
        from = Math.max(beyond, last - 1);
        furthest = Math.max(furthest, last);
      }
    } while (rows.size() == CHUNK);
    return pulled;
  }

  private List<Dated> pull(Handle handle, Column column, long from, Pull pull) {
    List<Dated> rows =
        new ArrayList<>(
            handle
                .createQuery(column.select() + (shared ? " FOR UPDATE SKIP LOCKED" : ""))
                .bind("from", from)
                .bind("limit", CHUNK)
                .map(
                    (row, context) ->
                        new Dated(
                            new Key(
                                row.getString("id"),
                                row.getString("sink"),
                                row.getString("content")),
                            row.getLong("at")))
                .list());
    if (!rows.isEmpty()) {
      PreparedBatch batch = handle.prepareBatch(column.update());
      for (Dated row : rows) {
        batch
            .bind("id", row.key().id())
            .bind("sink", row.key().sink())
            .bind("content", row.key().content())
            .bind("seen", row.at())
            .bind("at", pull.to(row.at()))
            .add();
      }
      batch.execute();
    }
    return rows;
  }
}
