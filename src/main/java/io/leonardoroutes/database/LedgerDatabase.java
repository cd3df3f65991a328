package io.leonardoroutes.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.OthersAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.ColonPrefixSqlParser;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;
import org.sqlite.SQLiteJDBCLoader;

/**
 * The database behind the ledger: opens, migrates and, for SQLite, locks it for a single instance.
 *
 * <p>One file, because opening and locking are undone if a later step fails.
 */
public final class LedgerDatabase implements AutoCloseable {
  static final String SQLITE = "jdbc:sqlite:";

  /** A crash of the server must not undo a commit: its job would be paid for again. */
  private static final String DURABLE =
      "SELECT set_config('synchronous_commit', 'on', false)"
          + " WHERE current_setting('synchronous_commit') = 'off'";

  /** With what it has parsed: a statement means the same to every ledger that is opened. */
  private static final SqlParser PARSER = new ColonPrefixSqlParser();

  /** How long to wait for a connection. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ConnectionFactory connections;

  /** For reading the time; null for SQLite, which has a single instance. */
  private final ConnectionFactory time;

  private final Runnable close;
  private final LedgerSql sql;

  private LedgerDatabase(ConnectionFactory connections, ConnectionFactory time, Runnable close) {
    this.connections = connections;
    this.time = time;
    this.close = close;
    // PostgreSQL has several writers, and lets their commits share a write by itself.
    this.sql = shared() ? LedgerSql.of(jdbi()) : new GroupCommit(jdbi(), PATIENCE);
  }

  /**
   * Opens and migrates a ledger.
   *
   * @throws IllegalStateException with a one-line message, for example if another process uses the
   *     SQLite file
   */
  public static LedgerDatabase open(LedgerConnection access) {
    if (access.pool() != null) {
      return borrow(access.pool());
    }
    return access.isSqlite() ? openSqlite(access) : openPostgres(access);
  }

  private static LedgerDatabase openSqlite(LedgerConnection access) {
    loadSqlite();
    FileChannel lock = lock(access.file());
    HikariDataSource source = null;
    try {
      source = new LedgerPool(sqliteConfig(access.url()));
      Jdbi.create(source).useHandle(SchemaMigrations::migrate);
      HikariDataSource opened = source;
      return new LedgerDatabase(
          FileWatch.over(source, access.file()), null, () -> close(opened, lock));
    } catch (RuntimeException e) {
      close(source, lock);
      throw e;
    }
  }

