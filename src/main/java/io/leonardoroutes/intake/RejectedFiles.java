package io.leonardoroutes.intake;

import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.PartFiles;
import io.leonardoroutes.files.SafeFolder;
import io.leonardoroutes.files.UnsafeFolder;
import io.leonardoroutes.flow.FileSettings;
import io.leonardoroutes.flow.FlowContext;
import io.leonardoroutes.health.LogLimit;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cleans up the {@code .rejected} folders: deletes files older than {@code leonardo.rejected.keep},
 * and the oldest beyond {@code leonardo.rejected.max-files}.
 */
final class RejectedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(RejectedFiles.class);

  private static final int MOST_LINES = 2;

  private final FileSettings settings;
  private final Clock clock;

  /** A flood of junk brings one sweep after the other. */
  private final LogLimit lines;

  /** An upper bound of the number of files in each. */
  private final Map<Path, Integer> counts = new ConcurrentHashMap<>();

  private record Rejected(String name, Instant since) {}

  RejectedFiles(FlowContext flow) {
    this.settings = flow.settings().files();
    this.clock = flow.clock();
    this.lines = new LogLimit(LOG, "sweeps of rejected files", MOST_LINES, clock);
    flow.settings().secrets().onRefresh(lines::logSuppressed);
  }

  /** Adds a folder to clean up; it may not exist yet. */
  void add(Path folder) {
    counts.putIfAbsent(folder, 0);
  }

  /** Counts a file and its reason that were just moved there. */
  void added(Path folder) {
    int count = counts.merge(folder, 2, Integer::sum);
    if (count == 2 || count > settings.rejectedMost()) { // 2: what was there before is not counted
      sweep(folder);
    }
  }

  /** Deletes old files from all folders. */
  void sweep() {
    counts.keySet().forEach(this::sweep);
  }

  private void sweep(Path folder) {
    try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
      PartFiles.starting(SafeFolder.PART).sweep(folder, FolderPolicy.OWN);
      sweep(folder, open);
    } catch (NoSuchFileException | UnsafeFolder saidElsewhere) {
      return;
    } catch (IOException e) {
      LOG.warn("cannot delete old files from {}: {}", folder, String.valueOf(e));
    }
  }

  private void sweep(Path folder, SafeFolder open) throws IOException {
    List<Rejected> files = files(open);
    Instant kept = clock.instant().minus(settings.rejectedKeep());
    int tooMany = files.size() - settings.rejectedMost();
    // A tenth more, so that not each new file brings a sweep.
    int surplus = tooMany <= 0 ? 0 : tooMany + settings.rejectedMost() / 10;
    int deleted = 0;
    for (Rejected file : files) {
      if (deleted < surplus || file.since().isBefore(kept)) {
        open.delete(file.name());
        deleted++;
      }
    }
    counts.put(folder, files.size() - deleted);
    if (deleted > 0 && lines.mayLog()) {
      LOG.info(
          "{} files deleted from {}: they were older than {}, or the oldest of more than {}",
          deleted,
          folder,
          settings.rejectedKeep(),
          settings.rejectedMost());
    }
  }

  /** The oldest first. */
  private static List<Rejected> files(SafeFolder open) throws IOException {
    List<Rejected> files = new ArrayList<>();
    for (String name : open.names()) {
      open.appearedAt(name).ifPresent(since -> files.add(new Rejected(name, since)));
    }
    files.sort(Comparator.comparing(Rejected::since));
    return files;
  }
}
