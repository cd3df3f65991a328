package io.leonardoroutes.video;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.leonardoroutes.files.FolderPolicy;
import io.leonardoroutes.files.PartFiles;
import io.leonardoroutes.files.SafeFolder;
import io.leonardoroutes.files.UnsafeFolder;
import io.leonardoroutes.video.DownloadFailed.NoRoom;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The folder of downloaded videos, one {@code <job id>.mp4} for each job.
 *
 * <p>A file under its final name is complete, checked and durable. Until then it is called {@code
 * *.part}; those of a program that died are deleted after an hour.
 */
public final class VideoFolder {
  private static final String TEMPORARY = ".part";
  private static final PartFiles PARTS = PartFiles.ending(TEMPORARY);
  private static final String FINAL = ".mp4";

  private final Path folder;
  private final VideoLimits limits;
  private final VideoHosts hosts;
  private final Clock clock;

  /**
   * Opens the folder, creates it if needed, and deletes what downloads of a program that died have
   * left. Nothing is written to a folder that is a link or belongs to another user. A folder that
   * disappears later is not created again, because its volume may only be unmounted.
   *
   * @throws IOException if the folder cannot be created, read or written
   * @throws IllegalArgumentException if an entry of the allowed hosts is not a host; the message
   *     names the setting
   */
  public VideoFolder(Path folder, VideoLimits limits, Clock clock) throws IOException {
    this.folder = folder;
    this.limits = limits;
    this.hosts = new VideoHosts(limits.hosts());
    this.clock = clock;
    try {
      SafeFolder.openOrCreate(folder, FolderPolicy.OWN).close();
      PARTS.sweep(folder, FolderPolicy.OWN);
    } catch (UnsafeFolder reportedByTheNextDownload) {
      return;
    }
  }

  /**
   * Parses and checks a video's URL: it must be https (or http to loopback) and its host must be
   * listed.
   */
  public URI allowed(String url) throws DownloadFailed {
    return hosts.allowed(url);
  }

  /**
   * Whether a connection for a video may go to a private address. A host that is not listed can
   * only be that of a proxy, because {@link #allowed} has rejected all others.
   */
  public boolean mayBePrivate(String host, int port) {
    return hosts.mayBePrivate(host, port);
  }

  /** The failure for a listed name that resolves to private addresses. */
  public static DownloadFailed isPrivate(String host, String why) {
    return new DownloadFailed.NotAllowed(
        VideoHosts.SETTING,
        "the video's host "
            + why
            + ": if that is intended, write private:"
            + host
            + " in "
            + VideoHosts.SETTING);
  }

  /**
   * Stores the video of a job, replacing an earlier copy.
   *
   * <p>The time limit is checked between reads, so the stream needs a read timeout of its own.
   *
   * @param contentType of the answer; null if it has none
   * @param contentLength of the answer; -1 if it has none
   * @param body not closed here
   */
  public StoredVideo keep(String jobId, String contentType, long contentLength, InputStream body)
      throws DownloadFailed {
    VideoStream video = VideoStream.open(contentType, contentLength, body, limits, clock);
    String temporary = jobId + "." + UUID.randomUUID() + TEMPORARY;
    try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
      try {
        write(video, open, temporary);
        open.replace(temporary, jobId + FINAL);
      } finally {
        open.delete(temporary);
      }
      open.sync();
      return new StoredVideo(folder.resolve(jobId + FINAL), video.bytes(), video.sha256());
    } catch (IOException disk) {
      throw new NoRoom("the video could not be written to " + folder + ": " + disk, disk);
    }
  }

  private void write(VideoStream video, SafeFolder open, String name)
      throws IOException, DownloadFailed {
    try (FileChannel out = open.create(name)) {
      for (ByteBuffer chunk = video.next(); chunk != null; chunk = video.next()) {
        while (chunk.hasRemaining()) {
          out.write(chunk);
        }
      }
      out.force(true);
    }
    open.touch(name, clock.instant());
  }

  /** Stores a copy of another job's video as that of this job, if it is still kept. */
  public Optional<StoredVideo> copy(String otherId, String jobId)
      throws DownloadFailed, IOException {
    Optional<Path> kept = find(otherId);
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream video = Files.newInputStream(kept.get(), NOFOLLOW_LINKS)) {
      return Optional.of(keep(jobId, "video/mp4", Files.size(kept.get()), video));
    }
  }

  /** Our copy of a job's video, if it is still kept. */
  public Optional<Path> find(String jobId) {
    return Optional.of(folder.resolve(jobId + FINAL))
        .filter(copy -> Files.isRegularFile(copy, NOFOLLOW_LINKS));
  }

  /**
   * Deletes the videos that were stored, or last needed by a sink, before that instant, and what
   * downloads of a program that died have left.
   *
   * @param needed whether the video of a job, given by its id, still has to reach a sink
   * @return how many were deleted
   */
  public int sweep(Instant olderThan, Predicate<String> needed) throws IOException {
    try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
      PARTS.sweep(folder, FolderPolicy.OWN);
      return delete(open, olderThan, needed);
    } catch (UnsafeFolder reportedByTheNextDownload) {
      return 0;
    }
  }

  private int delete(SafeFolder open, Instant olderThan, Predicate<String> needed)
      throws IOException {
    int deleted = 0;
    for (String name : open.names(name -> name.endsWith(FINAL))) {
      if (!open.isOlder(name, olderThan)) {
        continue;
      }
      if (needed.test(name.substring(0, name.length() - FINAL.length()))) {
        open.touch(name, clock.instant());
      } else {
        open.delete(name);
        deleted++;
      }
    }
    return deleted;
  }
}