  private static LedgerDatabase openPostgres(LedgerConnection access) {
    migrateAlone(access);
    HikariDataSource source = source(postgresConfig(access.url()), access);
    try {
      ServerWatch watch = new ServerWatch(source::getConnection);
      HikariDataSource time = source(timeConfig(access.url()), access);
      return new LedgerDatabase(
          watch,
          time::getConnection,
          () -> {
            time.close();
            source.close();
          });
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static LedgerDatabase borrow(ApplicationPool pool) {
    ApplicationSchema.prepare(pool);
    BorrowedConnections source = BorrowedConnections.forWork(pool);
    BorrowedConnections time = BorrowedConnections.forTime(pool);
    return new LedgerDatabase(
        new ServerWatch(source),
        time,
        () -> {
          time.close();
          source.close();
        });
  }

  /** SQLite is native code, which is unpacked into a temporary folder first. */
  static void loadSqlite() {
    try {
      SQLiteJDBCLoader.initialize();
    } catch (Exception | LinkageError e) {
      String temporary = System.getProperty("java.io.tmpdir");
      throw new IllegalStateException(
          "the SQLite library cannot be run from %s: name a folder that is writable and not mounted noexec with -Djava.io.tmpdir or, for SQLite alone, -Dorg.sqlite.tmpdir"
              .formatted(System.getProperty("org.sqlite.tmpdir", temporary)),
          e);
    }
  }

  /**
   * Migrates under a lock, so that only one of several starting instances does. Uses a connection
   * without a timeout, because a migration may take long.
   */
  private static void migrateAlone(LedgerConnection access) {
    String password = access.password() == null ? null : access.password().get();
    Jdbi.create(() -> DriverManager.getConnection(access.url(), access.user(), password))
        .useHandle(
            handle -> {
              SchemaMigrations.requireUtf8(handle);
              handle.execute("SELECT pg_advisory_lock(7206531)");
              try {
                SchemaMigrations.migrate(handle);
                ServerWatch.identify(handle, UUID.randomUUID().toString());
              } finally {
                handle.execute("SELECT pg_advisory_unlock(7206531)");
              }
            });
  }

  /** By which the ledger is read and written. */
  public LedgerSql sql() {
    return sql;
  }

  public Jdbi jdbi() {
    Jdbi jdbi = Jdbi.create(connections);
    jdbi.getConfig(SqlStatements.class).setSqlParser(PARSER);
    // Jdbi's messages would contain every argument, including prompts, and end up in logs.
    jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
    return jdbi;
  }

  /** Called after each committed change of a job's state. */
  public void committed(ServerWatch.Change change) {
    if (connections instanceof ServerWatch watch) {
      watch.committed(change);
    }
  }

  /** Whether other instances may work on the same ledger. */
  public boolean shared() {
    return time != null;
  }

  /**
   * Takes a lock until the end of the transaction, so that only one instance at a time counts slots
   * and reserves budget. SQLite has a single writer anyway.
   */
  public void lockForAccounting(Handle transaction) {
    if (shared()) {
      transaction.execute("SELECT pg_advisory_xact_lock(7206532)");
    }
  }

  /** The clock to use: the machine's or, if instances share the ledger, the database's. */
  public Clock clock(Clock machine) {
    return shared() ? new DatabaseClock(Jdbi.create(time), machine, System::nanoTime) : machine;
  }

  private static HikariConfig sqliteConfig(String url) {
    HikariConfig config = pooled(url);
    // SQLite has a single writer. Waiting for the pool is fair; SQLite's busy handler is not.
    config.setMaximumPoolSize(1);
    config.setMaxLifetime(0);
    config.addDataSourceProperty("journal_mode", "WAL");
    config.addDataSourceProperty("synchronous", "FULL");
    config.addDataSourceProperty("transaction_mode", "IMMEDIATE");
    // Else a query for a key that no table here generates follows each insert.
    config.addDataSourceProperty("jdbc.get_generated_keys", "false");
    if (!url.contains("busy_timeout=")) {
      config.addDataSourceProperty("busy_timeout", "10000");
    }
    return config;
  }

  private static HikariDataSource source(HikariConfig config, LedgerConnection access) {
    if (access.user() == null && access.password() == null) {
      return new LedgerPool(config);
    }
    HikariDataSource source =
        new LedgerPool() {
          @Override
          public Credentials getCredentials() {
            // Asked for at each new connection.
            return Credentials.of(
                access.user(), access.password() == null ? null : access.password().get());
          }
        };
    config.copyStateTo(source);
    return source;
  }

  private static HikariConfig pooled(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setPoolName("leonardo-ledger");
    config.setMaximumPoolSize(8);
    config.setConnectionTimeout(PATIENCE.toMillis());
    return config;
  }

  /**
   * With timeouts, so that a connection that was silently cut does not block a loop forever.
   * Options in the URL take precedence, except that commits are always durable.
   */
  private static HikariConfig postgresConfig(String url) {
    HikariConfig config = pooled(url);
    config.addDataSourceProperty("socketTimeout", "20");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    // Whatever the server's default: after waiting for a lock, the previous holder's writes must
    // show.
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setConnectionInitSql("SET idle_in_transaction_session_timeout = 10000; " + DURABLE);
    return config;
  }

  /** The pool for reading the time, with short timeouts. */
  private static HikariConfig timeConfig(String url) {
    HikariConfig config = pooled(url);
    config.setPoolName("leonardo-time");
    config.setMaximumPoolSize(1);
    config.setConnectionTimeout(500);
    config.setValidationTimeout(500);
    config.addDataSourceProperty("socketTimeout", "5");
    return config;
  }

  private static FileChannel lock(Path file) {
    try {
      Path beside = FileWatch.lock(file);
      OthersAccess.createFolder(beside.getParent(), FolderPolicy.OWN);
      OthersAccess.createPrivateFile(beside);
      FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE);
      if (!tryLock(channel)) {
        channel.close();
        throw new IllegalStateException(
            "%s is in use by another instance: an SQLite ledger allows only one; for several use PostgreSQL"
                .formatted(file));
      }
      // SQLite creates -wal and -shm with the permissions of the database file.
      OthersAccess.createPrivateFile(file.toAbsolutePath());
      OthersAccess.removeFrom(Path.of(file + "-wal"));
      OthersAccess.removeFrom(Path.of(file + "-shm"));
      return channel;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  @Override
  public void close() {
    close.run();
  }

  private static void close(HikariDataSource source, FileChannel lock) {
    if (source != null) {
      source.close();
    }
    if (lock != null) {
      try {
        lock.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
