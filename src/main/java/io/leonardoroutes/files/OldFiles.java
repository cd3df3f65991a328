package io.leonardoroutes.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Files of a folder that have been there for too long. */
public final class OldFiles {
  /** However many there are, no more names are in memory. */
  private static final int AT_ONCE = 10_000;

  private OldFiles() {}

  /**
   * Deletes the wanted files that got their names before a time, some at most.
   *
   * @return how many; none if there is no such folder, or it is not ours
   */
  public static int delete(Path folder, Predicate<String> wanted, Instant before)
      throws IOException {
    try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
      AtomicInteger found = new AtomicInteger();
      List<String> old =
          open.names(
              name ->
                  found.get() < AT_ONCE
                      && wanted.test(name)
                      && isOlder(open, name, before)
                      && found.incrementAndGet() > 0);
      for (String name : old) {
        open.delete(name);
      }
      return old.size();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (NoSuchFileException | UnsafeFolder saidElsewhere) {
      return 0;
    }
  }

  private static boolean isOlder(SafeFolder open, String name, Instant before) {
    try {
      return open.appearedAt(name).filter(since -> since.isBefore(before)).isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
