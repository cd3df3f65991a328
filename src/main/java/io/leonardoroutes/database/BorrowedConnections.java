package io.leonardoroutes.database;

import com.zaxxer.hikari.HikariDataSource;
import io.leonardoroutes.database.BorrowedConnection.Use;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.ConnectionFactory;

/**
 * Connections that the ledger borrows from a pool of the application, a few at a time, and gives
 * back as they came.
 *
 * <p>Whatever is called on one is called by a thread of ours. A transaction manager ties its
 * transactions to threads, so nothing that the ledger writes ever belongs to a transaction of the
 * application: what was committed stays if the application rolls back.
 */
final class BorrowedConnections implements ConnectionFactory, AutoCloseable {
  /** At once, so that a busy ledger leaves some for the application. */
  static final int MOST = 4;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** A crash of the server must not undo a commit: its job would be paid for again. */
  private static final String BEGIN =
      """
      SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
      SELECT pg_catalog.set_config('search_path', '"%s", pg_temp', true),
        pg_catalog.set_config('synchronous_commit',
          coalesce(nullif(pg_catalog.current_setting('synchronous_commit'), 'off'), 'on'), true),
        %s
      WHERE pg_catalog.current_setting('transaction_read_only') = 'off'
        AND pg_catalog.txid_current_if_assigned() IS NULL
      """;

  private final ApplicationPool pool;
  private final Use use;
  private final Semaphore permits;
  private final DetachedThreads threads = new DetachedThreads();

  /** How many were asked for in vain, and have not come yet. */
  private final AtomicInteger late = new AtomicInteger();

  private volatile boolean closed;

  private BorrowedConnections(ApplicationPool pool, int most, Use use) {
    this.pool = pool;
    this.permits = new Semaphore(most, true);
    this.use = use;
  }

  /** For the ledger's work. */
  static BorrowedConnections forWork(ApplicationPool pool) {
    String idle = "pg_catalog.set_config('idle_in_transaction_session_timeout', '10000', true)";
    return new BorrowedConnections(
        pool, MOST, new Use(PATIENCE, Duration.ofSeconds(20), begin(pool, idle)));
  }

  /** For migrations, which may take long. */
  static BorrowedConnections forMigration(ApplicationPool pool) {
    String patient =
        "pg_catalog.set_config('statement_timeout', '0', true),"
            + " pg_catalog.set_config('lock_timeout', '0', true)";
    return new BorrowedConnections(pool, 1, new Use(PATIENCE, Duration.ZERO, begin(pool, patient)));
  }

  /** For reading the time: without a transaction, whose end would make it an older one. */
  static BorrowedConnections forTime(ApplicationPool pool) {
    return new BorrowedConnections(
        pool, 1, new Use(Duration.ofMillis(500), Duration.ofSeconds(5), null));
  }

  /** For a look at what the DataSource leads to, which may be anything. */
  static BorrowedConnections forLook(ApplicationPool pool) {
    return new BorrowedConnections(pool, 1, new Use(PATIENCE, null, null));
  }

  private static String begin(ApplicationPool pool, String more) {
    return BEGIN.formatted(pool.schema(), more);
  }

  /**
   * @throws SQLTimeoutException if all that may be borrowed are in use
   * @throws SQLTransientConnectionException if the DataSource gives none
   */
  @Override
  public Connection openConnection() throws SQLException {
    if (closed) {
      throw new SQLException("the ledger is closed");
    }
    requirePermit();
    CompletableFuture<Connection> asked = ask();
    try {
      return DetachedThreads.await(asked, use.patience());
    } catch (TimeoutException e) {
      late.incrementAndGet();
      asked.whenComplete(this::giveBack);
      throw gaveNone();
    }
  }

  private CompletableFuture<Connection> ask() {
    try {
      return threads.start(this::borrow);
    } catch (RuntimeException | Error e) {
      permits.release();
      throw e;
    }
  }

  private void requirePermit() throws SQLException {
    try {
      if (permits.tryAcquire(use.patience().toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLTimeoutException("interrupted while waiting for a connection to the ledger", e);
    }
    throw late.get() > 0
        ? gaveNone()
        : new SQLTimeoutException(
            "all connections that the ledger takes of " + pool + " are in use");
  }

  private SQLException gaveNone() {
    return pool.away("gave no connection within %s ms".formatted(use.patience().toMillis()), null);
  }

  private void giveBack(Connection unused, Throwable why) {
    late.decrementAndGet();
    if (unused != null) {
      try {
        unused.close();
      } catch (SQLException e) {
        // Nothing was done on it.
      }
    }
  }

  private Connection borrow() throws SQLException {
    Connection own = null;
    try {
      own = pool.source().getConnection();
    } catch (SQLException | RuntimeException e) {
      throw e instanceof SQLTransientConnectionException none && isFull(none)
          ? new SQLTimeoutException("all connections of " + pool + " are in use", e)
          : pool.away("gives no connection: " + e.getMessage(), e);
    } finally {
      if (own == null) {
        permits.release();
      }
    }
    if (own == null) {
      throw pool.away("gives no connection", null);
    }
    return BorrowedConnection.prepare(pool, own, use, threads, permits::release);
  }

  /** Other pools than Hikari's do not say whether they are full or cannot reach the database. */
  private boolean isFull(SQLException why) throws SQLException {
    return pool.source().isWrapperFor(HikariDataSource.class)
        && LedgerPool.isFull(pool.source().unwrap(HikariDataSource.class), why);
  }

  /** The DataSource stays open, as it is the application's. */
  @Override
  public void close() {
    closed = true;
  }
}
