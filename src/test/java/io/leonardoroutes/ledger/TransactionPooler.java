package io.leonardoroutes.ledger;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * A pooler such as PgBouncer in its transaction mode: each transaction of a connection may run in
 * another session of the server.
 */
final class TransactionPooler extends AbstractDataSource {
  private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
  private volatile DataSource sessions;

  TransactionPooler(DataSource sessions) {
    this.sessions = sessions;
  }

  /** From now on, all connections to the pooler lead there. */
  void leadTo(DataSource others) {
    sessions = others;
  }

  @Override
  public Connection getConnection() {
    Connection pooled = idle.poll();
    return pooled != null
        ? pooled
        : (Connection)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Connection.class},
                new Client()::invoke);
  }

  @Override
  public Connection getConnection(String user, String password) {
    return getConnection();
  }

  /** One connection to the pooler. */
  private final class Client {
    private boolean autoCommit = true;
    private int networkTimeout;
    private Connection session;

    private Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
      switch (method.getName()) {
        case "getAutoCommit":
          return autoCommit;
        case "setAutoCommit":
          autoCommit = (Boolean) arguments[0];
          return null;
        case "getNetworkTimeout":
          return networkTimeout;
        case "setNetworkTimeout":
          networkTimeout = (Integer) arguments[1];
          return null;
        case "isClosed":
          return false;
        case "hashCode":
          return System.identityHashCode(proxy);
        case "equals":
          return proxy == arguments[0];
        case "unwrap":
          return proxy;
        case "close":
          end();
          idle.add((Connection) proxy);
          return null;
        default:
          Object result = pass(method, arguments);
          if (method.getName().equals("commit") || method.getName().equals("rollback")) {
            end();
          }
          return result;
      }
    }

    private Object pass(Method method, Object[] arguments) throws Throwable {
      if (session == null) {
        session = sessions.getConnection();
        session.setAutoCommit(autoCommit);
      }
      try {
        return method.invoke(session, arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }

    private void end() throws SQLException {
      if (session != null) {
        session.close();
        session = null;
      }
    }
  }
}
