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

/** Finds files that every user of this machine may access, and takes that access away. */
public final class OthersAccess {
  private static final Logger LOG = LoggerFactory.getLogger(OthersAccess.class);
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private OthersAccess() {}

  /** Warns if others can read or replace a file that holds a secret. */
  public static void warnOfSecret(String key, Path file) {
    warn(key, file, PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);
  }

  /** Warns if others can change a file that decides who has access, such as a public key. */
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

  /** Whether others can enter the folder of the file. */
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

  /** Creates a file that only its owner can access; if it exists, takes access away from others. */
  public static void createPrivateFile(Path file) throws IOException {
    try {
      Files.createFile(file, FolderPolicy.OWN.forFiles());
    } catch (FileAlreadyExistsException there) {
      removeFrom(file);
    }
  }

  /** The same for a folder. */
  public static void createPrivateFolder(Path folder) throws IOException {
    createFolder(folder, FolderPolicy.OWN);
    removeFrom(folder);
  }

  /** Creates a folder and its missing parents with the permissions of the policy. */
  public static void createFolder(Path folder, FolderPolicy policy) throws IOException {
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

  /**
   * Takes away the access of others; earlier versions created files by the umask. The group keeps
   * its access, which may be on purpose.
   */
  public static void removeFrom(Path file) {
    Set<PosixFilePermission> found =
        permissions(file).orElse(EnumSet.noneOf(PosixFilePermission.class));
    Set<PosixFilePermission> reduced = EnumSet.noneOf(PosixFilePermission.class);
    reduced.addAll(found);
    if (reduced.removeAll(OTHERS)) {
      set(file, reduced);
    }
  }
}
