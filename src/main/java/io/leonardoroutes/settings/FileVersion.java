package io.leonardoroutes.settings;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * Which file it is, as it stands now: another one when its text may be another. Take it before the
 * text, so that what is written meanwhile is a version that is still to be read.
 *
 * @param changed when anything of it was changed last, which no writer can set; null on a system
 *     that does not say
 */
public record FileVersion(Object file, FileTime modified, long size, Object changed) {
  private static final String BASIC = "isRegularFile,fileKey,lastModifiedTime,size";
  private static final String ATTRIBUTES =
      FileSystems.getDefault().supportedFileAttributeViews().contains("unix")
          ? "unix:" + BASIC + ",ctime"
          : BASIC;

  /**
   * Looks at the file.
   *
   * @throws IOException if there is none; a pipe is none, as reading it may never end
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
