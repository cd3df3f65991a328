package io.leonardoroutes.board;

import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** The style and the script of the pages. They hold no data: whoever asks gets them. */
final class BoardFiles {
  private static final Map<String, String> TYPES =
      Map.of(
          "board.css", "text/css; charset=utf-8",
          "board.js", "text/javascript; charset=utf-8",
          "icon.svg", "image/svg+xml");

  private static final Map<String, BoardFile> FILES = new TreeMap<>();

  static {
    TYPES.forEach((name, type) -> FILES.put(name, read(name, type)));
  }

  /** Changes with the files. */
  static final String VERSION =
      hash(FILES.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)).substring(0, 12);

  /** One of them. */
  record BoardFile(byte[] bytes, String type, String etag) {
    @Override
    public String toString() {
      return etag;
    }
  }

  private BoardFiles() {}

  private static BoardFile read(String name, String type) {
    try (InputStream in = BoardFiles.class.getResourceAsStream(BoardTemplates.FOLDER + name)) {
      byte[] bytes = in.readAllBytes();
      return new BoardFile(bytes, type, '"' + hash(bytes).substring(0, 32) + '"');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * The file of this name.
   *
   * @throws RequestRejected 404
   */
  static BoardFile named(String name) {
    BoardFile file = FILES.get(name);
    if (file == null) {
      throw new RequestRejected(404, "not-found", "Not found", "there is nothing at this path");
    }
    return file;
  }
}
