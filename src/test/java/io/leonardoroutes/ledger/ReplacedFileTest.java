package io.leonardoroutes.ledger;

import static io.leonardoroutes.ledger.NewJobs.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leonardoroutes.fixture.TestLedger;
import io.leonardoroutes.fixture.TickingClock;
import io.leonardoroutes.job.Acceptance.Accepted;
import io.leonardoroutes.job.Job;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The file of a ledger that somebody deletes, replaces or writes to while it is open. */
class ReplacedFileTest {
  @TempDir Path folder;
  private final TickingClock clock = new TickingClock();
  private Path file;
  private Path backup;
  private String url;

  /** What an operator, a script or a full moon does to the files of a running program. */
  enum Damage {
    DELETED {
      @Override
      void to(Path file, Path backup) throws IOException {
        Files.delete(file);
      }
    },
    DELETED_WITH_ALL_ITS_FILES {
      @Override
      void to(Path file, Path backup) throws IOException {
        for (String end : List.of("", "-wal", "-shm")) {
          Files.delete(beside(file, end));
        }
      }
    },
    REPLACED_BY_A_BACKUP {
      @Override
      void to(Path file, Path backup) throws IOException {
        Files.move(Files.copy(backup, beside(file, ".new")), file, StandardCopyOption.ATOMIC_MOVE);
      }
    },
    OVERWRITTEN_BY_A_BACKUP {
      @Override
      void to(Path file, Path backup) throws IOException {
        Files.write(file, Files.readAllBytes(backup));
      }
    },
    TRUNCATED {
      @Override
      void to(Path file, Path backup) throws IOException {
        truncate(file, 0);
      }
    },
    CUT_IN_HALF {
      @Override
      void to(Path file, Path backup) throws IOException {
        truncate(file, Files.size(file) / 2);
      }
    },
    WITHOUT_ITS_LOG {
      @Override
      void to(Path file, Path backup) throws IOException {
        Files.delete(beside(file, "-wal"));
      }
    },
    WITH_AN_EMPTY_LOG {
      @Override
      void to(Path file, Path backup) throws IOException {
        truncate(beside(file, "-wal"), 0);
      }
    },
    WITHOUT_ITS_INDEX {
      @Override
      void to(Path file, Path backup) throws IOException {
        Files.delete(beside(file, "-shm"));
      }
    },
    WITHOUT_ITS_LOCK {
      @Override
      void to(Path file, Path backup) throws IOException {
        Files.delete(beside(file, ".lock"));
      }
    },
    IN_A_FOLDER_THAT_WAS_MOVED {
      @Override
      void to(Path file, Path backup) throws IOException {
        Files.move(file.getParent(), file.getParent().resolveSibling("moved"));
      }
    },
    IN_A_FOLDER_THAT_ANOTHER_STANDS_FOR {
      @Override
      void to(Path file, Path backup) throws IOException {
        Files.move(file.getParent(), file.getParent().resolveSibling("moved"));
        Files.createDirectory(file.getParent());
        Files.copy(backup, file);
      }
    };

    abstract void to(Path file, Path backup) throws IOException;

    static Path beside(Path file, String end) {
      return file.resolveSibling(file.getFileName() + end);
    }

    static void truncate(Path file, long size) throws IOException {
      try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
        open.truncate(size);
      }
    }
  }

  @BeforeEach
  void someJobsAndABackup() throws IOException {
    file = Files.createDirectory(folder.resolve("data")).resolve("ledger.db");
    url = "jdbc:sqlite:" + file;
    backup = folder.resolve("backup.db");
    try (Ledger ledger = open()) {
      accept(ledger);
    }
    Files.copy(file, backup);
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void whoseFileIsNoLongerTheOpenOneConfirmsNothing(Damage damage) throws IOException {
    try (Ledger ledger = open()) {
      accept(ledger);
      damage.to(file, backup);

      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> accept(ledger))
            .isInstanceOf(JdbiException.class)
            .message()
            .startsWith(file + " is not as this program left it, ")
            .contains("nothing is confirmed until")
            .doesNotContain("\n");
        assertThatThrownBy(ledger::probe).isInstanceOf(JdbiException.class);
        assertThatThrownBy(() -> ledger.list(null, 10, null)).isInstanceOf(JdbiException.class);
      }
    }
  }

  @Test
  void aFolderThatIsMovedBackHasTheSameLedgerAgain() throws IOException {
    try (Ledger ledger = open()) {
      Job job = accept(ledger);
      Path away = folder.resolve("away");
      Files.move(file.getParent(), away);
      assertThatThrownBy(() -> accept(ledger)).isInstanceOf(JdbiException.class);

      Files.move(away, file.getParent());

      Job later = accept(ledger);
      assertThat(ledger.list(null, 10, null)).contains(job, later).hasSize(3);
    }
  }

  @Test
  void aFileThatCanOnlyBeReadByNowStillKeepsWhatIsConfirmed() throws IOException {
    Job job;
    try (Ledger ledger = open()) {
      assertThat(file.toFile().setReadOnly()).isTrue();
      job = accept(ledger);
    }
    assertThat(file.toFile().setWritable(true)).isTrue();

    try (Ledger ledger = open()) {
      assertThat(ledger.find(job.id())).contains(job);
    }
  }

  @Test
  void anOwnChangeOfTheFileIsNoDamage() throws IOException {
    try (Ledger ledger = open()) {
      long before = Files.size(file);
      int jobs = 1;
      while (Files.size(file) == before) {
        accept(ledger);
        jobs++;
      }
      for (int i = 0; i < 10; i++) {
        accept(ledger);
        jobs++;
      }

      assertThat(ledger.list(null, 10_000, null)).hasSize(jobs);
    }
  }

  @Test
  void aBackupOfTheOpenFileIsNoDamage() {
    try (Ledger ledger = open()) {
      accept(ledger);
      Jdbi.create(url)
          .useHandle(handle -> handle.execute("VACUUM INTO '" + folder.resolve("b.db") + "'"));
      accept(ledger);
    }
    assertThat(folder.resolve("b.db")).exists();
  }

  private Ledger open() {
    return TestLedger.open(url, clock);
  }

  private static Job accept(Ledger ledger) {
    return ((Accepted) ledger.accept(request(), job -> List.of())).job();
  }
}
