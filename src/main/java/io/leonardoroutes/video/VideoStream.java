package io.leonardoroutes.video;

import io.leonardoroutes.video.DownloadFailed.NotAllowed;
import io.leonardoroutes.video.DownloadFailed.WorthAnotherTry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The body of an answer that should be a video, checked and hashed while it is read.
 *
 * <p>An MP4 begins with a box whose bytes 4 to 7 are {@code ftyp} (ISO/IEC 14496-12, 4.3). An error
 * page with status 200 does not.
 */
final class VideoStream {
  private static final String SETTING = "leonardo.download.max-bytes";
  private static final int HEAD = 12;
  private static final int CHUNK = 64 * 1024;

  private final InputStream body;
  private final long announced;
  private final VideoLimits limits;
  private final Clock clock;
  private final Instant end;
  private final MessageDigest digest = sha256Digest();
  private final byte[] chunk = new byte[CHUNK];
  private int ready;
  private long bytes;

  private VideoStream(long announced, InputStream body, VideoLimits limits, Clock clock) {
    this.announced = announced;
    this.body = body;
    this.limits = limits;
    this.clock = clock;
    this.end = clock.instant().plus(limits.maxTime());
  }

  /** Reads just enough to see that it is a video. */
  static VideoStream open(
      String contentType, long announced, InputStream body, VideoLimits limits, Clock clock)
      throws DownloadFailed {
    checkType(contentType);
    VideoStream video = new VideoStream(announced, body, limits, clock);
    video.checkLength(announced);
    while (video.ready < HEAD && video.fill()) {}
    video.checkHead();
    return video;
  }

  /** The next bytes; null at the end, which is checked against the announced length. */
  ByteBuffer next() throws DownloadFailed {
    if (ready == 0 && !fill()) {
      checkEnd();
      return null;
    }
    ByteBuffer next = ByteBuffer.wrap(chunk, 0, ready);
    digest.update(chunk, 0, ready);
    ready = 0;
    return next;
  }

  long bytes() {
    return bytes;
  }

  /** The hash of all bytes that {@link #next} returned. Call it once. */
  String sha256() {
    return HexFormat.of().formatHex(digest.digest());
  }

  private boolean fill() throws DownloadFailed {
    int read;
    try {
      read = body.read(chunk, ready, CHUNK - ready);
    } catch (IOException cut) {
      throw new WorthAnotherTry("the video was cut off after " + bytes + " bytes: " + cut, cut);
    }
    if (read < 0) {
      return false;
    }
    if (clock.instant().isAfter(end)) {
      throw new WorthAnotherTry(
          "the video was not complete after " + limits.maxTime() + ", at " + bytes + " bytes",
          null);
    }
    ready += read;
    bytes += read;
    checkLength(bytes);
    return true;
  }

  private void checkLength(long length) throws NotAllowed {
    if (length > limits.maxBytes()) {
      throw new NotAllowed(
          SETTING,
          "too large: the video has more than the " + limits.maxBytes() + " bytes of " + SETTING);
    }
  }

  private static void checkType(String contentType) throws WorthAnotherTry {
    String type =
        contentType == null
            ? ""
            : contentType.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
    boolean fits =
        type.isEmpty()
            || type.startsWith("video/")
            || type.equals("application/octet-stream")
            || type.equals("binary/octet-stream"); // the default of S3
    if (!fits) {
      throw new WorthAnotherTry("not a video: the answer's Content-Type is " + quoted(type), null);
    }
  }

  private void checkHead() throws DownloadFailed {
    if (ready < HEAD && announced != bytes) {
      throw new WorthAnotherTry("the video was cut off after " + bytes + " bytes", null);
    }
    String head = new String(chunk, 0, Math.min(ready, HEAD), StandardCharsets.ISO_8859_1);
    if (!head.startsWith("ftyp", 4)) {
      // Possibly the error page of a gateway: the video is paid for, so it is worth a retry.
      throw new WorthAnotherTry("not a video: the answer begins with " + quoted(head), null);
    }
  }

  private void checkEnd() throws WorthAnotherTry {
    if (announced >= 0 && announced != bytes) {
      throw new WorthAnotherTry(
          "the video was cut off after " + bytes + " bytes of " + announced, null);
    }
  }

  private static String quoted(String text) {
    String plain = text.replaceAll("[^ -~]", "?");
    return "'" + (plain.length() > 100 ? plain.substring(0, 100) + "..." : plain) + "'";
  }

  private static MessageDigest sha256Digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
