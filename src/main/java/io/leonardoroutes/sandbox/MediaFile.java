package io.leonardoroutes.sandbox;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/**
 * A file of the provider's download host: here the same short video and its poster for every job.
 */
final class MediaFile {

  static final MediaFile VIDEO = new MediaFile("video.mp4", "video/mp4");
  static final MediaFile POSTER = new MediaFile("poster.jpg", "image/jpeg");

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,9})-(\\d{0,9})");

  private final String type;
  private final Buffer bytes;

  private MediaFile(String resource, String type) {
    this.type = type;
    try (var in = MediaFile.class.getResourceAsStream(resource)) {
      this.bytes = Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The file, or the part of it that is asked for.
   *
   * @param range the Range header, or null; one of several parts or in another unit is ignored, as
   *     RFC 9110 allows
   */
  SandboxAnswer answer(String range) {
    var asked = RANGE.matcher(range == null ? "" : range);
    if (!asked.matches() || asked.group().equals("bytes=-")) {
      return whole(200, bytes);
    }
    int size = bytes.length();
    boolean suffix = asked.group(1).isEmpty();
    int from = suffix ? Math.max(0, size - number(asked.group(2))) : number(asked.group(1));
    int to = suffix || asked.group(2).isEmpty() ? size - 1 : number(asked.group(2));
    if (!suffix && from > to && from < size) {
      return whole(200, bytes);
    }
    if (from >= size) {
      return whole(416, Buffer.buffer()).with("content-range", "bytes */" + size);
    }
    int end = Math.min(to, size - 1);
    return whole(206, bytes.getBuffer(from, end + 1))
        .with("content-range", "bytes " + from + "-" + end + "/" + size);
  }

  private SandboxAnswer whole(int status, Buffer body) {
    return SandboxAnswer.of(status, type, body).with("accept-ranges", "bytes");
  }

  private static int number(String digits) {
    return Integer.parseInt(digits);
  }
}
