package io.leonardoroutes.request;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.json.ChainedVideo;
import io.leonardoroutes.json.ModelParameters;
import io.leonardoroutes.json.ParseTrace;
import io.leonardoroutes.json.RecordReader;
import io.leonardoroutes.json.SafeText;
import io.leonardoroutes.json.Violation;
import io.leonardoroutes.json.WireNames;
import jakarta.validation.Valid;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One request for a video: what is sent to the provider, and five keys of our own ({@code
 * reference}, {@code sinks}, {@code priority}, {@code account}, {@code tags}).
 *
 * <p>One file, because it is one document: what it says, and what is found wrong with it.
 *
 * @param model the provider's name of the model
 * @param isPublic never null
 * @param parameters with defaults filled in
 * @param sinks never null; if empty, the intake decides
 * @param priority if null, the intake decides
 * @param account if null, the caller decides
 * @param tags never null, sorted by name
 * @param reading how the request was parsed, for reporting violations
 */
@WellFormed
public record VideoRequest(
    String model,
    @FieldDescription("whether the video is public") Boolean isPublic,
    @Required @Valid ModelParameters parameters,
    @FieldDescription(
            "the caller's own id; the same reference with the same content is the same job")
        @Length(min = 1, max = 200, message = Length.BOTH_ENDS)
        String reference,
    @FieldDescription(
            "names of the sinks for the video and its events; left to the intake when absent")
        List<@KnownSink String> sinks,
    @FieldDescription("9 goes first; left to the intake when absent")
        @Between(min = 0, max = 9, message = "{value} is {off} for a priority: {min} to {max}")
        Integer priority,
    @FieldDescription("the name of the account that pays for it; left to the caller when absent")
        String account,
    @FieldDescription(
            "what the job is booked under, such as a team or a project: jobs are listed and costs"
                + " summed by it")
        @AtMost(value = 10, message = "{count} tags are too many: at most {choices}")
        Map<
                @ShortText(
                    max = 32,
                    without = "^[._-]|[^A-Za-z0-9._-]",
                    code = "tag-name",
                    message =
                        "`{name}` cannot be the name of a tag: 1 to {max} characters of A-Z, a-z,"
                            + " 0-9, `.`, `_` and `-`, the first of them a letter or digit")
                String,
                @ShortText(
                    max = 64,
                    without = "^\\p{Z}|\\p{Z}$|[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]",
                    code = "tag-value",
                    message =
                        "{value} cannot be the value of a tag: 1 to {max} characters, without"
                            + " control characters, and no space at either end")
                String>
            tags,
    ParseTrace reading) {

  private static final int LONGEST_REASON = 500;

  private static final ObjectMapper WIRE =
      JsonMapper.builder()
          .propertyNamingStrategy(new WireNames())
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .build();

  public VideoRequest {
    isPublic = isPublic != null && isPublic;
    sinks = sinks == null ? List.of() : sinks;
    tags = tags == null ? Map.of() : tags;
  }

  static VideoRequest read(JsonNode received, Class<? extends ModelParameters> parameters) {
    return read(received, parameters, Set.of());
  }

  /**
   * Reads a request for a model. Errors are recorded in {@link #reading} and not thrown.
   *
   * @param kept record components that are not treated as absent when their JSON object is empty
   */
  public static VideoRequest read(
      JsonNode received, Class<? extends ModelParameters> parameters, Set<RecordComponent> kept) {
    ParseTrace trace =
        new ParseTrace(received == null ? JsonNodeFactory.instance.nullNode() : received);
    return new RecordReader(trace, parameters, kept).read(VideoRequest.class);
  }

  /**
   * Reads everything but the parameters, and records the violation that no known model is named.
   */
  public static VideoRequest readWithoutModel(JsonNode received, Set<String> known) {
    VideoRequest request = read(received, null);
    String allowed = String.join(", ", known);
    if (request.model() != null) {
      String wrong = SafeText.value(received.get("model")) + " is not a known model: " + allowed;
      request.reading().misread(new Violation("/model", "unknown-model", wrong, allowed));
    } else if (!request.reading().isUnread("/model")) {
      String wrong = "`model` is required: " + allowed;
      request.reading().misread(new Violation("/model", "required", wrong, allowed));
    }
    return request;
  }

  /**
   * Records the violation that the account is unknown or, if the request names none, that it has
   * to.
   *
   * @param known the accounts that the caller may use
   */
  public void rejectAccount(Set<String> known) {
    if (reading.isUnread("/account")) {
      return;
    }
    String allowed = String.join(", ", known);
    String instead = known.isEmpty() ? "there is none that you may use" : "one of " + allowed;
    String wrong =
        account == null
            ? "`account` is required: " + instead
            : SafeText.value(reading.received().get("account"))
                + " is not a known account: "
                + instead;
    String code = account == null ? "required" : "unknown-account";
    reading.misread(new Violation("/account", code, wrong, known.isEmpty() ? null : allowed));
  }

  /** The provider's ids of the pictures and videos in {@code guidances}, by JSON pointer. */
  public Map<String, String> guidanceIds() {
    Map<String, String> ids = new LinkedHashMap<>();
    collectIds(reading.received().at("/parameters/guidances"), "/parameters/guidances", ids);
    return ids;
  }

  private static void collectIds(JsonNode node, String pointer, Map<String, String> ids) {
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      collectIds(node.get(i), pointer + "/" + i, ids);
    }
    node.properties()
        .forEach(
            field -> {
              String at = pointer + "/" + field.getKey();
              if (field.getKey().equals("id") && field.getValue().isTextual()) {
                ids.put(at, field.getValue().asText());
              } else {
                collectIds(field.getValue(), at, ids);
              }
            });
  }

  /** The pictures that are to be uploaded, by the JSON pointer of their {@code image}. */
  public Map<String, ImageItem.Image> picturesToUpload() {
    Map<String, ImageItem.Image> pictures = new LinkedHashMap<>();
    collectPictures(
        reading.received().at("/parameters/guidances"), "/parameters/guidances", pictures);
    return pictures;
  }

  private static void collectPictures(
      JsonNode node, String pointer, Map<String, ImageItem.Image> pictures) {
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      collectPictures(node.get(i), pointer + "/" + i, pictures);
    }
    node.properties()
        .forEach(
            field -> {
              String at = pointer + "/" + field.getKey();
              JsonNode image = field.getValue();
              String file = image.path("file").textValue();
              String url = image.path("url").textValue();
              if (field.getKey().equals("image") && (file == null) != (url == null)) {
                pictures.put(at, new ImageItem.Image(null, null, file, url));
              } else {
                collectPictures(image, at, pictures);
              }
            });
  }

  /** Records the violation that a picture cannot be used. */
  public void rejectPicture(String pointer, String code, String wrong) {
    reading.misread(new Violation(pointer, code, SafeText.plain(wrong, LONGEST_REASON), null));
  }

  /**
   * Records the violation that a guidance id is the id of a generation.
   *
   * @param instead what to use instead
   */
  public void rejectId(String pointer, String instead) {
    String wrong =
        SafeText.value(reading.received().at(pointer))
            + " is the id of a generation and not of its video: "
            + instead;
    reading.misread(new Violation(pointer, "generation-id", wrong, null));
  }

  /** The id or reference of the job of ours whose video it takes. */
  public Optional<String> chainedJob() {
    return chainedVideo().map(ChainedVideo::job);
  }

  private Optional<ChainedVideo> chainedVideo() {
    return parameters == null ? Optional.empty() : parameters.chainedVideo();
  }

  /**
   * Records the violation that it cannot take the video of another job.
   *
   * @param why follows the name of the job
   */
  public void rejectChained(String code, String why) {
    rejectChained(code, why, null);
  }

  /** Records the violation that the video of the other job is too long, if it is. */
  public void rejectChainedOver(int seconds) {
    int longest = chainedVideo().orElseThrow().longest();
    if (seconds > longest) {
      String why =
          "has a video of %s seconds, which is too long for %s: at most %s seconds"
              .formatted(seconds, model, longest);
      rejectChained("range", why, "0.." + longest);
    }
  }

  private void rejectChained(String code, String why, String allowed) {
    String pointer = chainedVideo().orElseThrow().pointer();
    String wrong = SafeText.value(reading.received().at(pointer)) + " " + why;
    reading.misread(new Violation(pointer, code, wrong, allowed));
  }

  /** The body for the provider: only {@code model}, {@code public} and {@code parameters}. */
  public ObjectNode toProvider() {
    ObjectNode sent = WIRE.createObjectNode();
    sent.put("model", model).put("public", isPublic);
    return sent.set("parameters", WIRE.valueToTree(parameters));
  }

  /** What is accepted but will not work as the caller may expect; one sentence each. */
  public List<String> warnings() {
    return parameters == null ? List.of() : parameters.warnings();
  }

  /** Only model and reference: a prompt must not end up in a log. */
  @Override
  public String toString() {
    return "VideoRequest[model=" + forLog(model) + ", reference=" + forLog(reference) + "]";
  }

  private static String forLog(String text) {
    return text == null ? "none" : SafeText.plain(text);
  }
}
