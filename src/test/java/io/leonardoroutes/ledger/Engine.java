package io.leonardoroutes.ledger;

import io.leonardoroutes.Patience;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** The real databases that a ledger runs on. */
public enum Engine {
  SQLITE {
    @Override
    public String emptyDatabase(Path folder) {
      return "jdbc:sqlite:" + folder.resolve("ledger.db");
    }
  },
  POSTGRES {
    @Override
    public String emptyDatabase(Path folder) {
      String name = "ledger" + Server.DATABASES.incrementAndGet();
      try (Connection server = Server.POSTGRES.getPostgresDatabase().getConnection();
          Statement statement = server.createStatement()) {
        statement.execute("CREATE DATABASE " + name);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      return Server.POSTGRES.getJdbcUrl("postgres", name);
    }
  };

  /** The address of a database that has nothing in it. */
  public abstract String emptyDatabase(Path folder);

  /** Started once for each JVM, and only if it is needed; it ends with the JVM. */
  private static final class Server {
    static final EmbeddedPostgres POSTGRES = start();
    static final AtomicInteger DATABASES = new AtomicInteger();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("fsync", "off")
            .setServerConfig("full_page_writes", "off")
            .setPGStartupWait(Patience.LONG)
            .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
