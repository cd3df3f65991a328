package io.leonardoroutes.ledger;

import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Delivery;
import io.leonardoroutes.job.DeliveryStatus;
import io.leonardoroutes.job.Job;
import io.leonardoroutes.job.OutboxEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * The events that were written with a move and still have to reach their sinks (a transactional
 * outbox). Each event x sink x content goes its own way, at least once.
 *
 * <p>One file, because its moves guard each other, as those of the ledger do.
 */
public final class Outbox {
  private static final String KEY =
      " WHERE event_id = :event AND sink = :sink AND content = :content AND state = 'PENDING'";

  private static final String LEASED = " AND leased_until > 0 AND tries = :tries";

  /**
   * The last state stands so that SQLite does not go by it, past all else that is pending. What was
   * never tried and is due later was written by a clock that was set back since.
   */
  static final String CLAIM =
      """
      SELECT d.event_id, d.sink, d.content, e.time, d.tries, d.error, e.subject, e.type, e.document,
        e.file_name, e.reply_to, e.correlation_id, e.traceparent, e.tracestate, j.video_file
      FROM delivery d JOIN event e ON e.id = d.event_id
        LEFT JOIN job j ON j.id = e.subject
      WHERE d.sink = :sink AND d.state = 'PENDING' AND d.due_at <= :now
        AND d.leased_until <= :now
        AND NOT (d.content <> 'VIDEO' AND EXISTS (SELECT 1 FROM delivery v
          WHERE v.event_id = d.event_id AND v.sink = d.sink AND v.state = 'PENDING'
            AND v.content IN ('VIDEO', 'RECEIPT') AND v.content <> d.content))
        AND NOT EXISTS (SELECT 1
          FROM event before JOIN delivery b ON b.event_id = before.id
          WHERE before.subject = e.subject AND before.time < e.time
            AND b.sink = d.sink AND (b.state = 'PENDING') IS TRUE
            AND (b.due_at <= :now OR b.tries = 0))
      ORDER BY d.due_at, d.since LIMIT :limit
      """;

  private static final String STATUS =
      "SELECT d.*, e.subject, e.type FROM delivery d JOIN event e ON e.id = d.event_id";

  private static final String PAGE =
      """
      SELECT d.*, e.subject, e.type FROM (SELECT * FROM (%s) AS such
          WHERE (since, event_id, content) > (:since, :event, :content)
          ORDER BY since, event_id, content LIMIT :limit) AS d
        JOIN event e ON e.id = d.event_id
      ORDER BY d.since, d.event_id, d.content
      """;

  private final LedgerSql sql;
  private final Clock clock;
  private final boolean shared;

  Outbox(LedgerSql sql, Clock clock, boolean shared) {
    this.sql = sql;
    this.clock = clock;
    this.shared = shared;
  }

  /** Writes events that belong to no move, as those of a rejected request. */
  public void add(List<OutboxEvent> told) {
    if (told.stream().anyMatch(event -> !event.targets().isEmpty())) {
      sql.useTransaction(handle -> add(handle, told));
    }
  }

  /** Each is dated after those of its job that are there, so that their order is their times'. */
  void add(Handle handle, List<OutboxEvent> told) {
    for (OutboxEvent event : told) {
      if (event.targets().isEmpty()) {
        continue;
      }
      Job.ReplyTo reply = event.replyTo() == null ? new Job.ReplyTo(null, null) : event.replyTo();
      int added =
          handle
              .createUpdate(
                  """
                  INSERT INTO event (id, subject, type, document, file_name, reply_to, correlation_id,
                    traceparent, tracestate, time)
                  VALUES (:id, :subject, :type, :document, :file_name, :reply_to, :correlation_id,
                    :traceparent, :tracestate,
                    (SELECT max(at) FROM (SELECT :time AS at
                      UNION ALL SELECT time + 1 FROM event WHERE subject = :subject) AS later))
                  ON CONFLICT DO NOTHING
                  """)
              .bind("id", event.id())
              .bind("subject", event.subject())
              .bind("type", event.type())
              .bind("document", event.document())
              .bind("file_name", event.fileName())
              .bind("reply_to", reply.destination())
              .bind("correlation_id", JobMapper.storable(reply.correlationId()))
              .bind("traceparent", event.trace() == null ? null : event.trace().parent())
              .bind("tracestate", event.trace() == null ? null : event.trace().state())
              .bind("time", event.time().toEpochMilli())
              .execute();
      if (added == 1) {
        event.targets().forEach(target -> add(handle, event, target));
      }
    }
  }

  private void add(Handle handle, OutboxEvent event, OutboxEvent.Target target) {
    handle.execute(
        "INSERT INTO delivery (event_id, sink, content, state, tries, due_at, leased_until, since)"
            + " VALUES (?, ?, ?, 'PENDING', 0, ?, 0, ?)",
        event.id(),
        target.sink(),
        target.content().name(),
        clock.millis(),
        event.time().toEpochMilli());
  }

