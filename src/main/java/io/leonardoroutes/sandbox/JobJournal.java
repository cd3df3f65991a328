package io.leonardoroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A file in which jobs outlive a restart of the program, one JSON line each: the real provider does
 * not forget its jobs either when a client dies. A last line that was cut off is skipped, because
 * its create was never answered.
 */
final class JobJournal {
  private static final Set<OpenOption> ADDING =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);
  private static final FileAttribute<?>[] OURS =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
          ? new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
          }
          : new FileAttribute<?>[0];

  private final Path file;

  JobJournal(Path file) {
    this.file = file;
  }

  void write(SandboxJob job) {
    String line =
        SandboxAnswer.object()
            .put("id", job.create().generationId())
            .put("at", job.create().at().toString())
            .put("doneAt", job.doneAt().toString())
            .put("fate", job.fate().name())
            .put("body", job.create().body())
            .toString();
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      try (SeekableByteChannel out = Files.newByteChannel(file, ADDING, OURS)) {
        out.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void replay(Consumer<SandboxJob> keep) {
    try {
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      for (String line : lines) {
        if (line.endsWith("}")) {
          keep.accept(job(SandboxAnswer.parse(line)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SandboxJob job(JsonNode line) {
    Create create =
        new Create(
            line.get("id").asText(),
            Instant.parse(line.get("at").asText()),
            line.get("body").asText());
    return new SandboxJob(
        create,
        Instant.parse(line.get("doneAt").asText()),
        SandboxJob.Fate.valueOf(line.get("fate").asText()));
  }
}
