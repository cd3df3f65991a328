package io.leonardoroutes.ledger;

import io.leonardoroutes.fixture.Patience;
import io.leonardoroutes.fixture.TestLedger;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.util.FileUtil;

/** The real databases that a ledger runs on. */
public enum Engine {
  SQLITE {
    @Override
    public String emptyDatabase(Path folder) {
      return "jdbc:sqlite:" + folder.resolve("ledger.db");
    }

    @Override
    public String emptyLedger(Path folder) {
      emptyLedgerFile(folder.resolve("ledger.db"));
      return emptyDatabase(folder);
    }
  },
  POSTGRES {
    @Override
    public String emptyDatabase(Path folder) {
      return Server.database("template1");
    }

    @Override
    public String emptyLedger(Path folder) {
      return Server.database(Server.TEMPLATE);
    }
  };

  /** The address of a database that has nothing in it. */
  public abstract String emptyDatabase(Path folder);

  /** The address of a ledger that has tables, and no jobs. */
  public abstract String emptyLedger(Path folder);

  /** The same in this file, if it is not there yet. */
  public static void emptyLedgerFile(Path file) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, Template.LEDGER, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException there) {
      // it is asked for twice
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** To make the tables takes longer than most tests. */
  private static final class Template {
    static final byte[] LEDGER = make();

    private static byte[] make() {
      try {
        Path file = Files.createTempDirectory("ledger").resolve("ledger.db");
        TestLedger.open("jdbc:sqlite:" + file).close();
        byte[] ledger = Files.readAllBytes(file);
        FileUtil.removeDir(file.getParent().toFile());
        return ledger;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Started once for each JVM, and only if it is needed; it ends with the JVM. */
  private static final class Server {
    static final EmbeddedPostgres POSTGRES = start();
    static final AtomicInteger DATABASES = new AtomicInteger();
    static final String TEMPLATE = template();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("fsync", "off")
            .setServerConfig("full_page_writes", "off")
            .setServerConfig("autovacuum", "off")
            .setPGStartupWait(Patience.LONG)
            .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static String template() {
      String url = database("template1");
      TestLedger.open(url).close();
      return url.replaceAll(".*/(\\w+).*", "$1");
    }

    private static String database(String template) {
      String name = "ledger" + DATABASES.incrementAndGet();
      try (Connection server = POSTGRES.getPostgresDatabase().getConnection();
          Statement statement = server.createStatement()) {
        statement.execute("CREATE DATABASE " + name + " TEMPLATE " + template);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      return POSTGRES.getJdbcUrl("postgres", name);
    }
  }
}
