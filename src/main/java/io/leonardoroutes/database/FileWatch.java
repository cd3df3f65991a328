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
 * Connections to an SQLite file that fail once it is no longer the file that was opened, or
 * somebody else has written to it.
 *
 * <p>SQLite continues to write to a file that was deleted, or that a backup was copied over; those
 * commits would be lost when the program ends. So the files are compared before and after each use,
 * and nothing is confirmed if they differ. Only a checkpoint changes the main file; therefore
 * SQLite's automatic checkpoints are off and this class runs them.
 */
final class FileWatch implements ConnectionFactory {
  private static final int USES_PER_CHECKPOINT = 256;

  private final DataSource source;
  private final Path file;
  private final List<Path> files;
  private Connection opened;
  private List<FileState> lastStates;
  private int uses;

  /** The state of one file; null if there is none. */
  private record FileState(Object key, FileTime modified, long size) {
    static FileState of(Path file) {
      try {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return new FileState(now.fileKey(), now.lastModifiedTime(), now.size());
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
      startWatching(connection);
    }
  }

  /**
   * @param source a pool of one connection, in WAL mode
   * @param file the database, already open
   */
  static ConnectionFactory over(DataSource source, Path file) {
    try {
      return new FileWatch(source, file);
    } catch (NoSuchFileException e) {
      return source::getConnection; // an in-memory ledger
    } catch (IOException | SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** The lock file of a database: one instance at a time holds its lock. */
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
        requireSameFile(FileState.of(file));
        startWatching(connection);
      }
      requireUnchanged();
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public void closeConnection(Connection connection) throws SQLException {
    try (connection) {
      requireUnchanged();
      if (++uses % USES_PER_CHECKPOINT == 0) {
        checkpoint(connection);
      }
    }
  }

  private void startWatching(Connection connection) throws SQLException {
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
      // Commits are durable without it; the next checkpoint may succeed.
    } finally {
      lastStates = readStates();
    }
  }

  private List<FileState> readStates() {
    List<FileState> now = new ArrayList<>();
    files.forEach(each -> now.add(FileState.of(each)));
    return now;
  }

  private void requireUnchanged() {
    List<FileState> now = readStates();
    requireSameFile(now.get(0));
    if (!now.get(0).equals(lastStates.get(0))) {
      throw changed("something else has written to it");
    }
    for (int i = 1; i < files.size(); i++) {
      FileState before = lastStates.get(i);
      if (before != null && !isIntact(before, now.get(i))) {
        throw changed("its " + files.get(i).getFileName() + " was removed or replaced");
      }
    }
    lastStates = now;
  }

  private LedgerChanged changed(String how) {
    return new LedgerChanged(file + " is not as this program left it, " + how);
  }

  private void requireSameFile(FileState now) {
    if (now == null) {
      throw changed("it is gone");
    }
    if (!Objects.equals(now.key(), lastStates.get(0).key())) {
      throw changed("another file is in its place");
    }
  }

  private static boolean isIntact(FileState before, FileState now) {
    return now != null && Objects.equals(before.key(), now.key()) && now.size() >= before.size();
  }
}
