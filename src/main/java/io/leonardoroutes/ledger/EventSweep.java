package io.leonardoroutes.ledger;

import io.leonardoroutes.database.LedgerSql;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Deletes old events that all their sinks have, with their deliveries. An event with a pending or
 * dead delivery stays. It works in small commits, so that nobody waits long for the ledger.
 */
final class EventSweep {
  private static final int AT_ONCE = 100;
  private static final int COMMITS = 500;

  /** {@code DELIVERED} is a delivery's last state, so what is found stays so. */
  static final String DONE =
      """
      SELECT e.id, e.time FROM event e WHERE e.time >= :from AND e.time < :before
        AND NOT EXISTS (SELECT 1 FROM delivery d
          WHERE d.event_id = e.id AND d.state <> 'DELIVERED')
      ORDER BY e.time LIMIT :limit
      """;

  private final LedgerSql sql;
  private final boolean shared;

  EventSweep(LedgerSql sql, boolean shared) {
    this.sql = sql;
    this.shared = shared;
  }

  private record Done(String id, long time) {}

  /** See {@link Outbox#sweep}. */
  int sweep(Instant before) {
    int swept = 0;
    long from = 0;
    for (int i = 0; i < COMMITS; i++) {
      long start = from;
      List<Done> done = sql.inTransaction(handle -> delete(handle, start, before.toEpochMilli()));
      swept += done.size();
      if (done.size() < AT_ONCE) {
        break;
      }
      // Not again past those that stay.
      from = done.get(done.size() - 1).time();
    }
    return swept;
  }

  private List<Done> delete(Handle handle, long from, long before) {
    List<Done> done =
        handle
            .createQuery(DONE + (shared ? " FOR UPDATE OF e SKIP LOCKED" : ""))
            .bind("from", from)
            .bind("before", before)
            .bind("limit", AT_ONCE)
            .map((row, context) -> new Done(row.getString("id"), row.getLong("time")))
            .list();
    if (!done.isEmpty()) {
      List<String> ids = done.stream().map(Done::id).toList();
      for (String table : List.of("delivery WHERE event_id", "event WHERE id")) {
        handle.createUpdate("DELETE FROM " + table + " IN (<ids>)").bindList("ids", ids).execute();
      }
    }
    return done;
  }
}
