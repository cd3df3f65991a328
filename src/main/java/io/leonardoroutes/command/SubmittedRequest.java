package io.leonardoroutes.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.lines.RequestFile;
import io.leonardoroutes.request.VideoRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A request as it is sent: JSON alone, or a form with the pictures that it names.
 *
 * @param type its media type
 */
record SubmittedRequest(String type, byte[] body) {
  private static final ObjectMapper STRICT = StrictJson.mapper();
  private static final int MOST_BYTES = 100 * 1024 * 1024;
  private static final String LINE = "\r\n";

  /**
   * @throws CommandFailure if it names a picture that is not there
   */
  static SubmittedRequest of(RequestFile file, byte[] json) throws IOException {
    Map<String, byte[]> pictures = pictures(file, json);
    if (pictures.isEmpty()) {
      return new SubmittedRequest("application/json", json);
    }
    // Nothing that is sent can have a hash of itself in it.
    List<byte[]> parts = new ArrayList<>(pictures.values());
    parts.add(json);
    String boundary = "leonardo-" + hash(parts.toArray(byte[][]::new));
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    add(form, boundary, "request", json);
    for (Map.Entry<String, byte[]> picture : pictures.entrySet()) {
      add(form, boundary, picture.getKey(), picture.getValue());
    }
    form.writeBytes(("--" + boundary + "--" + LINE).getBytes(StandardCharsets.UTF_8));
    return new SubmittedRequest("multipart/form-data; boundary=" + boundary, form.toByteArray());
  }

  private static void add(
      ByteArrayOutputStream form, String boundary, String name, byte[] content) {
    form.writeBytes(
        ("--"
                + boundary
                + LINE
                + "Content-Disposition: form-data; name=\""
                + name
                + "\""
                + LINE
                + LINE)
            .getBytes(StandardCharsets.UTF_8));
    form.writeBytes(content);
    form.writeBytes(LINE.getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, byte[]> pictures(RequestFile file, byte[] json) throws IOException {
    Map<String, byte[]> pictures = new TreeMap<>();
    long bytes = json.length;
    for (String name : names(json)) {
      Path picture = file.beside(name);
      if (name.matches("(?s).*[\"\\r\\n].*|request")
          || !Files.isRegularFile(picture, LinkOption.NOFOLLOW_LINKS)) {
        throw new CommandFailure(
            "there is no picture " + CommandOutput.plain(name) + " beside the request");
      }
      try (InputStream in = Files.newInputStream(picture)) {
        byte[] content = in.readNBytes(MOST_BYTES + 1);
        bytes += content.length;
        if (bytes > MOST_BYTES) {
          throw new CommandFailure("its pictures have more than " + MOST_BYTES + " bytes");
        }
        pictures.put(name, content);
      }
    }
    return pictures;
  }

  /** The pictures that it names; none if it cannot be read, which the answer will say. */
  private static Set<String> names(byte[] json) {
    try {
      JsonNode received = STRICT.readTree(new String(json, StandardCharsets.UTF_8));
      Map<String, String> names = new TreeMap<>();
      VideoRequest.readWithoutModel(received, Set.of())
          .picturesToUpload()
          .values()
          .forEach(
              image -> {
                if (image.file() != null) {
                  names.put(image.file(), "");
                }
              });
      return names.keySet();
    } catch (JsonProcessingException e) {
      return Set.of();
    }
  }

  /** The same for the same request with the same pictures. */
  String contentHash() {
    return hash(body);
  }

  /**
   * The idempotency key of a request.
   *
   * @param name of its file, or the word that a user gave
   * @param copy how often the content is in the file up to here
   */
  static String key(String name, String contentHash, int copy) {
    return "submit-"
        + hash((name + "\n" + contentHash + "\n" + copy).getBytes(StandardCharsets.UTF_8));
  }

  private static String hash(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
