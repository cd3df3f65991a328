package io.leonardoroutes.ledger;

import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.io.Closeable;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

/** The kinds of DataSource that applications have, with the transactions that go with each. */
enum ApplicationKind {
  HIKARI,
  WITHOUT_AUTO_COMMIT {
    @Override
    HikariDataSource pool(String url, int size) {
      HikariDataSource pool = super.pool(url, size);
      pool.setAutoCommit(false);
      return pool;
    }
  },
  TRANSACTION_AWARE {
    @Override
    DataSource wrapped(HikariDataSource pool) {
      return new TransactionAwareDataSourceProxy(pool);
    }
  },
  REOBTAINING {
    @Override
    DataSource wrapped(HikariDataSource pool) {
      TransactionAwareDataSourceProxy proxy = new TransactionAwareDataSourceProxy(pool);
      proxy.setReobtainTransactionalConnections(true);
      return proxy;
    }
  },
  LAZY {
    @Override
    DataSource wrapped(HikariDataSource pool) {
      return new LazyConnectionDataSourceProxy(pool);
    }
  },
  AGROAL {
    @Override
    Application open(String url, int size) throws SQLException {
      ThreadTransactions transactions = new ThreadTransactions();
      AgroalDataSource pool =
          AgroalDataSource.from(
              new AgroalDataSourceConfigurationSupplier()
                  .connectionPoolConfiguration(
                      it ->
                          it.maxSize(size)
                              .acquisitionTimeout(Duration.ofSeconds(2))
                              .transactionIntegration(transactions)
                              .connectionFactoryConfiguration(to -> to.jdbcUrl(url))));
      transactions.of(pool);
      return new Application(pool, pool, pool::close, transactions::rolledBack);
    }
  },
  POOLER {
    @Override
    Application open(String url, int size) {
      HikariDataSource pool = pool(url, size);
      return new Application(
          new TransactionPooler(pool), pool, pool, work -> rolledBack(pool, work));
    }
  };

  /** What is done in a transaction of the application that is rolled back. */
  interface Work {
    void with(JdbcTemplate application);
  }

  interface Transactions {
    void rolledBack(Work work);
  }

  /**
   * An application and its database.
   *
   * @param source what the ledger gets
   * @param pool gives the connections themselves
   */
  record Application(DataSource source, DataSource pool, Closeable end, Transactions transactions)
      implements AutoCloseable {
    @Override
    public void close() throws Exception {
      end.close();
    }
  }

  Application open(String url, int size) throws SQLException {
    HikariDataSource pool = pool(url, size);
    return new Application(wrapped(pool), pool, pool, work -> rolledBack(pool, work));
  }

  HikariDataSource pool(String url, int size) {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl(url);
    pool.setMaximumPoolSize(size);
    pool.setConnectionTimeout(2_000);
    return pool;
  }

  DataSource wrapped(HikariDataSource pool) {
    return pool;
  }

  static void rolledBack(DataSource pool, Work work) {
    new TransactionTemplate(new DataSourceTransactionManager(pool))
        .executeWithoutResult(
            transaction -> {
              work.with(new JdbcTemplate(pool));
              transaction.setRollbackOnly();
            });
  }
}
