package io.leonardoroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The pictures that were uploaded, by the provider's two steps: {@code init-image} answers where to
 * send a form, and the form is answered as Amazon S3 answers it. The latest 10,000 are kept.
 */
final class SandboxImages {

  private static final Duration OPEN = Duration.ofMinutes(2);
  private static final int KEPT = 10_000;

  private static final Map<String, String> TYPES =
      Map.of("png", "image/png", "jpg", "image/jpeg", "jpeg", "image/jpeg", "webp", "image/webp");

  private final Clock clock;
  private final Map<String, Image> images =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Image> eldest) {
          return size() > KEPT;
        }
      };

  private static final class Image {
    private final String extension;
    private final Map<String, String> fields;
    private final Instant until;
    private boolean usable;

    private Image(String extension, Map<String, String> fields, Instant until) {
      this.extension = extension;
      this.fields = fields;
      this.until = until;
    }
  }

  SandboxImages(Clock clock) {
    this.clock = clock;
  }

  /**
   * Begins an upload.
   *
   * @param host where the form is to be sent
   */
  synchronized SandboxAnswer begin(JsonNode request, String host) {
    String extension = request.path("extension").asText("");
    if (!TYPES.containsKey(extension)) {
      return SandboxAnswer.error(
          400, "expected one of png, jpg, jpeg, webp for \"extension\", but found another value");
    }
    String id = UUID.randomUUID().toString();
    String key = "users/" + Sandbox.USER_ID + "/initImages/" + id + "." + extension;
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("Content-Type", TYPES.get(extension));
    fields.put("bucket", "sandbox");
    fields.put("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
    fields.put("key", key);
    fields.put("Policy", UUID.randomUUID().toString());
    fields.put("X-Amz-Signature", UUID.randomUUID().toString());
    images.put(id, new Image(extension, fields, clock.instant().plus(OPEN)));
    ObjectNode answer = SandboxAnswer.object();
    ObjectNode text = SandboxAnswer.object();
    fields.forEach(text::put);
    answer
        .putObject("uploadInitImage")
        .put("id", id)
        .put("fields", text.toString())
        .put("key", key)
        .put("url", "http://" + host + "/uploads/" + id);
    return SandboxAnswer.json(200, answer);
  }

  /** Takes the form of an upload. */
  synchronized SandboxAnswer upload(String id, SandboxForm form, boolean isAuthorized) {
    Image image = images.get(id);
    if (isAuthorized) {
      return s3(400, "InvalidArgument", "Only one auth mechanism allowed");
    }
    if (form.file() == null || !form.isFileLast()) {
      return s3(
          400,
          "InvalidArgument",
          "POST requires exactly one file upload per request, as the last field of the form");
    }
    if (image == null || !form.fields().equals(image.fields)) {
      return s3(403, "AccessDenied", "Invalid according to Policy: Policy Condition failed");
    }
    if (clock.instant().isAfter(image.until)) {
      return s3(403, "AccessDenied", "Invalid according to Policy: Policy expired.");
    }
    // The provider looks into the file only later, and refuses what is not of its extension.
    image.usable = isA(image.extension, form.file());
    return SandboxAnswer.of(204, "text/plain", Buffer.buffer());
  }

  private static boolean isA(String extension, Buffer file) {
    String head =
        file.getBuffer(0, Math.min(12, file.length())).toString(StandardCharsets.ISO_8859_1);
    return switch (extension) {
      case "png" -> head.startsWith("\u0089PNG\r\n\u001a\n");
      case "webp" -> head.startsWith("RIFF") && head.endsWith("WEBP");
      default -> head.startsWith("\u00ff\u00d8\u00ff");
    };
  }

  /**
   * Why a create with this uploaded picture is declined; null if it is not. An id that the sandbox
   * did not give may be one of the real provider, and is accepted.
   */
  synchronized String refusal(String id) {
    Image image = images.get(id);
    return image == null || image.usable ? null : "couldn't access image";
  }

  /** Removes a picture; one that jobs already use stays in their videos. */
  synchronized SandboxAnswer delete(String id) {
    ObjectNode answer = SandboxAnswer.object().putNull("delete_init_images_by_pk");
    Image image = images.get(id);
    if (image != null) {
      image.usable = false;
      answer.putObject("delete_init_images_by_pk").put("id", id);
    }
    return SandboxAnswer.json(200, answer);
  }

  /** How many pictures can be used. */
  synchronized int usable() {
    return (int) images.values().stream().filter(image -> image.usable).count();
  }

  synchronized void clear() {
    images.clear();
  }

  private static SandboxAnswer s3(int status, String code, String message) {
    String body =
        "<?xml version=\"1.0\""
            + " encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>%s</Message></Error>";
    return SandboxAnswer.of(
        status, "application/xml", Buffer.buffer(body.formatted(code, message)));
  }
}
