package io.leonardoroutes.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * A connection of the application while the ledger has it.
 *
 * <p>All that the ledger needs of its session is set within a transaction and ends with it, so the
 * application, and a pooler that lends its sessions out by the transaction, see nothing of it.
 * Therefore there is always a transaction: statements outside of one are committed when the
 * connection is closed.
 *
 * <p>One file, because whatever is changed on a connection is undone on it.
 */
final class BorrowedConnection implements InvocationHandler {
  /** The driver, which caches statements by their text, must not take ours for theirs. */
  private static final String OURS = " /* leonardo-routes */";

  private final ApplicationPool pool;
  private final Connection own;
  private final Use use;
  private final DetachedThreads threads;
  private final Runnable returned;
  private boolean ownAutoCommit;
  private int ownSilence;
  private boolean autoCommit = true;
  private boolean begun;
  private boolean closed;

  /**
   * What a connection is borrowed for.
   *
   * @param patience how long to wait for it
   * @param silence how long the server may take to answer, 0 for as long as it likes; null for what
   *     the application says
   * @param begin begins each transaction, and answers a row if that may be the ledger's; null for
   *     statements that need no transaction
   */
  record Use(Duration patience, Duration silence, String begin) {}

  private BorrowedConnection(
      ApplicationPool pool, Connection own, Use use, DetachedThreads threads, Runnable returned) {
    this.pool = pool;
    this.own = own;
    this.use = use;
    this.threads = threads;
    this.returned = returned;
  }

  /**
   * Gets a connection ready, by a thread of ours: some wrappers reach for the connection of the
   * current transaction only at the first call.
   *
   * @param returned called once it is given back
   */
  static Connection prepare(
      ApplicationPool pool, Connection own, Use use, DetachedThreads threads, Runnable returned)
      throws SQLException {
    BorrowedConnection borrowed = new BorrowedConnection(pool, own, use, threads, returned);
    borrowed.prepare();
    return (Connection)
        Proxy.newProxyInstance(
            BorrowedConnection.class.getClassLoader(), new Class<?>[] {Connection.class}, borrowed);
  }

  private void prepare() throws SQLException {
    try {
      ownAutoCommit = own.getAutoCommit();
      if (use.silence() == null) {
        return;
      }
      setSilence();
      if (ownAutoCommit == (use.begin() != null)) {
        own.setAutoCommit(!ownAutoCommit);
      }
      begin();
    } catch (SQLException | RuntimeException e) {
      // Not of a connection that came with a transaction: that would be the application's.
      begun &= ownAutoCommit;
      try {
        end(false);
      } catch (SQLException again) {
        e.addSuppressed(again);
      }
      giveBack();
      throw e;
    }
  }

  /** A connection that was silently cut must not block a loop for ever. */
  private void setSilence() throws SQLException {
    ownSilence = own.getNetworkTimeout();
    int most = Math.toIntExact(use.silence().toMillis());
    if (most == 0 || ownSilence == 0 || ownSilence > most) {
      own.setNetworkTimeout(Runnable::run, most);
    }
  }

  private void begin() throws SQLException {
    if (begun || use.begin() == null) {
      return;
    }
    begun = true;
    try (Statement sql = own.createStatement()) {
      boolean rows = sql.execute(use.begin());
      while (!rows && sql.getUpdateCount() != -1) {
        rows = sql.getMoreResults();
      }
      try (ResultSet done = sql.getResultSet()) {
        if (!done.next()) {
          throw pool.away(
              isReadOnly(sql)
                  ? "gives connections that are read-only"
                  : "gives connections that are in a transaction of the application",
              null);
        }
      }
    }
  }

  private static boolean isReadOnly(Statement sql) throws SQLException {
    try (ResultSet row = sql.executeQuery("SHOW transaction_read_only")) {
      return row.next() && row.getString(1).equals("on");
    }
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws SQLException {
    return switch (method.getName()) {
      case "equals" -> proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      case "toString" -> "a connection of " + pool;
      // Not the application's: a pooler may put another server behind it at any time.
      case "unwrap" -> ((Class<?>) arguments[0]).cast(proxy);
      case "isWrapperFor" -> ((Class<?>) arguments[0]).isInstance(proxy);
      case "getAutoCommit" -> autoCommit;
      case "setAutoCommit" -> call(() -> setAutoCommit((Boolean) arguments[0]));
      case "commit" -> call(() -> end(true));
      case "rollback" -> arguments == null ? call(() -> end(false)) : pass(method, arguments);
      case "close" -> close();
      case "isClosed" -> closed || (Boolean) pass(method, arguments);
      case "prepareStatement", "prepareCall" -> pass(method, marked(arguments));
      default -> pass(method, arguments);
    };
  }

  private static Object[] marked(Object[] arguments) {
    Object[] marked = arguments.clone();
    marked[0] = arguments[0] + OURS;
    return marked;
  }

  private Object pass(Method method, Object... arguments) throws SQLException {
    return call(
        () -> {
          begin();
          try {
            return method.invoke(own, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause() instanceof SQLException sql ? sql : new SQLException(e.getCause());
          } catch (IllegalAccessException e) {
            throw new SQLException(e);
          }
        });
  }

  private <T> T call(DetachedThreads.Call<T> call) throws SQLException {
    if (closed) {
      throw new SQLException("the connection is closed");
    }
    return threads.call(call);
  }

  private Void setAutoCommit(boolean on) throws SQLException {
    if (on && !autoCommit) {
      end(true);
    }
    autoCommit = on;
    return null;
  }

  private Void end(boolean commit) throws SQLException {
    if (begun) {
      begun = false;
      if (commit) {
        commit();
      } else {
        own.rollback();
      }
    }
    return null;
  }

  private void commit() throws SQLException {
    try {
      own.commit();
    } catch (SQLException e) {
      try {
        own.rollback();
      } catch (SQLException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  private Void close() throws SQLException {
    if (!closed) {
      // At once in one call: a second could lack a thread, and the application its connection.
      try {
        call(this::endAndGiveBack);
      } catch (OutOfMemoryError e) {
        giveBack();
        throw e;
      } finally {
        closed = true;
      }
    }
    return null;
  }

  private Void endAndGiveBack() throws SQLException {
    try {
      return end(autoCommit);
    } finally {
      giveBack();
    }
  }

  /** As it came; one that cannot be is closed for good. */
  private Void giveBack() {
    try {
      restore();
    } finally {
      try {
        own.close();
      } catch (SQLException | RuntimeException e) {
        // What was done on it is committed.
      } finally {
        returned.run();
      }
    }
    return null;
  }

  private void restore() {
    try {
      if (use.silence() != null) {
        own.setNetworkTimeout(Runnable::run, ownSilence);
      }
      if (own.getAutoCommit() != ownAutoCommit) {
        own.setAutoCommit(ownAutoCommit);
      }
    } catch (SQLException | RuntimeException e) {
      try {
        own.abort(Runnable::run);
      } catch (SQLException | RuntimeException gone) {
        // It is closed already.
      }
    }
  }
}
