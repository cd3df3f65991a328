package io.leonardoroutes.files;

import java.nio.file.FileSystems;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The permissions of files and folders that we create, whatever the umask, and the owners whose
 * folders we write to.
 *
 * @param files permissions of a file; a folder gets the same, plus search permission for all who
 *     may read
 * @param owners users whose folders we write to, besides ourselves and root
 */
public record FolderPolicy(Set<PosixFilePermission> files, Set<String> owners) {
  /** Access for the owner only. */
  public static final FolderPolicy OWN = of("rw-------");

  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  private static final FileAttribute<?>[] NONE = {};

  public FolderPolicy {
    files = Set.copyOf(files);
    owners = Set.copyOf(owners);
  }

  /** The policy for permissions such as {@code rw-r-----}, for our own folders. */
  public static FolderPolicy of(String permissions) {
    return new FolderPolicy(PosixFilePermissions.fromString(permissions), Set.of());
  }

  public FolderPolicy withFiles(Set<PosixFilePermission> permissions) {
    return new FolderPolicy(permissions, owners);
  }

  /** The permissions of a folder. */
  public Set<PosixFilePermission> folders() {
    Set<PosixFilePermission> folders = EnumSet.copyOf(files);
    folders.add(PosixFilePermission.OWNER_EXECUTE);
    if (files.contains(PosixFilePermission.GROUP_READ)) {
      folders.add(PosixFilePermission.GROUP_EXECUTE);
    }
    if (files.contains(PosixFilePermission.OTHERS_READ)) {
      folders.add(PosixFilePermission.OTHERS_EXECUTE);
    }
    return folders;
  }

  /** The attributes to create a file with; empty on a system without POSIX permissions. */
  public FileAttribute<?>[] forFiles() {
    return attributes(files);
  }

  /** The attributes to create a folder with. */
  public FileAttribute<?>[] forFolders() {
    return attributes(folders());
  }

  private static FileAttribute<?>[] attributes(Set<PosixFilePermission> permissions) {
    return POSIX ? List.of(PosixFilePermissions.asFileAttribute(permissions)).toArray(NONE) : NONE;
  }
}
