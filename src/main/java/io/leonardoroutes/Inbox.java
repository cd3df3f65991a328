package io.leonardoroutes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.leonardoroutes.delivery.FileName;
import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.SafeFolder;
import io.leonardoroutes.files.UnsafeFolder;
import io.leonardoroutes.health.Outages;
import io.leonardoroutes.request.Refused;
import io.leonardoroutes.settings.FileVersion;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.component.file.GenericFileFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which dropped files are ready, how one is opened and where it goes: the file intake's own part.
 *
 * <p>Files are moved here and not by the file endpoint, which reads a backslash in a name as a
 * folder, and would move a file away that was replaced while it was read.
 */
public final class Inbox implements GenericFileFilter<File> {
  private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);
  private static final String FILE = "leonardoFile";
  private static final String DROPPED = "leonardoDropped";
  private static final String ACCEPTED = ".accepted";
  private static final String REJECTED = ".rejected";
  private static final Duration REST = Duration.ofSeconds(5);

  /** A file that was not seen for so long is another one when it is there again. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(1);

  private static final int MOST_STAYING = 1_000;
  private static final int LONGEST_NAME = 255 - ".part-.reason.json".length();
  private static final JsonFactory JSON = new JsonFactory();

  private final Parts parts;
  private final Settings.Intakes settings;
  private final FolderPolicy policy;

  /** Files that were said to stay where they are, and when each was last seen to do so. */
  private final Map<File, Instant> staying = new ConcurrentHashMap<>();

  private volatile Instant restingUntil = Instant.MIN;

  Inbox(Parts parts) {
    this.parts = parts;
    this.settings = parts.settings().intakes();
    this.policy = parts.settings().files().policy();
  }

  /** A file as it was when it was opened. */
  private record Dropped(Path path, FileVersion version) {
    static Dropped at(Path path) throws IOException {
      return new Dropped(path, FileVersion.of(path));
    }

    String name() {
      return path.getFileName().toString();
    }

    /** Moves it, unless it is gone or another one has taken its place: that one is still to do. */
    void moveTo(SafeFolder folder) throws IOException {
      try (SafeFolder inbox = SafeFolder.ofOthers(path.getParent())) {
        if (Files.exists(path) && equals(at(path))) {
          folder.take(inbox, name());
          if (isThis(inbox)) {
            inbox.delete(name()); // a hard link to what was taken before is not moved over it
          } else if (!isThis(folder) && inbox.find(name()).isEmpty()) {
            inbox.take(folder, name()); // it came between
          }
        }
      }
    }

    private boolean isThis(SafeFolder folder) throws IOException {
      Optional<BasicFileAttributes> there = folder.find(name());
      return there.isPresent()
          && (there.get().isSymbolicLink()
              || Objects.equals(there.get().fileKey(), version.file()));
    }
  }

  /** Ready is a file that can be read and is written to its end, as far as one can see. */
  @Override
  public boolean accept(GenericFile<File> candidate) {
    if (parts.clock().instant().isBefore(restingUntil)) {
      return false;
    }
    File file = candidate.getFile();
    try {
      Path path = file.toPath();
      if (Files.isRegularFile(path) && Files.isReadable(path)) {
        return ready(path);
      }
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        stays(file, "it is no file that can be read");
      }
    } catch (NoSuchFileException e) {
      return false; // another instance was first
    } catch (IOException | InvalidPathException e) {
      stays(file, String.valueOf(e));
    }
    return false;
  }

  /**
   * Says it once for as long as the file is there: it is no outage, as it says nothing of the
   * others.
   */
  private void stays(File file, String why) {
    Instant now = parts.clock().instant();
    if (staying.size() >= MOST_STAYING) {
      staying.values().removeIf(seen -> seen.plus(FORGOTTEN).isBefore(now));
    }
    if (staying.size() < MOST_STAYING || staying.containsKey(file)) {
      Instant seen = staying.put(file, now);
      if (seen == null || seen.plus(FORGOTTEN).isBefore(now)) {
        LOG.warn("{} stays where it is, and is tried again: {}", file, why);
      }
    }
  }

  private boolean ready(Path path) throws IOException {
    Instant modified = Files.getLastModifiedTime(path).toInstant();
    Duration unchanged = Duration.between(modified, parts.clock().instant());
    if (unchanged.compareTo(settings.patience()) >= 0) {
      return true;
    }
    // a time well ahead of ours is another machine's clock and says nothing
    boolean settled = unchanged.abs().compareTo(settings.settle()) >= 0;
    return settled && (Files.size(path) > settings.maxBytes() || ends(path));
  }

  /** Whether the text does not just stop: what is wrong in another way is not mended by waiting. */
  private static boolean ends(Path path) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    if (!new String(bytes, StandardCharsets.ISO_8859_1).stripTrailing().endsWith("}")) {
      return false;
    }
    try (JsonParser parser = JSON.createParser(bytes)) {
      while (parser.nextToken() != null) {
        // only the end matters
      }
      return true;
    } catch (JsonEOFException e) {
      return false;
    } catch (JsonProcessingException e) {
      return true;
    }
  }

  /**
   * Replaces the file in the body by its bytes, no more than are needed to see that it is too long.
   * The same name with the same content is the same request.
   *
   * @throws Refused if it is a link to somewhere else
   */
  public void open(Exchange exchange) throws IOException {
    // not the body as a File: that one has a backslash in its name turned round
    Path path = ((File) exchange.getMessage().getBody(GenericFile.class).getFile()).toPath();
    exchange.setProperty(FILE, path.toFile());
    exchange.setProperty(DROPPED, Dropped.at(path));
    mustBeOurs(path.resolveSibling(ACCEPTED));
    mustBeOurs(path.resolveSibling(REJECTED));
    String name = path.getFileName().toString();
    exchange.setProperty(Intake.NAME, FileName.ofDropped(name, "request"));
    Path real = path.toRealPath();
    if (!real.startsWith(path.getParent().toRealPath())) {
      throw new Refused(
          400, "link", "The file is a link", "it leads out of the folder: drop the file itself");
    }
    try (InputStream in = Files.newInputStream(real, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(settings.maxBytes() + 1);
      String intake = exchange.getProperty("leonardoIntake", String.class);
      exchange.setProperty(Intake.KEY, intake + ":" + name + ":" + Accept.sha256(bytes));
      exchange.setProperty(Intake.ONE_REQUEST, true);
      exchange.getMessage().setBody(bytes);
    }
  }

  /** Before a file is taken that could not be moved. */
  private void mustBeOurs(Path folder) throws UnsafeFolder {
    try {
      SafeFolder.open(folder, policy).close();
    } catch (UnsafeFolder e) {
      throw e;
    } catch (IOException madeOrSaidLater) {
      LOG.trace("{} is not there yet", folder, madeOrSaidLater);
    }
    parts.outages().back(aFolder(folder.toAbsolutePath()));
  }

  private static String aFolder(Path folder) {
    return "the folder " + folder;
  }

  /** Moves the file to {@code .accepted}: its job is durable. */
  public void accepted(Exchange exchange) throws IOException {
    Dropped dropped = exchange.getProperty(DROPPED, Dropped.class);
    try (SafeFolder folder = SafeFolder.make(dropped.path().resolveSibling(ACCEPTED), policy)) {
      dropped.moveTo(folder);
    }
    staying.remove(dropped.path().toFile());
  }

  /** Moves the file to {@code .rejected}, with the problem in the body beside it. */
  public void rejected(Exchange exchange) throws IOException {
    Dropped dropped = exchange.getProperty(DROPPED, Dropped.class);
    try (SafeFolder folder = SafeFolder.make(dropped.path().resolveSibling(REJECTED), policy)) {
      String part = SafeFolder.PART + UUID.randomUUID();
      try {
        try (FileChannel out = folder.create(part)) {
          Channels.newOutputStream(out).write(exchange.getMessage().getBody(byte[].class));
        }
        folder.replace(part, reasonName(dropped.name()));
      } finally {
        folder.delete(part);
      }
      dropped.moveTo(folder);
    }
    staying.remove(dropped.path().toFile());
  }

  private static String reasonName(String dropped) {
    String name = dropped.replaceFirst("(?i)\\.json$", "");
    while (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      name = name.substring(0, name.offsetByCodePoints(name.length(), -1));
    }
    return name + ".reason.json";
  }

  /** Leaves the file where it is: it, or something that is needed, is away. */
  public void later(Exchange exchange) {
    Throwable why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    if (why instanceof NoSuchFileException) {
      return;
    }
    if (why instanceof UnsafeFolder unsafe) {
      parts
          .outages()
          .awaited(
              aFolder(unsafe.folder()),
              "files stay in %s and are tried again: %s"
                  .formatted(unsafe.folder().getParent(), unsafe.getMessage()));
    } else if (why instanceof IOException) {
      stays(exchange.getProperty(FILE, File.class), String.valueOf(why));
    } else {
      parts.outages().away(Outages.INTAKE, String.valueOf(why.getMessage()));
    }
    restingUntil = parts.clock().instant().plus(REST);
  }
}
