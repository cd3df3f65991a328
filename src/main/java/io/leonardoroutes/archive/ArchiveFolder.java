package io.leonardoroutes.archive;

import io.leonardoroutes.files.OthersAccess;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.YearMonth;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * The folder of the archive: a file for each month, {@code YYYY-MM.jsonl.gz}, that lines are
 * appended to, each time as one gzip member. What a crash left half written is cut off before the
 * next is appended: how far the file is whole stands in a file beside it.
 */
public final class ArchiveFolder {
  private final Path folder;

  public ArchiveFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Appends lines to the file of a month. When it returns, they are on the disk.
   *
   * @throws IOException if they could not be written; then none of them counts
   */
  public synchronized void append(YearMonth month, List<String> lines) throws IOException {
    OthersAccess.createPrivateFolder(folder);
    Path lock = folder.resolve(".lock");
    OthersAccess.createPrivateFile(lock);
    // Another instance may have the same folder.
    try (FileChannel locked = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock held = locked.lock()) {
      append(folder.resolve(month + ".jsonl.gz"), folder.resolve("." + month + ".whole"), lines);
    }
  }

  private void append(Path file, Path whole, List<String> lines) throws IOException {
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      write(whole, 0);
    }
    OthersAccess.createPrivateFile(file);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      long end = Files.exists(whole) ? Long.parseLong(Files.readString(whole).strip()) : out.size();
      if (out.size() > end) {
        out.truncate(end);
      }
      out.position(out.size());
      OutputStream member =
          new GZIPOutputStream(new BufferedOutputStream(Channels.newOutputStream(out)));
      for (String line : lines) {
        member.write(line.getBytes(StandardCharsets.UTF_8));
        member.write('\n');
      }
      member.flush();
      ((GZIPOutputStream) member).finish();
      member.flush();
      out.force(true);
      write(whole, out.size());
    }
  }

  private void write(Path whole, long bytes) throws IOException {
    Path part = folder.resolve(whole.getFileName() + ".part");
    OthersAccess.createPrivateFile(part);
    Files.writeString(
        part, bytes + "\n", StandardOpenOption.SYNC, StandardOpenOption.TRUNCATE_EXISTING);
    Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel names = FileChannel.open(folder)) {
      names.force(true);
    }
  }
}
