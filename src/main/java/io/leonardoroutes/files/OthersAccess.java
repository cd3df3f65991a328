package io.leonardoroutes.files;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every user of the machine may do with a file, and how that is ended. */
public final class OthersAccess {
  private static final Logger LOG = LoggerFactory.getLogger(OthersAccess.class);
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private OthersAccess() {}

  /** Warns if others can read a secret of ours, or put another one in its place. */
  public static void warnOfSecret(String key, Path file) {
    warn(key, file, PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);
  }

  /** Warns if others can change what says who may do something. */
  public static void warnOfChanges(String key, Path file) {
    warn(key, file, PosixFilePermission.OTHERS_WRITE);
  }

  private static void warn(String key, Path file, PosixFilePermission... bad) {
    Set<PosixFilePermission> found = permissions(file).orElse(Set.of());
    if (Arrays.stream(bad).anyMatch(found::contains) && isReachable(file)) {
      LOG.warn(
          "{}: every user of this machine can {} {} ({}): chmod 600, or mount it so",
          key,
          found.contains(PosixFilePermission.OTHERS_WRITE) ? "change" : "read",
          file,
          PosixFilePermissions.toString(found));
    }
  }

  /** Whether others come as far as its folder. */
  private static boolean isReachable(Path file) {
    try {
      for (Path at = file.toRealPath().getParent(); at != null; at = at.getParent()) {
        Optional<Set<PosixFilePermission>> found = permissions(at);
        if (found.isPresent() && !found.get().contains(PosixFilePermission.OTHERS_EXECUTE)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<Set<PosixFilePermission>> permissions(Path file) {
    try {
      return Optional.of(Files.getPosixFilePermissions(file));
    } catch (IOException | UnsupportedOperationException nobodyKnows) {
      return Optional.empty();
    }
  }

  /** Makes a file that is ours alone, if it is not there; one that is there is closed to others. */
  public static void ownFile(Path file) throws IOException {
    try {
      Files.createFile(file, FolderPolicy.OWN.forFiles());
    } catch (FileAlreadyExistsException there) {
      close(file);
    }
  }

  /** The same of a folder, whatever the umask. */
  public static void ownFolder(Path folder) throws IOException {
    folder(folder, FolderPolicy.OWN);
    close(folder);
  }

  /** Makes a folder, and those above it, that only those may use whom the policy says. */
  public static void folder(Path folder, FolderPolicy policy) throws IOException {
    Path path = folder.toAbsolutePath();
    if (!Files.isDirectory(path)) {
      Files.createDirectories(path, policy.forFolders());
      if (!permissions(path).orElse(policy.folders()).equals(policy.folders())) {
        set(path, policy.folders());
      }
    }
  }

  private static void set(Path file, Set<PosixFilePermission> permissions) {
    try {
      Files.setPosixFilePermissions(file, permissions);
    } catch (IOException notOurs) {
      LOG.warn("cannot check who may read or change {}: {}", file, String.valueOf(notOurs));
    }
  }

  /** An earlier program made it by the umask. Its group may have been let in on purpose. */
  public static void close(Path file) {
    Set<PosixFilePermission> found =
        permissions(file).orElse(EnumSet.noneOf(PosixFilePermission.class));
    Set<PosixFilePermission> kept = EnumSet.noneOf(PosixFilePermission.class);
    kept.addAll(found);
    if (kept.removeAll(OTHERS)) {
      set(file, kept);
    }
  }
}
