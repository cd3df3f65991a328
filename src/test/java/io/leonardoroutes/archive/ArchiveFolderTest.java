package io.leonardoroutes.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.YearMonth;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of the archive, and what a crash leaves of them. */
class ArchiveFolderTest {
  private static final YearMonth MONTH = YearMonth.of(2026, 11);
  @TempDir Path data;
  private ArchiveFolder archive;
  private Path file;

  @BeforeEach
  void open() {
    archive = new ArchiveFolder(data.resolve("archive"));
    file = data.resolve("archive/2026-11.jsonl.gz");
  }

  private List<String> lines() throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  @Test
  void linesAreAppendedAndReadAsOneFile() throws Exception {
    archive.append(MONTH, List.of("a", "b"));
    archive.append(MONTH.plusMonths(1), List.of("x"));
    new ArchiveFolder(data.resolve("archive")).append(MONTH, List.of("c"));

    assertThat(lines()).containsExactly("a", "b", "c");
  }

  @Test
  void whatACrashLeftHalfWrittenIsCutOff() throws Exception {
    archive.append(MONTH, List.of("a"));
    Files.write(file, new byte[] {31, -117, 8, 0, 1, 2}, StandardOpenOption.APPEND);

    archive.append(MONTH, List.of("b"));

    assertThat(lines()).containsExactly("a", "b");
  }

  @Test
  void aFirstWriteThatACrashCutOffIsBegunAnew() throws Exception {
    archive.append(MONTH, List.of("a"));
    Files.writeString(data.resolve("archive/.2026-11.whole"), "0\n");

    archive.append(MONTH, List.of("b"));

    assertThat(lines()).containsExactly("b");
  }

  @Test
  void aFileThatWasMovedAwayIsBegunAnew() throws Exception {
    archive.append(MONTH, List.of("a"));
    Files.delete(file);

    archive.append(MONTH, List.of("b"));

    assertThat(lines()).containsExactly("b");
  }
}
