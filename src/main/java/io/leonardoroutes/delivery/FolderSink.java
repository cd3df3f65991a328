package io.leonardoroutes.delivery;

import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.PartFiles;
import io.leonardoroutes.files.SafeFolder;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * A folder that events and videos are delivered to: each becomes a new file, which is complete and
 * on the disk before it has its name. Existing files are never overwritten, and links never
 * followed.
 *
 * <p>Camel's own file producer takes anything with that name for the file ({@code
 * fileExist=Ignore}), and follows a link that stands at its temporary name.
 */
public final class FolderSink {
  private static final Duration SWEEP_EVERY = Duration.ofHours(1);
  private static final int CHUNK = 64 * 1024;

  private final Path folder;
  private final FolderPolicy policy;
  private final String part;
  private final Clock clock;
  private Instant sweptAt = Instant.MIN;

  /**
   * @param part the prefix of temporary files; a leftover one is deleted after an hour
   */
  public FolderSink(Path folder, FolderPolicy policy, String part, Clock clock) {
    this.folder = folder;
    this.policy = policy;
    this.part = part;
    this.clock = clock;
  }

  /**
   * Writes the body to the file that the header names.
   *
   * @throws FileAlreadyExistsException if the name is taken by another content; the same content
   *     was delivered before a crash, and is left alone
   */
  public void write(Exchange exchange) throws Exception {
    Message message = exchange.getMessage();
    String name = message.getHeader(Exchange.FILE_NAME, String.class);
    try (SafeFolder open = SafeFolder.openOrCreate(folder, policy)) {
      mayBeThere(open, name, message.getBody() instanceof File file ? file.length() : -1);
      sweepNowAndThen();
      String temporary = part + UUID.randomUUID();
      try {
        write(open, temporary, message);
        publish(open, temporary, name);
      } finally {
        open.delete(temporary);
      }
      open.sync();
    }
  }

  private static void write(SafeFolder open, String name, Message message) throws Exception {
    try (InputStream in = message.getMandatoryBody(InputStream.class);
        FileChannel out = open.create(name)) {
      in.transferTo(Channels.newOutputStream(out));
      out.force(true);
    }
  }

  private static void publish(SafeFolder open, String temporary, String name) throws IOException {
    try {
      open.publish(temporary, name);
    } catch (FileAlreadyExistsException e) {
      mayBeThere(open, name, -1);
      if (!same(open, temporary, name)) {
        throw nameInUse(open, name, "another file");
      }
    }
  }

  /**
   * Fails unless the existing file could be what we delivered before.
   *
   * @param size of the content, or -1 if unknown
   */
  private static void mayBeThere(SafeFolder open, String name, long size) throws IOException {
    Optional<BasicFileAttributes> there = open.find(name);
    if (there.isEmpty()) {
      return;
    }
    if (there.get().isSymbolicLink()) {
      throw nameInUse(open, name, "a link");
    }
    if (!there.get().isRegularFile()) {
      throw nameInUse(open, name, there.get().isDirectory() ? "a folder" : "no file");
    }
    if (size >= 0 && there.get().size() != size) {
      throw nameInUse(open, name, "another file");
    }
  }

  private static FileAlreadyExistsException nameInUse(SafeFolder open, String name, String what) {
    return new FileAlreadyExistsException(
        open.at(name).toString(), null, what + " has this name: move it away");
  }

  private static boolean same(SafeFolder open, String name, String other) throws IOException {
    if (open.find(name).orElseThrow().size() != open.find(other).orElseThrow().size()) {
      return false;
    }
    try (InputStream one = open.read(name);
        InputStream two = open.read(other)) {
      byte[] bytes;
      do {
        bytes = one.readNBytes(CHUNK);
        if (!Arrays.equals(bytes, two.readNBytes(CHUNK))) {
          return false;
        }
      } while (bytes.length > 0);
      return true;
    }
  }

  /** Deletes temporary files of a program that died while it wrote. */
  void sweep() throws IOException {
    PartFiles.starting(part).sweep(folder, policy);
  }

  /** The same, for an application whose own routes never call it. */
  private synchronized void sweepNowAndThen() throws IOException {
    Instant now = clock.instant();
    if (now.isBefore(sweptAt.plus(SWEEP_EVERY)) && !now.isBefore(sweptAt)) {
      return;
    }
    sweptAt = now;
    sweep();
  }
}
