package io.leonardoroutes.prove;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One request for a video. Its prompt contains its number, which identifies it at the provider and
 * in the outbox.
 *
 * @param good whether it is valid by the rules of its model
 */
record ProofRequest(int number, boolean good) {
  private static final Pattern PROMPT = Pattern.compile("proof request #(\\d+)#");
  private static final int EVERY = 7;

  /** Where a request names the job whose video it takes. */
  static final String AWAITED = "/parameters/guidances/video_reference_base/0/video/job";

  /** One in seven requests breaks a rule, so that rejections are interrupted by kills too. */
  static ProofRequest mixed(int number) {
    return new ProofRequest(number, number % EVERY != 3);
  }

  String name() {
    return "proof-" + number;
  }

  String json() {
    return "{" + body();
  }

  /** With a reference, for an intake without another idempotency key. */
  String jsonWithReference() {
    return "{\"reference\": \"" + name() + "\", " + body();
  }

  /** A request from a picture beside its file. */
  static String withPicture(String json, String file) {
    String start =
        "\"guidances\": {\"start_frame\": [{\"image\": {\"file\": \"" + file + "\"}}]}, ";
    return json.replace("\"duration\"", start + "\"duration\"");
  }

  /** The same, so long that an operator has to approve its price. */
  String dearJson() {
    return "{" + body("kling-3.0-turbo", good ? 10 : 99);
  }

  /** The same from the video of another job. */
  String jsonAfter(String job) {
    String base =
        "\"guidances\": {\"video_reference_base\": [{\"video\": {\"job\": \"" + job + "\"}}]}, ";
    return ("{" + body("kling-video-o-3", good ? 5 : 99))
        .replace("\"duration\"", base + "\"duration\"");
  }

  private String body() {
    return body(number % 2 == 0 ? "kling-3.0-turbo" : "kling-video-o-3", good ? 5 : 99);
  }

  private String body(String model, int duration) {
    return """
    "model": "%s", "parameters": {"prompt": "proof request #%s#", "duration": %s}}\
    """
        .formatted(model, number, duration);
  }

  /** The number of the request whose prompt is in this text. */
  static OptionalInt numberIn(String text) {
    Matcher prompt = PROMPT.matcher(text);
    return prompt.find() ? OptionalInt.of(Integer.parseInt(prompt.group(1))) : OptionalInt.empty();
  }
}
