package io.leonardoroutes.picture;

import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.PartFiles;
import io.leonardoroutes.files.SafeFolder;
import io.leonardoroutes.files.UnsafeFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The folder of pictures, each under the hash of its content. A file under its final name is
 * complete, checked and durable.
 */
public final class PictureFolder {
  private static final PartFiles PARTS = PartFiles.starting(SafeFolder.PART);
  private static final int PIECE = 64 * 1024;

  private final Path folder;
  private final long maxBytes;

  /**
   * @param maxBytes the largest picture that is accepted
   */
  public PictureFolder(Path folder, long maxBytes) {
    this.folder = folder;
    this.maxBytes = maxBytes;
  }

  /** A picture that was checked and is not kept yet; close it to delete what is not kept. */
  public final class Draft implements AutoCloseable {
    private final Picture picture;
    private final String part;

    /**
     * @param part its temporary file; null if the picture is kept already
     */
    private Draft(Picture picture, String part) {
      this.picture = picture;
      this.part = part;
    }

    public Picture picture() {
      return picture;
    }

    /** Keeps the picture durably. */
    public void keep() throws IOException {
      if (part == null) {
        if (find(picture).isEmpty()) {
          throw new NoSuchFileException(picture.fileName());
        }
        return;
      }
      try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
        if (open.find(part).isPresent()) {
          // Over a copy that is there, whose time says when it was last needed.
          open.replace(part, picture.fileName());
        }
        open.sync();
      }
    }

    @Override
    public void close() throws IOException {
      if (part == null) {
        return;
      }
      try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
        open.delete(part);
      }
    }
  }

  /**
   * Reads a picture into a temporary file, and checks it.
   *
   * @param in not closed here
   * @throws IOException if it could not be read or written, which says nothing about the picture
   */
  public Draft read(InputStream in) throws PictureRejected, IOException {
    String part = SafeFolder.PART + UUID.randomUUID();
    try (SafeFolder open = SafeFolder.openOrCreate(folder, FolderPolicy.OWN)) {
      try {
        return new Draft(write(in, open, part), part);
      } catch (IOException | PictureRejected | RuntimeException e) {
        open.delete(part);
        throw e;
      }
    }
  }

  /** A picture that was kept a while ago, if it still is. */
  public Optional<Draft> again(Picture kept) {
    return find(kept).map(file -> new Draft(kept, null));
  }

  private Picture write(InputStream in, SafeFolder open, String part)
      throws PictureRejected, IOException {
    byte[] head = in.readNBytes(PictureFormat.HEAD);
    PictureFormat format = PictureFormat.of(head);
    MessageDigest hash = sha256();
    hash.update(head);
    try (FileChannel out = open.create(part)) {
      write(out, ByteBuffer.wrap(head));
      DigestInputStream rest = new DigestInputStream(in, hash);
      byte[] piece = new byte[PIECE];
      for (int n = rest.read(piece); n >= 0; n = rest.read(piece)) {
        write(out, ByteBuffer.wrap(piece, 0, n));
        if (out.position() > maxBytes) {
          throw PictureRejected.because(
              "too-large",
              "the picture has more than the %s bytes of leonardo.uploads.max-bytes: make it smaller"
                  .formatted(maxBytes));
        }
      }
      out.force(true);
    }
    PictureCheck.Size size = PictureCheck.check(open.at(part), format);
    return new Picture(
        HexFormat.of().formatHex(hash.digest()), format.extension(), size.width(), size.height());
  }

  private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The file of a picture, if it is there. */
  public Optional<Path> find(Picture picture) {
    return Optional.of(folder.resolve(picture.fileName()))
        .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
  }

  /** Where they are. */
  public Path path() {
    return folder;
  }

  /**
   * Deletes pictures that came before that instant and are not needed, and what a program that died
   * has left half written.
   *
   * @param needed whether a job may still need the picture with this hash
   */
  public void sweep(Instant before, Predicate<String> needed) throws IOException {
    try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
      PARTS.sweep(folder, FolderPolicy.OWN);
      for (String name : open.names(name -> !name.startsWith(SafeFolder.PART))) {
        if (open.isOlder(name, before) && !needed.test(name.replaceFirst("\\..*", ""))) {
          delete(open, name, before);
        }
      }
    } catch (NoSuchFileException | UnsafeFolder nothingToDelete) {
      return;
    }
  }

  /** One that is kept anew at the same moment stays: only the old file is taken out of the way. */
  private static void delete(SafeFolder open, String name, Instant before) throws IOException {
    String part = SafeFolder.PART + UUID.randomUUID();
    open.replace(name, part);
    if (!open.isOlder(part, before)) {
      open.replace(part, name);
    }
    open.delete(part);
  }
}
