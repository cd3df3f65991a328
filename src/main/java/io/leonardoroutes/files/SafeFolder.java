package io.leonardoroutes.files;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * An open folder that other users may write to as well. Whatever they replace or add meanwhile,
 * nothing is written through a symbolic link, over one of their files, or to a different folder.
 *
 * <p>Where the system supports it (not on Windows), all operations go through an open directory
 * handle, so that the folder that was checked is the one that is used.
 *
 * <p>One file, because each operation closes a hole that the others would leave.
 */
public final class SafeFolder implements Closeable {
  /** Prefix of the name of a file that is still being written; the rest is unique. */
  public static final String PART = ".part-";

  private static final String USER = System.getProperty("user.name");

  private final Path path;
  private final FolderPolicy policy;
  private final DirectoryStream<Path> stream;
  private final SecureDirectoryStream<Path> handle;

  private SafeFolder(Path path, FolderPolicy policy, DirectoryStream<Path> stream) {
    this.path = path;
    this.policy = policy;
    this.stream = stream;
    this.handle = stream instanceof SecureDirectoryStream<Path> secure ? secure : null;
  }

  /**
   * Opens a folder.
   *
   * @throws UnsafeFolder if it is a symbolic link or belongs to another user
   * @throws NoSuchFileException if it is not there
   */
  public static SafeFolder open(Path folder, FolderPolicy policy) throws IOException {
    return open(folder.toAbsolutePath(), policy, false);
  }

  /** Like {@link #open}, but creates the folder if it does not exist. */
  public static SafeFolder openOrCreate(Path folder, FolderPolicy policy) throws IOException {
    Path path = folder.toAbsolutePath();
    if (Files.exists(path, NOFOLLOW_LINKS)) {
      return open(path, policy, false);
    }
    Files.createDirectories(path.getParent(), policy.forFolders());
    try {
      Files.createDirectory(path, policy.forFolders());
      return open(path, policy, true);
    } catch (FileAlreadyExistsException otherWasFirst) {
      return open(path, policy, false);
    }
  }

  /** Opens a folder of any owner, without checks, only to move files out of it. */
  public static SafeFolder openUnchecked(Path folder) throws IOException {
    Path path = folder.toAbsolutePath();
    return new SafeFolder(path, FolderPolicy.OWN, Files.newDirectoryStream(path));
  }

