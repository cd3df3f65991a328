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
 * The database behind the ledger: opened, locked where only one may have it, and migrated.
 *
 * <p>One file, because what was opened, locked and migrated is undone if a later step fails.
 */
public final class LedgerDatabase implements AutoCloseable {
  static final String SQLITE = "jdbc:sqlite:";

  /** A commit that a crash of the server could undo would be paid for again. */
  private static final String DURABLE =
      "SELECT set_config('synchronous_commit', 'on', false)"
          + " WHERE current_setting('synchronous_commit') = 'off'";

  /** With what it has parsed: a statement means the same to every ledger that is opened. */
  private static final SqlParser PARSER = new ColonPrefixSqlParser();

  private final HikariDataSource source;
  private final ConnectionFactory connections;
  private final FileChannel lock;

  /** Where the time is asked for; null where only one instance can be. */
  private final HikariDataSource time;

  private LedgerDatabase(
      HikariDataSource source,
      ConnectionFactory connections,
      FileChannel lock,
      HikariDataSource time) {
    this.source = source;
    this.connections = connections;
    this.lock = lock;
    this.time = time;
  }

  /**
   * Opens a ledger.
   *
   * @throws IllegalStateException if another process has the SQLite file, in one line
   */
  public static LedgerDatabase open(LedgerConnection access) {
    String url = access.url();
    boolean sqlite = access.isSqlite();
    if (sqlite) {
      loadSqlite();
    }
    FileChannel lock = sqlite ? lock(access.file()) : null;
    HikariDataSource source = null;
    try {
      if (!sqlite) {
        migrateAlone(access);
      }
      source = sqlite ? new LedgerPool(sqlite(url)) : source(shared(url), access);
      if (sqlite) {
        Jdbi.create(source).useHandle(SchemaMigrations::migrate);
      }
      return sqlite
          ? new LedgerDatabase(source, FileWatch.over(source, access.file()), lock, null)
          : new LedgerDatabase(source, new ServerWatch(source), null, source(time(url), access));
    } catch (RuntimeException e) {
      close(source, lock);
      throw e;
    }
  }

  /** It is native code, which is unpacked into a file first. */
  private static void loadSqlite() {
    try {
      SQLiteJDBCLoader.initialize();
    } catch (Exception | LinkageError e) {
      String temporary = System.getProperty("java.io.tmpdir");
      throw new IllegalStateException(
          "the SQLite library cannot be run from %s: give a folder that can be written and is not mounted noexec, by -Djava.io.tmpdir or, for this alone, -Dorg.sqlite.tmpdir"
              .formatted(System.getProperty("org.sqlite.tmpdir", temporary)),
          e);
    }
  }

  /**
   * Of several instances that start at once, one migrates. On a connection without a time limit, as
   * that takes as long as it takes.
   */
  private static void migrateAlone(LedgerConnection access) {
    String password = access.password() == null ? null : access.password().get();
    Jdbi.create(() -> DriverManager.getConnection(access.url(), access.user(), password))
        .useHandle(
            handle -> {
              refuseNarrow(handle);
              handle.execute("SELECT pg_advisory_lock(7206531)");
              try {
                SchemaMigrations.migrate(handle);
                ServerWatch.name(handle, UUID.randomUUID().toString());
              } finally {
                handle.execute("SELECT pg_advisory_unlock(7206531)");
              }
            });
  }

  /** Else a prompt with a character that it has not could be accepted at no time. */
  private static void refuseNarrow(Handle handle) {
    String encoding = handle.createQuery("SHOW server_encoding").mapTo(String.class).one();
    if (!encoding.equals("UTF8")) {
      throw new IllegalStateException(
          "the database keeps text as %s, and requests are any Unicode: create one with ENCODING 'UTF8'"
              .formatted(encoding));
    }
  }

  public Jdbi jdbi() {
    Jdbi jdbi = Jdbi.create(connections);
    jdbi.getConfig(SqlStatements.class).setSqlParser(PARSER);
    // Its own messages hold every argument, prompts too, and messages end in logs.
    jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
    return jdbi;
  }

  /** Hears of each change of a job that was committed. */
  public void committed(ServerWatch.Change change) {
    if (connections instanceof ServerWatch watch) {
      watch.committed(change);
    }
  }

  /** Whether other instances may work on the same ledger. */
  public boolean shared() {
    return time != null;
  }

  /** Of several instances one at a time counts and books; SQLite has one writer anyway. */
  public void alone(Handle transaction) {
    if (shared()) {
      transaction.execute("SELECT pg_advisory_xact_lock(7206532)");
    }
  }

  /** The time to go by: the machine's, or the one that all instances have in common. */
  public Clock clock(Clock machine) {
    return shared() ? new DatabaseClock(Jdbi.create(time), machine, System::nanoTime) : machine;
  }

  private static HikariConfig sqlite(String url) {
    HikariConfig config = pooled(url);
    // One writer is all that SQLite has; a queue for it here is fair, its own busy handler is not.
    config.setMaximumPoolSize(1);
    config.setMaxLifetime(0);
    config.addDataSourceProperty("journal_mode", "WAL");
    config.addDataSourceProperty("synchronous", "FULL");
    config.addDataSourceProperty("transaction_mode", "IMMEDIATE");
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
    config.setConnectionTimeout(10_000);
    return config;
  }

  /**
   * A database that is cut off without a word must not hold a loop for ever. What the URL says
   * wins, but for commits that are not waited for.
   */
  private static HikariConfig shared(String url) {
    HikariConfig config = pooled(url);
    config.addDataSourceProperty("socketTimeout", "20");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    // Whatever the server's default: who waited for a lock has to see what the one before wrote.
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setConnectionInitSql("SET idle_in_transaction_session_timeout = 10000; " + DURABLE);
    return config;
  }

  /** Whoever asks for the time does not wait long for it. */
  private static HikariConfig time(String url) {
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
            "%s is in use by another instance: an SQLite ledger has one; for several use PostgreSQL"
                .formatted(file));
      }
      // What SQLite makes beside it has the permissions of its file.
      OthersAccess.createPrivateFile(file.toAbsolutePath());
      OthersAccess.remove(Path.of(file + "-wal"));
      OthersAccess.remove(Path.of(file + "-shm"));
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
    if (time != null) {
      time.close();
    }
    close(source, lock);
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
