package io.leonardoroutes.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionFactory;

/**
 * Connections to an SQLite file while it is the file that was opened, and nobody else wrote to it.
 *
 * <p>SQLite goes on in a file that was deleted, and in one that a backup was copied over: what it
 * commits there is lost with the program. So the files are compared before and after each use, and
 * a use that fails then was not confirmed. Only a checkpoint changes the main file, so commits make
 * none.
 */
final class FileWatch implements ConnectionFactory {
  private static final int USES_PER_CHECKPOINT = 256;

  private final DataSource source;
  private final Path file;
  private final List<Path> files;
  private Connection opened;
  private List<Seen> seen;
  private int uses;

  /** One of its files, null if there is none. */
  private record Seen(Object key, FileTime modified, long size) {
    static Seen of(Path file) {
      try {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return new Seen(now.fileKey(), now.lastModifiedTime(), now.size());
      } catch (IOException e) {
        return null;
      }
    }
  }

  private FileWatch(DataSource source, Path file) throws IOException, SQLException {
    this.source = source;
    this.file = file;
    Path real = file.toRealPath();
    this.files = List.of(file, beside(real, "-wal"), beside(real, "-shm"), lock(file));
    try (Connection connection = source.getConnection()) {
      begin(connection);
    }
  }

  /**
   * @param source a pool of one connection, which makes its commits durable by a log
   * @param file open by now
   */
  static ConnectionFactory over(DataSource source, Path file) {
    try {
      return new FileWatch(source, file);
    } catch (NoSuchFileException e) {
      return source::getConnection; // a ledger in memory
    } catch (IOException | SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** The file that only one instance has locked. */
  static Path lock(Path file) {
    return beside(file.toAbsolutePath(), ".lock");
  }

  private static Path beside(Path file, String end) {
    return file.resolveSibling(file.getFileName() + end);
  }

  @Override
  public Connection openConnection() throws SQLException {
    Connection connection = source.getConnection();
    try {
      if (connection.unwrap(Connection.class) != opened) {
        isTheSame(Seen.of(file));
        begin(connection);
      }
      check();
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public void closeConnection(Connection connection) throws SQLException {
    try (connection) {
      check();
      if (++uses % USES_PER_CHECKPOINT == 0) {
        checkpoint(connection);
      }
    }
  }

  private void begin(Connection connection) throws SQLException {
    try (Statement sql = connection.createStatement()) {
      sql.execute("PRAGMA wal_autocheckpoint = 0");
    }
    checkpoint(connection);
    opened = connection.unwrap(Connection.class);
  }

  private void checkpoint(Connection connection) {
    try (Statement sql = connection.createStatement()) {
      sql.execute("PRAGMA wal_checkpoint(PASSIVE)");
    } catch (SQLException e) {
      // What is committed is durable without it: the next one may do it.
    } finally {
      seen = look();
    }
  }

  private List<Seen> look() {
    List<Seen> now = new ArrayList<>();
    files.forEach(each -> now.add(Seen.of(each)));
    return now;
  }

  private void check() {
    List<Seen> now = look();
    isTheSame(now.get(0));
    if (!now.get(0).equals(seen.get(0))) {
      throw changed("something else wrote to it");
    }
    for (int i = 1; i < files.size(); i++) {
      Seen before = seen.get(i);
      if (before != null && !isSame(before, now.get(i))) {
        throw changed("its " + files.get(i).getFileName() + " was taken away");
      }
    }
    seen = now;
  }

  private LedgerChanged changed(String how) {
    return new LedgerChanged(file + " is not as this program left it, " + how);
  }

  private void isTheSame(Seen now) {
    if (now == null) {
      throw changed("it is gone");
    }
    if (!Objects.equals(now.key(), seen.get(0).key())) {
      throw changed("another is in its place");
    }
  }

  private static boolean isSame(Seen before, Seen now) {
    return now != null && Objects.equals(before.key(), now.key()) && now.size() >= before.size();
  }
}
