package io.leonardoroutes.files;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Thrown for a folder that is not safe to write to, because somebody else controls where it leads.
 */
public final class UnsafeFolder extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Path folder;

  UnsafeFolder(Path folder, String why) {
    super(folder + " " + why);
    this.folder = folder;
  }

  public Path folder() {
    return folder;
  }
}
