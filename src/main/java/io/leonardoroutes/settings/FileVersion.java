package io.leonardoroutes.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * Which file it is, as it stands now: another one when its text may be another. Take it before the
 * text, so that what is written meanwhile is a version that is still to be read.
 */
public record FileVersion(Object file, FileTime modified, long size) {
  /**
   * Looks at the file.
   *
   * @throws IOException if there is none; a pipe is none, as reading it may never end
   */
  public static FileVersion of(Path path) throws IOException {
    BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
    if (!now.isRegularFile()) {
      throw new IOException(path + " is no file");
    }
    return new FileVersion(now.fileKey(), now.lastModifiedTime(), now.size());
  }
}
