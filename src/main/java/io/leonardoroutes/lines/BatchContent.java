package io.leonardoroutes.lines;

import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.PartFiles;
import io.leonardoroutes.files.SafeFolder;
import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Our own copies of dropped batches, until all their lines are decided: whoever dropped a file may
 * change or delete it.
 */
public final class BatchContent {
  private static final int CHUNK = 64 * 1024;

  private final Path folder;
  private final long most;

  /**
   * @param most the largest file, in bytes
   */
  public BatchContent(Path folder, long most) {
    this.folder = folder;
    this.most = most;
  }

  /** A copy that is on the disk, and deleted unless it is {@linkplain #keep kept}. */
  public final class Copy implements AutoCloseable {
    private final String part = SafeFolder.PART + UUID.randomUUID();
    private String sha256;

    private Copy() {}

    public String sha256() {
      return sha256;
    }

    public Path path() {
      return folder.resolve(part);
    }

    @Override
    public void close() throws IOException {
      Files.deleteIfExists(path());
    }
  }

  /**
   * Copies a file.
   *
   * @throws RequestRejected 413 if it is too large
   */
  public Copy copy(Path file) throws IOException {
    Copy copy = new Copy();
    try (SafeFolder open = SafeFolder.openOrCreate(folder, FolderPolicy.OWN);
        InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
        FileChannel out = open.create(copy.part)) {
      copy.sha256 = copy(in, Channels.newOutputStream(out));
      out.force(true);
      return copy;
    } catch (IOException | RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  private String copy(InputStream in, OutputStream out) throws IOException {
    MessageDigest digest = sha256();
    byte[] chunk = new byte[CHUNK];
    long size = 0;
    for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
      size += read;
      if (size > most) {
        throw new RequestRejected(
            413,
            "batch-too-large",
            "The batch is too large",
            "it is larger than " + most + " bytes: drop it in parts");
      }
      digest.update(chunk, 0, read);
      out.write(chunk, 0, read);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Keeps a copy as the content of the batch. */
  public void keep(Copy copy, String batch) throws IOException {
    try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
      open.replace(copy.part, batch);
      open.sync();
    }
  }

  /** The content of a batch that was kept. */
  public Path of(String batch) {
    return folder.resolve(batch);
  }

  /** Whether the content of a batch is here. */
  public boolean has(String batch) {
    return Files.isRegularFile(of(batch), LinkOption.NOFOLLOW_LINKS);
  }

  /** The ids of the batches whose content is here. */
  public List<String> batches() throws IOException {
    try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
      return open.names(name -> !name.startsWith(SafeFolder.PART));
    } catch (NoSuchFileException noneYet) {
      return List.of();
    }
  }

  /** Deletes the content of a batch, if it is there. */
  public void delete(String batch) throws IOException {
    Files.deleteIfExists(of(batch));
  }

  /** Deletes copies that a program that died has left. */
  public void sweep() throws IOException {
    try {
      PartFiles.starting(SafeFolder.PART).sweep(folder, FolderPolicy.OWN);
    } catch (NoSuchFileException noneYet) {
      return;
    }
  }
}
