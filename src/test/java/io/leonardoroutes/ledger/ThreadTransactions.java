package io.leonardoroutes.ledger;

import io.agroal.api.transaction.TransactionAware;
import io.agroal.api.transaction.TransactionIntegration;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import javax.transaction.xa.XAResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A transaction manager of Jakarta's kind: a transaction belongs to the thread that began it. */
final class ThreadTransactions implements TransactionIntegration {
  private final ThreadLocal<TransactionAware[]> current = new ThreadLocal<>();
  private volatile DataSource pool;

  void of(DataSource pool) {
    this.pool = pool;
  }

  @Override
  public TransactionAware getTransactionAware() {
    return current.get() == null ? null : current.get()[0];
  }

  @Override
  public void associate(TransactionAware connection, XAResource resource) throws SQLException {
    connection.transactionCheckCallback(() -> current.get() != null);
    if (current.get() != null && current.get()[0] == null) {
      connection.transactionStart();
      current.get()[0] = connection;
    }
  }

  @Override
  public boolean disassociate(TransactionAware connection) {
    return current.get() == null;
  }

  @Override
  public void addResourceRecoveryFactory(ResourceRecoveryFactory factory) {
    // Nothing is recovered here.
  }

  @Override
  public void removeResourceRecoveryFactory(ResourceRecoveryFactory factory) {
    // Nothing is recovered here.
  }

  void rolledBack(ApplicationKind.Work work) {
    current.set(new TransactionAware[1]);
    try (Connection connection = pool.getConnection()) {
      work.with(new JdbcTemplate(new SingleConnectionDataSource(connection, true)));
      TransactionAware enlisted = current.get()[0];
      enlisted.transactionRollback();
      enlisted.transactionEnd();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } finally {
      current.remove();
    }
  }
}
