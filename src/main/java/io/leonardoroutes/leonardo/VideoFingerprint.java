package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What both a request and the provider's list show of a video. Null is what one of them leaves
 * open: a size that the model decides, a field that the list does not fill.
 *
 * @param letters the letters and digits of the prompt, which survive most of what a web form, a
 *     JSON layer or a database does to a text; empty if there are none
 */
record VideoFingerprint(
    String prompt, String letters, Integer width, Integer height, Boolean isPublic) {
  /** So many letters in common are no chance. */
  private static final int COMMON_START = 20;

  private static final Pattern ESCAPED =
      Pattern.compile("\\\\u([0-9a-fA-F]{4})|&#x([0-9a-fA-F]{1,6});|&#([0-9]{1,7});");
  private static final Pattern ACCENTED =
      Pattern.compile("&([A-Za-z])(acute|grave|circ|uml|tilde|cedil|ring|caron|slash);");
  private static final Pattern MARKUP =
      Pattern.compile("&[A-Za-z][A-Za-z0-9]{1,10};|<[^<>]{1,100}>|\\\\[nrtbf\"'\\\\/]");
  private static final Pattern NO_LETTERS = Pattern.compile("[^\\p{L}\\p{Nd}]+");

  /** How far two of them agree. */
  enum Likeness {
    NO,
    /** Nothing speaks against it, or only what the provider may have changed. */
    PERHAPS,
    YES
  }

  VideoFingerprint(String prompt, Integer width, Integer height, Boolean isPublic) {
    this(plain(prompt), lettersOf(plain(prompt)), width, height, isPublic);
  }

  private static String plain(String prompt) {
    return prompt == null || prompt.isBlank()
        ? null
        : Normalizer.normalize(prompt.strip().replaceAll("\\s+", " "), Normalizer.Form.NFC);
  }

  static VideoFingerprint ofRequest(JsonNode request) {
    JsonNode parameters = request.path("parameters");
    return new VideoFingerprint(
        text(parameters.path("prompt")),
        size(parameters.path("width")),
        size(parameters.path("height")),
        flag(request.path("public")));
  }

  static VideoFingerprint ofGeneration(JsonNode generation) {
    return new VideoFingerprint(
        text(generation.path("prompt")),
        size(generation.path("imageWidth")),
        size(generation.path("imageHeight")),
        flag(generation.path("public")));
  }

  /**
   * The same prompt, or one that differs only in what is not a letter or where one of them ends, is
   * the same video; but only perhaps if it is shown in another size: the provider shows what it
   * made. Another prompt in the same size is perhaps the same too, for the list may show any text.
   */
  Likeness to(VideoFingerprint other) {
    boolean agree =
        agree(width, other.width) && agree(height, other.height) && agree(isPublic, other.isPublic);
    if (prompt == null || other.prompt == null) {
      return Likeness.PERHAPS;
    }
    if (hasPromptOf(other) || hasLettersOf(other)) {
      return agree ? Likeness.YES : Likeness.PERHAPS;
    }
    return agree ? Likeness.PERHAPS : Likeness.NO;
  }

  /** Whether both prompts are the same text, but for white space and composition. */
  boolean hasPromptOf(VideoFingerprint other) {
    return prompt != null && prompt.equals(other.prompt);
  }

  private boolean hasLettersOf(VideoFingerprint other) {
    boolean cut =
        Math.min(letters.length(), other.letters.length()) >= COMMON_START
            && (letters.startsWith(other.letters) || other.letters.startsWith(letters));
    return cut || !letters.isEmpty() && letters.equals(other.letters);
  }

  private static boolean agree(Object one, Object other) {
    return one == null || other == null || one.equals(other);
  }

  /** Of the plain prompt, so that equal prompts have equal letters: they are found by these. */
  private static String lettersOf(String prompt) {
    if (prompt == null) {
      return "";
    }
    String plain = ESCAPED.matcher(prompt).replaceAll(found -> escaped(found.group()));
    plain = ACCENTED.matcher(plain).replaceAll("$1");
    plain = MARKUP.matcher(plain).replaceAll(" ");
    plain = Normalizer.normalize(plain, Normalizer.Form.NFKD);
    return NO_LETTERS.matcher(plain).replaceAll("").toUpperCase(Locale.ROOT);
  }

  private static String escaped(String escape) {
    boolean decimal = escape.matches("&#[0-9]+;");
    String digits = escape.replaceFirst("^(\\\\u|&#[xX]?)", "").replace(";", "");
    int code = Integer.parseInt(digits, decimal ? 10 : 16);
    boolean letter = Character.isValidCodePoint(code) && Character.isLetterOrDigit(code);
    return letter ? Character.toString(code) : " ";
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
