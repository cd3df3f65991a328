package io.leonardoroutes.intake;

import io.leonardoroutes.files.SafeFolder;
import io.leonardoroutes.picture.Picture;
import io.leonardoroutes.picture.PictureRejected;
import io.leonardoroutes.settings.FileVersion;
import io.leonardoroutes.upload.PictureSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The pictures beside a dropped batch. One that many lines name is read once. One that was moved to
 * {@code .accepted} since the batch was dropped, with another request or with this batch when it
 * was dropped before, is taken from there; an older one of that name is another picture.
 */
final class BatchPictures implements PictureSource {
  private static final int MOST_KEPT = 1_000;

  /** The clock of the ledger and that of the folder may differ. */
  private static final Duration TOLERANCE = Duration.ofMinutes(1);

  private final InboxPictures inbox;
  private final InboxPictures accepted;
  private final Instant since;
  private final BooleanSupplier isYoung;

  private final Map<String, Kept> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
          return size() > MOST_KEPT;
        }
      };

  /**
   * A picture that was opened.
   *
   * @param picture null until it is kept
   */
  private record Kept(FileVersion version, Picture picture) {}

  /**
   * @param since when the batch was dropped
   * @param isYoung whether it came so lately that its pictures may still be on their way
   */
  BatchPictures(Path folder, Instant since, BooleanSupplier isYoung) {
    this.inbox = new InboxPictures(folder, isYoung);
    this.accepted = new InboxPictures(folder.resolve(DroppedFile.ACCEPTED), isYoung);
    this.since = since.minus(TOLERANCE);
    this.isYoung = isYoung;
  }

  @Override
  public InputStream open(String name) throws PictureRejected, IOException {
    Path file = find(name);
    try {
      kept.put(name, new Kept(FileVersion.of(file), null));
      return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
    } catch (AccessDeniedException e) {
      throw unreadable();
    } catch (NoSuchFileException e) {
      throw InboxPictures.missing();
    }
  }

  @Override
  public Optional<Picture> kept(String name) throws PictureRejected, IOException {
    Kept before = kept.get(name);
    return before != null
            && before.picture() != null
            && before.version().equals(FileVersion.of(find(name)))
        ? Optional.of(before.picture())
        : Optional.empty();
  }

  @Override
  public void remember(String name, Picture picture) {
    kept.computeIfPresent(name, (same, opened) -> new Kept(opened.version(), picture));
  }

  @Override
  public boolean mayStillCome() {
    return isYoung.getAsBoolean();
  }

  private Path find(String name) throws PictureRejected, IOException {
    try {
      return inbox.find(name);
    } catch (PictureRejected e) {
      if (!e.isIncomplete() || mayStillCome()) {
        throw e;
      }
    } catch (AccessDeniedException e) {
      throw unreadable();
    }
    Path moved = accepted.find(name);
    try (SafeFolder folder = SafeFolder.openUnchecked(moved.getParent())) {
      if (folder.appearedAt(moved.getFileName().toString()).filter(since::isBefore).isPresent()) {
        return moved;
      }
    }
    throw PictureRejected.because(
        "missing",
        "the picture of that name in .accepted is older than this file: drop the picture again");
  }

  /** No reason to wait: the other lines go on. */
  private static PictureRejected unreadable() {
    return PictureRejected.because(
        "unreadable", "the program may not read it: change its permissions");
  }
}
