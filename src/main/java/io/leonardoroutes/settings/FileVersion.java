package io.leonardoroutes.settings;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * Identifies a version of a file: if two are equal, the content is the same. Take it before reading
 * the content, so that a write in between is seen as a new version next time.
 *
 * @param changed the ctime, which no writer can set; null on a system without one
 */
public record FileVersion(Object file, FileTime modified, long size, Object changed) {
  private static final String BASIC = "isRegularFile,fileKey,lastModifiedTime,size";
  private static final String ATTRIBUTES =
      FileSystems.getDefault().supportedFileAttributeViews().contains("unix")
          ? "unix:" + BASIC + ",ctime"
          : BASIC;

  /**
   * The present version of a file.
   *
   * @throws IOException if there is no regular file; a pipe is not accepted, as reading it may
   *     never end
   */
  public static FileVersion of(Path path) throws IOException {
    Map<String, Object> now = Files.readAttributes(path, ATTRIBUTES);
    if (!Boolean.TRUE.equals(now.get("isRegularFile"))) {
      throw new IOException(path + " is no file");
    }
    return new FileVersion(
        now.get("fileKey"),
        (FileTime) now.get("lastModifiedTime"),
        (long) now.get("size"),
        now.get("ctime"));
  }
}
