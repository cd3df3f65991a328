package io.leonardoroutes.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.lines.RequestFile;
import io.leonardoroutes.request.VideoRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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
 * @param contentHash the same for the same request with the same pictures, however it is written
 */
record SubmittedRequest(String type, byte[] body, String contentHash) {
  private static final ObjectMapper STRICT = StrictJson.mapper();
  private static final ObjectMapper SORTED =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();
  private static final int MOST_BYTES = 100 * 1024 * 1024;
  private static final String LINE = "\r\n";

  /**
   * @throws CommandFailure if it names a picture that is not there
   */
  static SubmittedRequest of(RequestFile file, byte[] json) throws IOException {
    Map<String, byte[]> pictures = pictures(file, json);
    if (pictures.isEmpty()) {
      return new SubmittedRequest("application/json", json, hash(canonical(json)));
    }
    // Nothing that is sent can have a hash of itself in it.
    List<byte[]> parts = new ArrayList<>();
    parts.add(canonical(json));
    pictures.forEach((name, content) -> parts.add((name + hash(content)).getBytes(UTF_8)));
    String hash = hash(parts.toArray(byte[][]::new));
    String boundary = "leonardo-" + hash;
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    add(form, boundary, "request", json);
    for (Map.Entry<String, byte[]> picture : pictures.entrySet()) {
      add(form, boundary, picture.getKey(), picture.getValue());
    }
    form.writeBytes(("--" + boundary + "--" + LINE).getBytes(UTF_8));
    return new SubmittedRequest(
        "multipart/form-data; boundary=" + boundary, form.toByteArray(), hash);
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
            .getBytes(UTF_8));
    form.writeBytes(content);
    form.writeBytes(LINE.getBytes(UTF_8));
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
      JsonNode received = STRICT.readTree(new String(json, UTF_8));
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

  /** An editor that adds a line break, or sorts the keys, makes no other request. */
  private static byte[] canonical(byte[] json) {
    try {
      JsonNode received = STRICT.readTree(new String(json, UTF_8));
      return SORTED.writeValueAsBytes(SORTED.treeToValue(received, Object.class));
    } catch (JsonProcessingException e) {
      return json;
    }
  }

  /**
   * The idempotency key of a request.
   *
   * @param name of its file, or the word that a user gave
   * @param copy how often the content is in the file up to here
   */
  static String key(String name, String contentHash, int copy) {
    return "submit-" + hash((name + "\n" + contentHash + "\n" + copy).getBytes(UTF_8));
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
