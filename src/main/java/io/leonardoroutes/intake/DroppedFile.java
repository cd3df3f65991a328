package io.leonardoroutes.intake;

import io.leonardoroutes.files.SafeFolder;
import io.leonardoroutes.lines.LineDefaults;
import io.leonardoroutes.lines.LineFormat;
import io.leonardoroutes.settings.FileVersion;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** A dropped file in the version that was opened. */
record DroppedFile(Path path, FileVersion version) {
  /** Where it is moved once it is accepted. */
  static final String ACCEPTED = ".accepted";

  private static final String PICTURE = ".*\\.(png|jpe?g|webp)";

  static DroppedFile at(Path path) throws IOException {
    return new DroppedFile(path, FileVersion.of(path));
  }

  /** The file has changed since it was ready, and will be checked again. */
  static final class Changed extends NoSuchFileException {
    private static final long serialVersionUID = 1L;

    Changed(Path path) {
      super(path.toString());
    }
  }

  /** Whether a file is one that is taken, by its name. */
  static boolean isRequest(File file) {
    String name = file.getName();
    return !name.startsWith(".") && isFormat(name) && !LineDefaults.isName(name);
  }

  /** Whether a file is a picture, by its name. */
  static boolean isPicture(String name) {
    return !name.startsWith(".") && name.toLowerCase(Locale.ROOT).matches(PICTURE);
  }

  static boolean isFormat(String name) {
    return LineFormat.of(name).isPresent();
  }

  String name() {
    return path.getFileName().toString();
  }

  /** Moves the file, unless it is gone or was replaced: the new one is still to be accepted. */
  void moveTo(SafeFolder folder) throws IOException {
    try (SafeFolder inbox = SafeFolder.openUnchecked(path.getParent())) {
      if (isThere()) {
        folder.moveFrom(inbox, name());
        if (version.file() != null && isThis(inbox)) {
          inbox.delete(name()); // a hard link to what was taken before is not moved over it
        } else if (!isThis(folder) && inbox.find(name()).isEmpty()) {
          inbox.moveFrom(folder, name()); // it came between
        }
      }
    }
  }

  boolean isThere() throws IOException {
    return Files.exists(path) && equals(at(path));
  }

  private boolean isThis(SafeFolder folder) throws IOException {
    Optional<BasicFileAttributes> there = folder.find(name());
    return there.isPresent()
        && (there.get().isSymbolicLink() || Objects.equals(there.get().fileKey(), version.file()));
  }
}
