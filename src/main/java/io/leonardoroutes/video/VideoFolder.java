package io.leonardoroutes.video;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.leonardoroutes.files.FolderPolicy;
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
 * <p>A file under its final name is whole, checked and on the disk. What is not yet so is called
 * {@code *.part}, and a program that starts deletes what an earlier one left of them.
 */
public final class VideoFolder {
  private static final String TEMPORARY = ".part";
  private static final String FINAL = ".mp4";

  private final Path folder;
  private final VideoLimits limits;
  private final VideoHosts hosts;
  private final Clock clock;

  /**
   * Opens the folder, makes it if need be and sweeps what an interrupted download left, once it is
   * so old that it is not that of another instance. Into one that is a link or another user's
   * nothing is written; one that is gone later is not made again, as it may only be away.
   *
   * @throws IOException if the folder cannot be made, read or written
   * @throws IllegalArgumentException for a host that is none; its message names the setting
   */
  public VideoFolder(Path folder, VideoLimits limits, Clock clock) throws IOException {
    this.folder = folder;
    this.limits = limits;
    this.hosts = new VideoHosts(limits.hosts());
    this.clock = clock;
    try (SafeFolder open = SafeFolder.openOrCreate(folder, FolderPolicy.OWN)) {
      delete(open, TEMPORARY, clock.instant().minus(limits.maxTime()), part -> false);
    } catch (UnsafeFolder toldOnceAVideoIsThere) {
      return;
    }
  }

  /** The URL as an address that may be called: https, or http to loopback, and a listed host. */
  public URI allowed(String url) throws DownloadFailed {
    return hosts.allowed(url);
  }

  /**
   * Whether a connection for a video may be to a private address. A host that is not listed can
   * only be a proxy's, as no video's would come so far.
   */
  public boolean mayBePrivate(String host, int port) {
    return hosts.mayBePrivate(host, port);
  }

  /** What it means that a listed name leads to private addresses. */
  public static DownloadFailed isPrivate(String host, String why) {
    return new DownloadFailed.NotAllowed(
        VideoHosts.SETTING,
        "the video's host "
            + why
            + ": if that is meant, say private:"
            + host
            + " in "
            + VideoHosts.SETTING);
  }

  /**
   * Keeps the video of a job; one that was kept before is replaced.
   *
   * <p>The time limit is looked at between reads: the stream must have a read timeout of its own.
   *
   * @param contentType null if the answer has none
   * @param contentLength -1 if the answer has none
   * @param body left open
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

  /** Our copy of a job's video, if it is still kept. */
  public Optional<Path> find(String jobId) {
    return Optional.of(folder.resolve(jobId + FINAL))
        .filter(copy -> Files.isRegularFile(copy, NOFOLLOW_LINKS));
  }

  /**
   * Deletes the videos that were kept, or were last wanted, before that instant.
   *
   * @param wanted whether the video of a job, given by its id, still has to reach a sink
   * @return how many were deleted
   */
  public int sweep(Instant olderThan, Predicate<String> wanted) throws IOException {
    try (SafeFolder open = SafeFolder.open(folder, FolderPolicy.OWN)) {
      return delete(open, FINAL, olderThan, wanted);
    } catch (UnsafeFolder toldOnceAVideoIsThere) {
      return 0;
    }
  }

  private int delete(SafeFolder open, String ending, Instant olderThan, Predicate<String> wanted)
      throws IOException {
    int deleted = 0;
    for (String name : open.names()) {
      if (!name.endsWith(ending) || !open.isOlder(name, olderThan)) {
        continue;
      }
      if (wanted.test(name.substring(0, name.length() - ending.length()))) {
        open.touch(name, clock.instant());
      } else {
        open.delete(name);
        deleted++;
      }
    }
    return deleted;
  }
}
