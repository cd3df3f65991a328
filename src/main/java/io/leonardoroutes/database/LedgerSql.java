package io.leonardoroutes.database;

import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.Jdbi;

/**
 * Runs statements on the ledger. A call within another one of the same thread joins it.
 *
 * <p>What a transaction does may be done twice, after the first time was rolled back, and on
 * another thread than its caller's.
 */
public interface LedgerSql {

  /** Reads. What is written must be written in a transaction. */
  <R, X extends Exception> R withHandle(HandleCallback<R, X> read) throws X;

  /** Reads without a result. */
  default <X extends Exception> void useHandle(HandleConsumer<X> read) throws X {
    withHandle(read.asCallback());
  }

  /**
   * Writes in a transaction, all of it or nothing. When this returns, it is committed.
   *
   * @throws X what the transaction threw; then nothing was written
   */
  <R, X extends Exception> R inTransaction(HandleCallback<R, X> write) throws X;

  /** Writes without a result. */
  default <X extends Exception> void useTransaction(HandleConsumer<X> write) throws X {
    inTransaction(write.asCallback());
  }

  /** Each transaction is a commit of its own. */
  static LedgerSql of(Jdbi jdbi) {
    return new LedgerSql() {
      @Override
      public <R, X extends Exception> R withHandle(HandleCallback<R, X> read) throws X {
        return jdbi.withHandle(read);
      }

      @Override
      public <R, X extends Exception> R inTransaction(HandleCallback<R, X> write) throws X {
        return jdbi.inTransaction(write);
      }
    };
  }
}