  /** Whether the job's video still has to reach a sink. */
  public boolean wantsVideo(String job) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT 1 FROM event e JOIN delivery d ON d.event_id = e.id
                    WHERE e.subject = :job AND d.content = 'VIDEO' AND d.state = 'PENDING' LIMIT 1
                    """)
                .bind("job", job)
                .mapTo(Integer.class)
                .findOne()
                .isPresent());
  }

  /** A glance that takes no lock, as loops ask all the time. */
  private boolean any(String sink, long now) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT 1 FROM delivery WHERE state = 'PENDING' AND due_at <= :now
                      AND leased_until <= :now AND sink = :sink LIMIT 1
                    """)
                .bind("sink", sink)
                .bind("now", now)
                .mapTo(Integer.class)
                .findOne()
                .isPresent());
  }

  /**
   * Leases what is due for one sink, oldest first. A video goes before the event that tells of it,
   * so that who sees the event finds the video; and the events of one job go in their order, but
   * for one that failed, which the later ones pass.
   */
  public List<Delivery> claim(String sink, int limit, Duration lease) {
    long now = clock.millis();
    if (!any(sink, now)) {
      return List.of();
    }
    return sql.inTransaction(
        handle -> {
          List<Delivery> due =
              handle
                  .createQuery(CLAIM + (shared ? " FOR UPDATE OF d SKIP LOCKED" : ""))
                  .bind("sink", sink)
                  .bind("now", now)
                  .bind("limit", limit)
                  .map(
                      (row, context) ->
                          new Delivery(
                              row.getString("event_id"),
                              row.getString("subject"),
                              row.getString("type"),
                              row.getString("sink"),
                              Delivery.Content.valueOf(row.getString("content")),
                              Instant.ofEpochMilli(row.getLong("time")),
                              row.getInt("tries"),
                              row.getString("error"),
                              row.getString("document"),
                              row.getString("file_name"),
                              JobMapper.replyTo(row),
                              row.getString("video_file"),
                              JobMapper.trace(row)))
                  .list();
          PreparedBatch leases =
              handle.prepareBatch("UPDATE delivery SET error = NULL, leased_until = :x" + KEY);
          due.forEach(delivery -> bind(leases, delivery, now + lease.toMillis()).add());
          leases.execute();
          return due;
        });
  }

  /** Whether something waits for another try at a sink. */
  public boolean retries(String sink) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT 1 FROM delivery WHERE state = 'PENDING' AND sink = :sink AND tries > 0"
                        + " LIMIT 1")
                .bind("sink", sink)
                .mapTo(Integer.class)
                .findOne()
                .isPresent());
  }

  /** Makes the leases of claimed deliveries last on, of those that are still to do. */
  public void renew(Collection<Delivery> claimed, Duration lease) {
    long until = clock.millis() + lease.toMillis();
    sql.useTransaction(
        handle -> {
          PreparedBatch renewal =
              handle.prepareBatch("UPDATE delivery SET leased_until = :x" + KEY + LEASED);
          claimed.forEach(
              delivery -> bind(renewal, delivery, until).bind("tries", delivery.tries()).add());
          if (renewal.size() > 0) {
            renewal.execute();
          }
        });
  }

  /** The sink has it. */
  public boolean delivered(Delivery delivery) {
    return sql.inTransaction(
        handle -> update(handle, delivery, "state = 'DELIVERED', leased_until = :x", 0L, null));
  }

  /** The sink did not take it: once more, later. */
  public boolean failed(Delivery delivery, Instant dueAt, String error) {
    return sql.inTransaction(
        handle ->
            update(
                handle,
                delivery,
                "tries = tries + 1, leased_until = 0, due_at = :x",
                dueAt.toEpochMilli(),
                error));
  }

  /** The sink was not called: later, with as many tries as before. */
  public boolean postponed(Delivery delivery, Instant dueAt, String error) {
    return sql.inTransaction(
        handle ->
            update(handle, delivery, "leased_until = 0, due_at = :x", dueAt.toEpochMilli(), error));
  }

  /** Nobody is there any more who could take it: done with, as if it were delivered. */
  public boolean unwanted(Delivery delivery, String error) {
    return sql.inTransaction(
        handle -> update(handle, delivery, "state = 'DELIVERED', leased_until = :x", 0L, error));
  }

  /** The sink will not take it: no more tries. */
  public boolean dead(Delivery delivery, String error) {
    return sql.inTransaction(
        handle ->
            update(
                handle,
                delivery,
                "state = 'DEAD', tries = tries + 1, leased_until = :x",
                0L,
                error));
  }

  /**
   * Makes what is {@code DEAD} for a sink {@code PENDING} again, due now and with all its tries.
   *
   * @return how many they are
   */
  public int redeliver(String sink) {
    return sql.inTransaction(
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE delivery
                    SET state = 'PENDING', tries = 0, due_at = :now, leased_until = 0, error = NULL
                    WHERE state = 'DEAD' AND sink = :sink
                    """)
                .bind("now", clock.millis())
                .bind("sink", sink)
                .execute());
  }

  /**
   * Makes one delivery that is {@code DEAD}, or waits for another try, due now with all its tries.
   *
   * @return whether there is such a one that nobody makes just now
   */
  public boolean redeliver(DeliveryStatus.Key key) {
    return sql.inTransaction(
        handle ->
            handle
                    .createUpdate(
                        """
                        UPDATE delivery
                        SET state = 'PENDING', tries = 0, due_at = :now, leased_until = 0, error = NULL
                        WHERE event_id = :event AND sink = :sink AND content = :content
                          AND (state = 'DEAD' OR (state = 'PENDING' AND leased_until <= :now))
                        """)
                    .bind("now", clock.millis())
                    .bind("event", key.eventId())
                    .bind("sink", key.sink())
                    .bind("content", key.content().name())
                    .execute()
                == 1);
  }

  /** One delivery. */
  public Optional<DeliveryStatus> find(DeliveryStatus.Key key) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    STATUS + " WHERE d.event_id = :event AND d.sink = :sink AND content = :content")
                .bind("event", key.eventId())
                .bind("sink", key.sink())
                .bind("content", key.content().name())
                .map((row, context) -> status(row))
                .findOne());
  }

  /** The deliveries of a job's events, the oldest first. */
  public List<DeliveryStatus> ofJob(String job) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery(
                    STATUS
                        + " WHERE e.subject = :job ORDER BY e.time, d.sink, d.content LIMIT 1000")
                .bind("job", job)
                .map((row, context) -> status(row))
                .list());
  }

  /**
   * Deliveries of a sink that are pending or dead, the oldest first.
   *
   * @param states of these alone; those that are delivered are not found
   * @param after the last one before, or null
   */
  public List<DeliveryStatus> page(
      String sink, Collection<Delivery.State> states, int limit, DeliveryStatus after) {
    String open =
        states.stream()
            .filter(state -> state != Delivery.State.DELIVERED)
            // Written out, as their indexes are by state.
            .map("SELECT * FROM delivery WHERE sink = :sink AND state = '%s'"::formatted)
            .collect(Collectors.joining(" UNION ALL "));
    return sql.withHandle(
        handle ->
            handle
                .createQuery(PAGE.formatted(open))
                .bind("sink", sink)
                .bind("since", after == null ? Long.MIN_VALUE : after.since().toEpochMilli())
                .bind("event", after == null ? "" : after.key().eventId())
                .bind("content", after == null ? "" : after.key().content().name())
                .bind("limit", limit)
                .map((row, context) -> status(row))
                .list());
  }

  private static DeliveryStatus status(ResultSet row) throws SQLException {
    return new DeliveryStatus(
        new DeliveryStatus.Key(
            row.getString("event_id"),
            row.getString("sink"),
            Delivery.Content.valueOf(row.getString("content"))),
        row.getString("subject"),
        row.getString("type"),
        Delivery.State.valueOf(row.getString("state")),
        row.getInt("tries"),
        Instant.ofEpochMilli(row.getLong("since")),
        Instant.ofEpochMilli(row.getLong("due_at")),
        row.getString("error"));
  }

  private static boolean update(
      Handle handle, Delivery delivery, String set, long value, String error) {
    return bind(
                handle.createUpdate("UPDATE delivery SET error = :error, " + set + KEY),
                delivery,
                value)
            .bind("error", error)
            .execute()
        == 1;
  }

  private static <T extends SqlStatement<T>> T bind(T statement, Delivery delivery, long value) {
    return statement
        .bind("x", value)
        .bind("event", delivery.eventId())
        .bind("sink", delivery.sink())
        .bind("content", delivery.content().name());
  }

  /**
   * Deletes events that were told before a time and that all their sinks have, some 50,000 at most.
   *
   * @return how many
   */
  public int sweep(Instant before) {
    return new EventSweep(sql, shared).sweep(before);
  }

  /**
   * Finds what waits for sinks that there are not.
   *
   * @param known those that there are
   * @param reply the name under which JMS callers are answered
   */
  public List<DeliveriesWithoutSink> sinkless(Collection<String> known, String reply) {
    return sql.withHandle(handle -> DeliveriesWithoutSink.find(handle, known, reply));
  }

  /** How many deliveries stand in a state, over all sinks. */
  public long count(Delivery.State state) {
    return sql.withHandle(
        handle ->
            handle
                .createQuery("SELECT count(*) FROM delivery WHERE state = :state")
                .bind("state", state.name())
                .mapTo(Long.class)
                .one());
  }
}
