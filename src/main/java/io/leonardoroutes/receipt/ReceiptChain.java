package io.leonardoroutes.receipt;

import io.leonardoroutes.database.LedgerSql;
import io.leonardoroutes.job.Delivery;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * The receipts of each sink, numbered and chained by hash. A delivery has one receipt for ever, so
 * that a sink that gets it twice gets the same.
 */
public final class ReceiptChain {
  private final LedgerSql sql;
  private final boolean shared;

  /**
   * @param shared whether other instances may work on the same ledger
   */
  public ReceiptChain(LedgerSql sql, boolean shared) {
    this.sql = sql;
    this.shared = shared;
  }

  private record Last(long number, String hash) {}

  /**
   * The receipt that a delivery has, or the next one of its sink's chain, which it has from now on.
   *
   * @param document makes it; called within the commit
   */
  public String receipt(Delivery delivery, Function<ReceiptLink, String> document) {
    return sql.inTransaction(
        handle -> {
          Last last = last(handle, delivery.sink());
          Optional<String> known = known(handle, delivery);
          if (known.isPresent()) {
            return known.get();
          }
          long number = last.number() + 1;
          String receipt = document.apply(new ReceiptLink(delivery.sink(), number, last.hash()));
          handle.execute(
              "UPDATE receipt_chain SET number = ?, hash = ? WHERE sink = ?",
              number,
              ReceiptHash.of(receipt),
              delivery.sink());
          handle.execute(
              "UPDATE delivery SET receipt = ?"
                  + " WHERE event_id = ? AND sink = ? AND content = 'RECEIPT'",
              receipt,
              delivery.eventId(),
              delivery.sink());
          return receipt;
        });
  }

  /** Whoever has read it is the only one until the commit. */
  private Last last(Handle handle, String sink) {
    handle.execute("INSERT INTO receipt_chain VALUES (?, 0, NULL) ON CONFLICT DO NOTHING", sink);
    return handle
        .createQuery(
            "SELECT number, hash FROM receipt_chain WHERE sink = :sink"
                + (shared ? " FOR UPDATE" : ""))
        .bind("sink", sink)
        .map((row, context) -> new Last(row.getLong("number"), row.getString("hash")))
        .one();
  }

  private static Optional<String> known(Handle handle, Delivery delivery) {
    return handle
        .createQuery(
            """
            SELECT receipt FROM delivery
            WHERE event_id = :event AND sink = :sink AND content = 'RECEIPT' AND receipt IS NOT NULL
            """)
        .bind("event", delivery.eventId())
        .bind("sink", delivery.sink())
        .mapTo(String.class)
        .findOne();
  }
}
