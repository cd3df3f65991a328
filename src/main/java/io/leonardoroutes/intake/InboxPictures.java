package io.leonardoroutes.intake;

import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.SafeFolder;
import io.leonardoroutes.picture.PictureRejected;
import io.leonardoroutes.upload.PictureSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The pictures beside one dropped request, in its folder or in folders below it. A name is a path
 * of plain steps; no step may be a link, begin with a dot or lead upwards.
 */
final class InboxPictures implements PictureSource {
  private final Path folder;
  private final BooleanSupplier isYoung;
  private final String alone;
  private final byte[] bytes;
  private final Set<String> opened = new LinkedHashSet<>();

  /**
   * @param isYoung whether the request came so lately that its pictures may still be on their way
   */
  InboxPictures(Path folder, BooleanSupplier isYoung) {
    this(folder, isYoung, null, null);
  }

  private InboxPictures(Path folder, BooleanSupplier isYoung, String alone, byte[] bytes) {
    this.folder = folder;
    this.isYoung = isYoung;
    this.alone = alone;
    this.bytes = bytes;
  }

  /** The same for a picture that was dropped alone, and whose bytes were read. */
  InboxPictures with(String picture, byte[] read) {
    return new InboxPictures(folder, isYoung, picture, read);
  }

  @Override
  public InputStream open(String name) throws PictureRejected, IOException {
    if (name.equals(alone)) {
      return new ByteArrayInputStream(bytes);
    }
    try {
      InputStream in = Files.newInputStream(find(name), LinkOption.NOFOLLOW_LINKS);
      opened.add(name);
      return in;
    } catch (NoSuchFileException e) {
      throw missing();
    }
  }

  /** The file of a picture, which may be gone a moment later. */
  Path find(String name) throws PictureRejected, IOException {
    Path path = path(name);
    try {
      BasicFileAttributes file =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!file.isRegularFile()) {
        throw PictureRejected.because(
            "not-a-file", "it is not a file of its own: put the picture itself there");
      }
      return path;
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw missing();
    }
  }

  static PictureRejected missing() {
    return PictureRejected.incomplete(
        "missing", "there is no such file beside the request: drop the picture first");
  }

  @Override
  public boolean mayStillCome() {
    return isYoung.getAsBoolean();
  }

  private Path path(String name) throws PictureRejected, IOException {
    Path path = folder;
    String[] steps = name.split("/", -1);
    for (int i = 0; i < steps.length; i++) {
      if (steps[i].isEmpty() || steps[i].startsWith(".") || steps[i].indexOf('\\') >= 0) {
        throw outside();
      }
      try {
        path = path.resolve(steps[i]);
      } catch (InvalidPathException e) {
        throw outside();
      }
      if (i < steps.length - 1 && Files.isSymbolicLink(path)) {
        throw PictureRejected.because(
            "link", "its folder is a link, which is not followed: put the folder itself there");
      }
    }
    return path;
  }

  private static PictureRejected outside() {
    return PictureRejected.because(
        "path",
        "a picture is named by its path from the request's own folder, such as start.png or"
            + " pictures/start.png: no step of it is empty or begins with a dot");
  }

  /**
   * Moves the pictures of an accepted request, except those that another request needs. A picture
   * that was dropped alone has others only by the defaults, which are there for the next one too.
   */
  void moveTo(String accepted, PictureUsers users, Path request, FolderPolicy policy)
      throws IOException {
    for (String name : opened) {
      if (alone == null && !users.uses(folder, request, name)) {
        move(name, folder.resolve(accepted), policy);
      }
    }
  }

  /** Moves one picture, whose name was checked. */
  void move(String name, Path accepted, FolderPolicy policy) throws IOException {
    int slash = name.lastIndexOf('/');
    Path below = Path.of(slash < 0 ? "" : name.substring(0, slash));
    String file = name.substring(slash + 1);
    try (SafeFolder from = SafeFolder.openUnchecked(folder.resolve(below));
        SafeFolder to = SafeFolder.openOrCreate(accepted.resolve(below), policy)) {
      to.moveFrom(from, file);
    } catch (NoSuchFileException e) {
      return; // another instance was first
    }
  }
}
