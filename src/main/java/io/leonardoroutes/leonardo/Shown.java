package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;

/**
 * What both a request and the provider's list tell of a video. Null is what one of them leaves
 * open: a size that the model decides, a field that the list does not fill.
 */
record Shown(String prompt, Integer width, Integer height, Boolean isPublic) {

  /** How far two of them agree. */
  enum Likeness {
    NO,
    /** Nothing speaks against it, or only what the provider may have changed. */
    PERHAPS,
    YES
  }

  /** Makes prompts comparable: what differs only in white space or composition is the same. */
  Shown {
    prompt =
        prompt == null || prompt.isBlank()
            ? null
            : Normalizer.normalize(prompt.strip().replaceAll("\\s+", " "), Normalizer.Form.NFC);
  }

  static Shown ofRequest(JsonNode request) {
    JsonNode parameters = request.path("parameters");
    return new Shown(
        text(parameters.path("prompt")),
        size(parameters.path("width")),
        size(parameters.path("height")),
        flag(request.path("public")));
  }

  static Shown ofGeneration(JsonNode generation) {
    return new Shown(
        text(generation.path("prompt")),
        size(generation.path("imageWidth")),
        size(generation.path("imageHeight")),
        flag(generation.path("public")));
  }

  /**
   * Another prompt is another video. Another size with the same prompt is only perhaps one: the
   * provider shows what it made, which need not be what was asked for; and so is a prompt that one
   * of the two cut short.
   */
  Likeness to(Shown other) {
    if (prompt == null || other.prompt == null) {
      return Likeness.PERHAPS;
    }
    if (!prompt.equals(other.prompt)) {
      boolean cut = prompt.startsWith(other.prompt) || other.prompt.startsWith(prompt);
      return cut ? Likeness.PERHAPS : Likeness.NO;
    }
    boolean same =
        agree(width, other.width) && agree(height, other.height) && agree(isPublic, other.isPublic);
    return same ? Likeness.YES : Likeness.PERHAPS;
  }

  private static boolean agree(Object one, Object other) {
    return one == null || other == null || one.equals(other);
  }

  private static String text(JsonNode text) {
    return text.isTextual() ? text.textValue() : null;
  }

  private static Integer size(JsonNode size) {
    return size.canConvertToInt() && size.intValue() > 0 ? size.intValue() : null;
  }

  private static Boolean flag(JsonNode flag) {
    return flag.isBoolean() ? flag.booleanValue() : null;
  }
}
