package io.leonardoroutes.limits;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a price depends on, as far as it is known; null is what a request leaves to the provider.
 *
 * @param seconds the length
 * @param size such as {@code 1920x1080}
 * @param audio whether it has sound
 */
public record VideoKind(String model, Integer seconds, String size, Boolean audio) {
  /** The kind of a request, as it would be sent to the provider. */
  public static VideoKind of(JsonNode request) {
    JsonNode parameters = request.path("parameters");
    JsonNode seconds = parameters.path("duration");
    JsonNode audio = parameters.path("motion_has_audio");
    int width = parameters.path("width").asInt();
    int height = parameters.path("height").asInt();
    return new VideoKind(
        request.path("model").asText(),
        seconds.canConvertToInt() ? (Integer) seconds.intValue() : null,
        width > 0 && height > 0 ? width + "x" + height : null,
        audio.isBoolean() ? (Boolean) audio.booleanValue() : null);
  }

  /** For a sentence. */
  public String words() {
    return model
        + (seconds == null ? " without a duration" : " of " + seconds + " seconds")
        + (size == null ? "" : ", " + size)
        + (audio == null ? "" : audio ? ", with sound" : ", without sound");
  }
}