  private static SafeFolder open(Path path, FolderPolicy policy, boolean isNew) throws IOException {
    BasicFileAttributes there =
        Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS);
    if (there.isSymbolicLink()) {
      throw symbolicLink(path);
    }
    if (!there.isDirectory()) {
      throw new FileAlreadyExistsException(path.toString());
    }
    SafeFolder open = new SafeFolder(path, policy, Files.newDirectoryStream(path));
    try {
      open.check();
      if (isNew && open.handle != null) {
        setPermissions(open.view(PosixFileAttributeView.class), policy.folders());
      }
      return open;
    } catch (IOException | RuntimeException e) {
      open.close();
      throw e;
    }
  }

  private static UnsafeFolder symbolicLink(Path path) {
    return new UnsafeFolder(path, "is a link, and is not written in: put the folder itself there");
  }

  /**
   * Checks the owner, and that the open folder is the one at this path, so that it was not reached
   * through a link.
   */
  private void check() throws IOException {
    if (handle == null) {
      return;
    }
    BasicFileAttributes there =
        Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS);
    BasicFileAttributes open = view(BasicFileAttributeView.class).readAttributes();
    if (!there.isDirectory() || !there.fileKey().equals(open.fileKey())) {
      throw symbolicLink(path);
    }
    PosixFileAttributeView view = view(PosixFileAttributeView.class);
    UserPrincipal owner = view == null ? null : view.readAttributes().owner();
    if (owner != null && !isTrusted(owner.getName()) && !owner.equals(ownerOfNewFiles())) {
      throw new UnsafeFolder(
          path,
          "belongs to "
              + owner.getName()
              + ", and is not written in: give it to "
              + USER
              + ", or name "
              + owner.getName()
              + " in leonardo.file.owners");
    }
  }

  private boolean isTrusted(String owner) {
    return owner.equals(USER) || owner.equals("root") || policy.owners().contains(owner);
  }

  /**
   * The owner that a new file of ours gets: some network file systems show one owner for all files.
   */
  private UserPrincipal ownerOfNewFiles() {
    String probe = PART + UUID.randomUUID();
    try {
      create(probe).close();
      try {
        return view(probe, PosixFileAttributeView.class).readAttributes().owner();
      } finally {
        delete(probe);
      }
    } catch (IOException cannotWrite) {
      return null;
    }
  }

  private <V extends BasicFileAttributeView> V view(Class<V> type) {
    return handle.getFileAttributeView(type);
  }

  private <V extends BasicFileAttributeView> V view(String name, Class<V> type) {
    return handle == null
        ? Files.getFileAttributeView(at(name), type, NOFOLLOW_LINKS)
        : handle.getFileAttributeView(entry(name), type, NOFOLLOW_LINKS);
  }

  private static void setPermissions(
      PosixFileAttributeView view, Set<PosixFilePermission> permissions) {
    try {
      if (view != null && !view.readAttributes().permissions().equals(permissions)) {
        view.setPermissions(permissions);
      }
    } catch (IOException notOnThisFileSystem) {
      return;
    }
  }

  private static Path entry(String name) {
    Path entry = Path.of(name);
    if (entry.isAbsolute() || entry.getNameCount() != 1 || name.isEmpty() || name.equals("..")) {
      throw new IllegalArgumentException("'" + name + "' is not the name of a file in a folder");
    }
    return entry;
  }

  /** The path of a file of that name. */
  public Path at(String name) {
    return path.resolve(entry(name));
  }

  /** The attributes of a file, or of a link itself; empty if there is none. */
  public Optional<BasicFileAttributes> find(String name) throws IOException {
    try {
      return Optional.of(view(name, BasicFileAttributeView.class).readAttributes());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Whether the file exists and was last modified before that instant. */
  public boolean isOlder(String name, Instant than) throws IOException {
    return find(name)
        .filter(file -> file.lastModifiedTime().toInstant().isBefore(than))
        .isPresent();
  }

  /** When the file got its present name, as far as the system can tell; empty for a folder. */
  public Optional<Instant> appearedAt(String name) throws IOException {
    Optional<BasicFileAttributes> found = find(name).filter(file -> !file.isDirectory());
    if (found.isEmpty() || !path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return found.map(file -> file.creationTime().toInstant());
    }
    // Only ctime changes when a file is moved or renamed.
    FileTime changed = (FileTime) Files.getAttribute(at(name), "unix:ctime", NOFOLLOW_LINKS);
    return Optional.of(changed.toInstant());
  }

  /** Sets the time of the last modification. */
  public void touch(String name, Instant changed) throws IOException {
    view(name, BasicFileAttributeView.class).setTimes(FileTime.from(changed), null, null);
  }

  /** The names of all entries. Can be called once only. */
  public List<String> names() throws IOException {
    return names(name -> true);
  }

  /** The names of the wanted entries. Can be called once only. */
  public List<String> names(Predicate<String> wanted) throws IOException {
    List<String> names = new ArrayList<>();
    try {
      for (Path entry : stream) {
        String name = entry.getFileName().toString();
        if (wanted.test(name)) {
          names.add(name);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  /** Creates a file; fails if one of that name exists. */
  public FileChannel create(String name) throws IOException {
    Set<OpenOption> options = Set.of(CREATE_NEW, WRITE, NOFOLLOW_LINKS);
    SeekableByteChannel channel =
        handle == null
            ? Files.newByteChannel(at(name), options, policy.forFiles())
            : handle.newByteChannel(entry(name), options, policy.forFiles());
    setPermissions(view(name, PosixFileAttributeView.class), policy.files());
    return (FileChannel) channel;
  }

  /** Opens a file for reading; fails for a symbolic link. */
  public InputStream read(String name) throws IOException {
    Set<OpenOption> options = Set.of(READ, NOFOLLOW_LINKS);
    return Channels.newInputStream(
        handle == null
            ? Files.newByteChannel(at(name), options)
            : handle.newByteChannel(entry(name), options));
  }

  /**
   * Gives a finished file its name, unless the name is taken.
   *
   * @throws FileAlreadyExistsException if it is taken, even by a dangling link
   */
  public void publish(String part, String name) throws IOException {
    Object key = key(part);
    try {
      Files.createLink(at(name), at(part));
      if (key != null && !key.equals(key(name))) {
        throw new IOException(at(name) + " was changed while it was written");
      }
      delete(part);
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException noHardLinksHere) {
      if (find(name).isPresent()) {
        throw new FileAlreadyExistsException(at(name).toString());
      }
      replace(part, name);
    }
  }

  private Object key(String name) throws IOException {
    return find(name).map(BasicFileAttributes::fileKey).orElse(null);
  }

  /** Gives a finished file its name, and replaces a file or link (not its target) of that name. */
  public void replace(String part, String name) throws IOException {
    moveFrom(this, part, name);
  }

  /** Moves a file from that folder into this one, atomically. */
  public void moveFrom(SafeFolder from, String name) throws IOException {
    moveFrom(from, name, name);
  }

  /** The same under another name, which must not be another file's. */
  public void moveFrom(SafeFolder from, String name, String as) throws IOException {
    if (handle == null || from.handle == null) {
      Files.move(from.at(name), at(as), ATOMIC_MOVE);
    } else {
      from.handle.move(entry(name), handle, entry(as));
    }
  }

  /** Deletes a file, or a link itself, if it exists. */
  public void delete(String name) throws IOException {
    try {
      if (handle == null) {
        Files.deleteIfExists(at(name));
      } else {
        handle.deleteFile(entry(name));
      }
    } catch (NoSuchFileException gone) {
      return;
    }
  }

  /**
   * Flushes the directory to disk; without this, names can be lost in a power failure. Does nothing
   * on Windows, which has no such call.
   */
  public void sync() throws IOException {
    if (handle != null) {
      try (FileChannel channel = FileChannel.open(path, READ)) {
        channel.force(true);
      }
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
