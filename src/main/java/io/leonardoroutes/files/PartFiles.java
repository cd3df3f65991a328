package io.leonardoroutes.files;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Temporary files that a program left in a folder because it died while it wrote them. A file is
 * one of them only if its name ends in an id as we make them and nothing was written to it for an
 * hour: anything else may be somebody else's, or another instance may be writing it.
 */
public record PartFiles(Pattern names) {
  private static final String ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final Duration LEFT_BEHIND = Duration.ofHours(1);

  /** Files whose names are this prefix and an id. */
  public static PartFiles starting(String prefix) {
    return new PartFiles(Pattern.compile(Pattern.quote(prefix) + ID));
  }

  /** Files whose names end in a dot, an id and this suffix. */
  public static PartFiles ending(String suffix) {
    return new PartFiles(Pattern.compile(".+\\." + ID + Pattern.quote(suffix)));
  }

  /**
   * Deletes those that were left behind in the folder.
   *
   * @throws UnsafeFolder if it is a symbolic link or belongs to another user
   * @throws NoSuchFileException if it is not there
   */
  public void sweep(Path path, FolderPolicy policy) throws IOException {
    try (SafeFolder folder = SafeFolder.open(path, policy)) {
      sweep(folder);
    }
  }

  private void sweep(SafeFolder folder) throws IOException {
    Instant stale = null;
    for (String name : folder.names(entry -> names.matcher(entry).matches())) {
      stale = stale == null ? now(folder).minus(LEFT_BEHIND) : stale;
      Optional<BasicFileAttributes> part = folder.find(name);
      if (part.isPresent()
          && part.get().isRegularFile()
          && part.get().lastModifiedTime().toInstant().isBefore(stale)) {
        folder.delete(name);
      }
    }
  }

  /** The time of the disk, which may be another machine's and differ from ours. */
  private static Instant now(SafeFolder folder) throws IOException {
    String probe = SafeFolder.PART + UUID.randomUUID();
    try {
      folder.create(probe).close();
      return folder.find(probe).orElseThrow().lastModifiedTime().toInstant();
    } finally {
      folder.delete(probe);
    }
  }
}
