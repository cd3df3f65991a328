package io.leonardoroutes.video;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

/** Bytes that begin as an MP4 does, the same ones in every run. */
final class SampleVideo {

  static byte[] video(int length) {
    byte[] video = new byte[Math.max(length, 24)];
    new Random(1).nextBytes(video);
    System.arraycopy("\0\0\0\u0018ftypisom".getBytes(StandardCharsets.ISO_8859_1), 0, video, 0, 12);
    return Arrays.copyOf(video, length);
  }

  static InputStream stream(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private SampleVideo() {}
}
