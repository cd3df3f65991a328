package io.leonardoroutes.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An HTTP answer, before any fault is applied to it. */
record SandboxAnswer(int status, Map<String, String> headers, Buffer body) {

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  static SandboxAnswer of(int status, String contentType, Buffer body) {
    return new SandboxAnswer(status, Map.of("content-type", contentType), body);
  }

  static SandboxAnswer json(int status, JsonNode body) {
    return of(status, "application/json; charset=utf-8", Buffer.buffer(body.toString()));
  }

  static SandboxAnswer html(int status, String title) {
    var page = "<!doctype html><html><head><title>%1$s</title></head><body>%1$s</body></html>";
    return of(status, "text/html; charset=utf-8", Buffer.buffer(page.formatted(title)));
  }

  /**
   * An error in the provider's usual form; as with the real provider, its {@code code} means
   * nothing.
   */
  static SandboxAnswer error(int status, String text) {
    return json(status, object().put("error", text).put("path", "$").put("code", "unexpected"));
  }

  /** The decline that comes with status 200: an array, with one detail per message. */
  static SandboxAnswer refusal(List<String> messages) {
    var refusal = object().put("message", "Validation failed");
    var extensions = refusal.putObject("extensions");
    extensions.put("code", "VALIDATION_ERROR").put("statusCode", 400);
    var details = extensions.putObject("details").put("message", "The request is not valid");
    var errors = details.putArray("errors");
    messages.forEach(message -> errors.addObject().put("message", message));
    return json(200, JsonNodeFactory.instance.arrayNode().add(refusal));
  }

  SandboxAnswer with(String header, String value) {
    var all = new LinkedHashMap<>(headers);
    all.put(header, value);
    return new SandboxAnswer(status, all, body);
  }

  SandboxAnswer withBody(Buffer other) {
    return new SandboxAnswer(status, headers, other);
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON", e);
    }
  }

  JsonNode json() {
    return parse(body.toString(StandardCharsets.UTF_8));
  }
}
