package io.leonardoroutes.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * The ledger's schema in a database of the application: created, migrated, and refused if the
 * DataSource cannot keep what a ledger promises.
 */
final class ApplicationSchema {
  private ApplicationSchema() {}

  /**
   * @throws IllegalStateException with a one-line message
   */
  static void prepare(ApplicationPool pool) {
    requirePostgres(pool);
    try {
      requireCommits(pool, Jdbi.create(BorrowedConnections.forWork(pool)));
      Jdbi.create(BorrowedConnections.forMigration(pool))
          .useTransaction(transaction -> migrate(pool, transaction));
    } catch (ConnectionException e) {
      // Its own message begins with the name of a class.
      throw new IllegalStateException(e.getCause().getMessage(), e);
    }
  }

  private static void requirePostgres(ApplicationPool pool) {
    try (Connection connection = BorrowedConnections.forLook(pool).openConnection()) {
      String product = connection.getMetaData().getDatabaseProductName();
      if (!product.equals("PostgreSQL")) {
        throw new IllegalStateException(
            pool
                + " leads to "
                + product
                + ", and a ledger needs PostgreSQL: without this setting it is an SQLite file of"
                + " its own");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** What one connection commits, another must see: nothing is paid on a promise. */
  private static void requireCommits(ApplicationPool pool, Jdbi jdbi) {
    try (Handle one = jdbi.open();
        Handle other = second(pool, jdbi)) {
      if (pid(one) == pid(other)) {
        throw new IllegalStateException(
            pool + " gives everybody the same connection: use a pool of connections");
      }
      one.begin();
      long transaction = number(one, "SELECT txid_current()");
      one.commit();
      String status =
          other.createQuery("SELECT txid_status(?)").bind(0, transaction).mapTo(String.class).one();
      if (!status.equals("committed")) {
        throw new IllegalStateException(
            "a commit on a connection of %s is not one: its transaction is %s"
                .formatted(pool, status));
      }
    }
  }

  private static Handle second(ApplicationPool pool, Jdbi jdbi) {
    try {
      return jdbi.open();
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "%s gives one connection and no second, and the ledger needs up to %s at once beside those of the application: let its pool be larger"
              .formatted(pool, BorrowedConnections.MOST + 1),
          e);
    }
  }

  private static long pid(Handle handle) {
    return number(handle, "SELECT pg_backend_pid()");
  }

  private static long number(Handle handle, String query) {
    return handle.createQuery(query).mapTo(Long.class).one();
  }

  /** In one transaction, whose lock only one of several starting instances has. */
  private static void migrate(ApplicationPool pool, Handle transaction) {
    SchemaMigrations.requireUtf8(transaction);
    transaction.execute("SELECT pg_advisory_xact_lock(7206531)");
    if (!exists(pool, transaction)) {
      create(pool, transaction);
    }
    SchemaMigrations.migrate(transaction);
    ServerWatch.identify(transaction, UUID.randomUUID().toString());
  }

  private static boolean exists(ApplicationPool pool, Handle transaction) {
    return transaction
        .createQuery("SELECT 1 FROM pg_namespace WHERE nspname = ?")
        .bind(0, pool.schema())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  private static void create(ApplicationPool pool, Handle transaction) {
    String user = transaction.createQuery("SELECT current_user").mapTo(String.class).one();
    try {
      transaction.execute("CREATE SCHEMA \"%s\"".formatted(pool.schema()));
    } catch (JdbiException e) {
      throw new IllegalStateException(
          "there is no schema %1$s, and the user %2$s of %3$s cannot create it: CREATE SCHEMA %1$s AUTHORIZATION %2$s"
              .formatted(pool.schema(), user, pool),
          e);
    }
  }
}
