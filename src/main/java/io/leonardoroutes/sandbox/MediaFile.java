package io.leonardoroutes.sandbox;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/** A file on the provider's download host; here every job has the same short video and poster. */
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
   * The whole file, or the requested range of it.
   *
   * @param range the Range header, or null; several ranges or another unit are ignored, as RFC 9110
   *     allows
   */
  SandboxAnswer answer(String range) {
    var asked = RANGE.matcher(range == null ? "" : range);
    if (!asked.matches() || asked.group().equals("bytes=-")) {
      return answer(200, bytes);
    }
    int size = bytes.length();
    boolean suffix = asked.group(1).isEmpty();
    int from = suffix ? Math.max(0, size - number(asked.group(2))) : number(asked.group(1));
    int to = suffix || asked.group(2).isEmpty() ? size - 1 : number(asked.group(2));
    if (!suffix && from > to && from < size) {
      return answer(200, bytes);
    }
    if (from >= size) {
      return answer(416, Buffer.buffer()).with("content-range", "bytes */" + size);
    }
    int end = Math.min(to, size - 1);
    return answer(206, bytes.getBuffer(from, end + 1))
        .with("content-range", "bytes " + from + "-" + end + "/" + size);
  }

  private SandboxAnswer answer(int status, Buffer body) {
    return SandboxAnswer.of(status, type, body).with("accept-ranges", "bytes");
  }

  private static int number(String digits) {
    return Integer.parseInt(digits);
  }
}
