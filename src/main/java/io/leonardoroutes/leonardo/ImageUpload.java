package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The outcome of one {@code POST /v1/init-image}, which begins the upload of a picture. Free. */
public sealed interface ImageUpload {
  int MOST_FIELDS = 50;

  /**
   * A form may be sent to the address, within two minutes.
   *
   * @param fields of the form, in their order; they come before the file
   */
  record Begun(String imageId, URI address, Map<String, String> fields) implements ImageUpload {
    /** The fields permit the upload, so they are not shown. */
    @Override
    public String toString() {
      return "Begun[" + imageId + "]";
    }
  }

  /**
   * There is no address: begin again later.
   *
   * @param isThrottled whether all calls of the account have to pause
   * @param retryAfter what the provider asked for, at most an hour; null if it did not ask
   */
  record NotBegun(String reason, boolean isThrottled, Duration retryAfter) implements ImageUpload {
    public NotBegun {
      reason = TextRedaction.line(reason);
    }
  }

  /**
   * Reads an answer that arrived whole.
   *
   * @param retryAfter the header's value, seconds or an HTTP date; null if absent
   * @param body null reads as empty
   * @param now what an HTTP date in {@code retryAfter} is measured from
   */
  static ImageUpload read(int status, String retryAfter, String body, Instant now) {
    JsonNode begun = ProviderAnswer.withSecrets(body).path("uploadInitImage");
    String id = ProviderAnswer.usableId(begun.path("id"));
    URI address = address(begun.path("url").asText(""));
    Map<String, String> fields = fields(begun.path("fields"));
    if (status < 200 || status > 299 || id == null || address == null || fields == null) {
      return new NotBegun(
          ProviderAnswer.of(body).told(status, "an address for the upload"),
          status == 429,
          RetryAfter.read(retryAfter, now));
    }
    return new Begun(id, address, fields);
  }

  private static URI address(String text) {
    try {
      URI uri = new URI(text).parseServerAuthority();
      boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
      boolean plain = uri.getRawUserInfo() == null && uri.getRawFragment() == null;
      return web && plain && uri.getHost() != null ? uri : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  /** Documented as a text of JSON; null if they cannot be used. */
  private static Map<String, String> fields(JsonNode documented) {
    JsonNode all =
        documented.isTextual() ? ProviderAnswer.withSecrets(documented.textValue()) : documented;
    if (!all.isObject() || all.size() > MOST_FIELDS) {
      return null;
    }
    Map<String, String> fields = new LinkedHashMap<>();
    all.properties().forEach(field -> fields.put(field.getKey(), field.getValue().asText()));
    boolean plain =
        fields.entrySet().stream()
            .flatMap(field -> java.util.stream.Stream.of(field.getKey(), field.getValue()))
            .noneMatch(text -> text.matches("(?s).*[\\r\\n\"].*"));
    return plain ? fields : null;
  }
}
