package io.leonardoroutes.delivery;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.leonardoroutes.delivery.DownloadFailed.NoRoom;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The folder of downloaded videos, one {@code <job id>.mp4} for each job.
 *
 * <p>A file under its final name is whole, checked and on the disk. What is not yet so is called
 * {@code *.part}, and a program that starts deletes what an earlier one left of them.
 */
public final class Videos {
  private static final String TEMPORARY = ".part";
  private static final String FINAL = ".mp4";

  private final Path folder;
  private final Limits limits;
  private final VideoHosts hosts;
  private final Clock clock;

  /**
   * What a download may be.
   *
   * @param hosts {@code leonardo.download.hosts}: hosts with an optional port
   * @param maxBytes the longest video
   * @param maxTime the longest download, from the first byte to the last
   */
  public record Limits(List<String> hosts, long maxBytes, Duration maxTime) {
    public Limits {
      hosts = List.copyOf(hosts);
    }
  }

  /**
   * Opens the folder, makes it if need be and sweeps what an interrupted download left, once it is
   * so old that it is not that of another instance.
   *
   * @throws IOException if the folder cannot be made, read or written
   * @throws IllegalArgumentException for a host that is none; its message names the setting
   */
  public Videos(Path folder, Limits limits, Clock clock) throws IOException {
    this.folder = folder;
    this.limits = limits;
    this.hosts = new VideoHosts(limits.hosts());
    this.clock = clock;
    if (!Files.isDirectory(folder)) { // createDirectories refuses a link to a folder
      Files.createDirectories(folder);
    }
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder, "*" + TEMPORARY)) {
      for (Path leftover : leftovers) {
        if (keptAt(leftover).isBefore(clock.instant().minus(limits.maxTime()))) {
          Files.deleteIfExists(leftover);
        }
      }
    }
  }

  /** The URL as an address that may be called: https, or http to loopback, and a listed host. */
  public URI allowed(String url) throws DownloadFailed {
    return hosts.allowed(url);
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
  public Kept keep(String jobId, String contentType, long contentLength, InputStream body)
      throws DownloadFailed {
    VideoStream video = VideoStream.open(contentType, contentLength, body, limits, clock);
    Path temporary = folder.resolve(jobId + "." + UUID.randomUUID() + TEMPORARY);
    try {
      write(video, temporary);
      Files.setLastModifiedTime(temporary, FileTime.from(clock.instant()));
      Path kept = folder.resolve(jobId + FINAL);
      Files.move(temporary, kept, StandardCopyOption.ATOMIC_MOVE);
      syncFolder();
      return new Kept(kept, video.bytes(), video.sha256());
    } catch (IOException disk) {
      throw new NoRoom("the video could not be written to " + folder + ": " + disk, disk);
    } finally {
      deleteQuietly(temporary);
    }
  }

  private static void write(VideoStream video, Path file) throws IOException, DownloadFailed {
    try (FileChannel out = FileChannel.open(file, CREATE_NEW, WRITE)) {
      for (ByteBuffer chunk = video.next(); chunk != null; chunk = video.next()) {
        while (chunk.hasRemaining()) {
          out.write(chunk);
        }
      }
      out.force(true);
    }
  }

  /** Without it a power failure can take back the move; Windows has no such call. */
  private void syncFolder() throws IOException {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  private static void deleteQuietly(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException sweptAtTheNextStart) {
      return;
    }
  }

  /** Our copy of a job's video, if it is still kept. */
  public Optional<Path> find(String jobId) {
    return Optional.of(folder.resolve(jobId + FINAL)).filter(Files::isRegularFile);
  }

  /** Deletes the videos that were kept before that instant, and says how many. */
  public int sweep(Instant olderThan) throws IOException {
    int swept = 0;
    try (DirectoryStream<Path> videos = Files.newDirectoryStream(folder, "*" + FINAL)) {
      for (Path video : videos) {
        if (keptAt(video).isBefore(olderThan) && Files.deleteIfExists(video)) {
          swept++;
        }
      }
    }
    return swept;
  }

  private static Instant keptAt(Path video) throws IOException {
    try {
      return Files.getLastModifiedTime(video).toInstant();
    } catch (NoSuchFileException sweptByAnother) {
      return Instant.MAX;
    }
  }
}
