package io.leonardoroutes.request;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.Set;

/**
 * One request for a video: what the provider is asked, and the four keys that are ours.
 *
 * @param model the provider's name of the model
 * @param isPublic never null
 * @param parameters with their defaults
 * @param sinks never null; empty leaves it to the intake
 * @param priority null leaves it to the intake
 * @param account null leaves it to the caller
 * @param reading how the request was read, for the answer to what is wrong with it
 */
@WellFormed
public record VideoRequest(
    String model,
    @FieldDescription("whether the video is public") Boolean isPublic,
    @Required @Valid ModelParameters parameters,
    @FieldDescription("the caller's own id; the same again with the same content is the same job")
        @Length(min = 1, max = 200, message = Length.BOTH_ENDS)
        String reference,
    @FieldDescription("where the video and its events go; left to the intake when absent")
        List<@KnownSink String> sinks,
    @FieldDescription("9 goes first; left to the intake when absent")
        @Between(min = 0, max = 9, message = "{value} is {off} for a priority: {min} to {max}")
        Integer priority,
    @FieldDescription("the name of the account that pays for it; left to the caller when absent")
        String account,
    ParseTrace reading) {

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
  }

  static VideoRequest read(JsonNode received, Class<? extends ModelParameters> parameters) {
    return read(received, parameters, Set.of());
  }

  /**
   * Reads a request of a model.
   *
   * @param kept components of its records that an object left empty does not make absent
   */
  public static VideoRequest read(
      JsonNode received, Class<? extends ModelParameters> parameters, Set<RecordComponent> kept) {
    ParseTrace trace =
        new ParseTrace(received == null ? JsonNodeFactory.instance.nullNode() : received);
    return new RecordReader(trace, parameters, kept).read(VideoRequest.class);
  }

  /** Reads all but the parameters, and notes that none of the known models is named. */
  public static VideoRequest readWithoutModel(JsonNode received, Set<String> known) {
    VideoRequest request = read(received, null);
    String allowed = String.join(", ", known);
    if (request.model() != null) {
      String wrong = SafeText.value(received.get("model")) + " is no known model: " + allowed;
      request.reading().misread(new Violation("/model", "unknown-model", wrong, allowed));
    } else if (!request.reading().isUnread("/model")) {
      String wrong = "`model` is required: " + allowed;
      request.reading().misread(new Violation("/model", "required", wrong, allowed));
    }
    return request;
  }

  /**
   * Notes that it cannot be paid by the account that it names, or that it has to name one.
   *
   * @param known those that its caller may name
   */
  public void refuseAccount(Set<String> known) {
    if (reading.isUnread("/account")) {
      return;
    }
    String allowed = String.join(", ", known);
    String instead = known.isEmpty() ? "there is none that you may name" : "one of " + allowed;
    String wrong =
        account == null
            ? "`account` is required: " + instead
            : SafeText.value(reading.received().get("account"))
                + " is no known account: "
                + instead;
    String code = account == null ? "required" : "unknown-account";
    reading.misread(new Violation("/account", code, wrong, known.isEmpty() ? null : allowed));
  }

  /** The provider's ids of pictures and videos that guide it, by the pointers to them. */
  public Map<String, String> ids() {
    Map<String, String> ids = new LinkedHashMap<>();
    ids(reading.received().at("/parameters/guidances"), "/parameters/guidances", ids);
    return ids;
  }

  private static void ids(JsonNode node, String pointer, Map<String, String> ids) {
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      ids(node.get(i), pointer + "/" + i, ids);
    }
    node.properties()
        .forEach(
            field -> {
              String at = pointer + "/" + field.getKey();
              if (field.getKey().equals("id") && field.getValue().isTextual()) {
                ids.put(at, field.getValue().asText());
              } else {
                ids(field.getValue(), at, ids);
              }
            });
  }

  /**
   * Notes that one of the {@link #ids} is that of a generation.
   *
   * @param instead what would do
   */
  public void refuseId(String pointer, String instead) {
    String wrong =
        SafeText.value(reading.received().at(pointer))
            + " is the id of a generation and not of its video: "
            + instead;
    reading.misread(new Violation(pointer, "generation-id", wrong, null));
  }

  /** What is sent to the provider: {@code model}, {@code public} and {@code parameters} alone. */
  public ObjectNode toProvider() {
    ObjectNode sent = WIRE.createObjectNode();
    sent.put("model", model).put("public", isPublic);
    return sent.set("parameters", WIRE.valueToTree(parameters));
  }

  /** What is accepted but will not work as one may think; one sentence each. */
  public List<String> warnings() {
    return parameters == null ? List.of() : parameters.warnings();
  }

  /** Model and reference alone: a prompt has no place in a log. */
  @Override
  public String toString() {
    return "VideoRequest[model=" + shown(model) + ", reference=" + shown(reference) + "]";
  }

  private static String shown(String text) {
    return text == null ? "none" : SafeText.plain(text);
  }
}
