package io.leonardoroutes.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.json.StrictJson;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Requests of every kind: about half of them right, the others wrong in a few places. */
final class AnyRequest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Arbitrary<JsonNode> LEFT_OUT = Arbitraries.just(MissingNode.getInstance());

  /** Values that are wrong nearly everywhere, and right in one place or another. */
  private static final Arbitrary<JsonNode> ODD =
      Arbitraries.of(
          Stream.of(
                  "null",
                  "[]",
                  "{}",
                  "true",
                  "0",
                  "-1",
                  "1",
                  "2",
                  "3",
                  "10",
                  "11",
                  "15",
                  "16",
                  "5.0",
                  "5.5",
                  "0.5e1",
                  "1e-9",
                  "2147483648",
                  "-99999999999",
                  "1e30",
                  "\"5\"",
                  "\"true\"",
                  "\"\"",
                  "\" \"",
                  "\"x\"",
                  "[1]",
                  "[null]",
                  "[\"x\"]",
                  "[[]]",
                  "[{}]",
                  "{\"x\": 1}",
                  "{\"id\": null}",
                  "{\"image\": {\"id\": []}}")
              .map(AnyRequest::json)
              .toList());

  private static final Arbitrary<JsonNode> PROMPTS =
      texts(
          Stream.concat(
              Stream.of(" ", "\t\n", "\u00a0\u2003", "\u001c\u001f", "\ufeff", "\u0085", "\u2028"),
              Stream.of(1, 40, 1499, 1500, 1501, 2499, 2500, 2501)
                  .flatMap(n -> Stream.of("a".repeat(n), "ü".repeat(n), "😺".repeat(n)))));
  private static final Arbitrary<JsonNode> IDS =
      texts(
          Stream.of(
              "a1",
              "5f3c1a80-9d1e-4b59-8c1f-2f4f8b6f7a11",
              "<YOUR_ID>",
              "<>",
              "<a<b>",
              "<a>b",
              "YOUR_ID",
              " YOUR_ID\n",
              "YOUR_",
              "YOUR_id",
              "\u2003YOUR_ID",
              "YOUR_ID\u2028",
              "YOUR_ID\n\n",
              "my YOUR_ID",
              " ",
              "\u00a0"));

  private AnyRequest() {}

  static Arbitrary<JsonNode> of(String model) {
    return object(
        List.of(
            "model", "public", "reference", "sinks", "priority", "account", "parameters", "publik"),
        List.of(
            Arbitraries.just(JSON.textNode(model)),
            maybe(Arbitraries.of(true, false).map(JSON::booleanNode)),
            maybe(texts(Stream.of("r", "r".repeat(200), "😺".repeat(200), "r".repeat(201), ""))),
            maybe(list(texts(Stream.of("outbox", "archive", "outbox", "archive", "outbax")), 3)),
            maybe(Arbitraries.integers().between(0, 9).map(JSON::numberNode)),
            maybe(texts(Stream.of("default", "studio", "", "{{env:X}}"))),
            mostly(parameters(model)),
            seldom()));
  }

  private static Arbitrary<JsonNode> parameters(String model) {
    Arbitrary<JsonNode> sides =
        Arbitraries.of(0, 720, 960, 1080, 1280, 1440, 1920, 1081).map(JSON::numberNode);
    Arbitrary<JsonNode> rest =
        object(
            List.of(
                "prompt", "duration", "mode", "motion_has_audio", "quantity", "guidances", "seed"),
            List.of(
                mostly(
                    Arbitraries.frequencyOf(
                        Tuple.of(12, texts(Stream.of("A cat"))), Tuple.of(3, PROMPTS))),
                maybe(Arbitraries.integers().between(2, 16).map(JSON::numberNode)),
                maybe(texts(Stream.of("RESOLUTION_720", "RESOLUTION_1080"))),
                maybe(Arbitraries.of(true, false).map(JSON::booleanNode)),
                model.equals("kling-3.0-turbo")
                    ? maybe(Arbitraries.just(JSON.numberNode(1)))
                    : seldom(),
                maybe(guidances(model)),
                seldom()));
    Arbitrary<JsonNode> size =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.just(JSON.objectNode())),
            Tuple.of(
                4,
                Arbitraries.of(
                        "1280x720",
                        "960x960",
                        "720x1280",
                        "1920x1080",
                        "1440x1440",
                        "1080x1920",
                        "0x0")
                    .map(AnyRequest::sized)),
            Tuple.of(1, object(List.of("width", "height"), List.of(maybe(sides), maybe(sides)))));
    return Combinators.combine(rest, size)
        .as((all, sides2) -> ((ObjectNode) all.deepCopy()).setAll((ObjectNode) sides2));
  }

  private static Arbitrary<JsonNode> guidances(String model) {
    Arbitrary<JsonNode> image = item("image");
    return object(
        List.of("start_frame", "end_frame", "image_reference", "video_reference_base", "style"),
        model.equals("kling-3.0-turbo")
            ? List.of(maybe(list(image, 2)), seldom(), seldom(), seldom(), seldom())
            : List.of(
                maybe(list(image, 2)),
                maybe(list(image, 2)),
                maybe(list(image, 8)),
                maybe(list(item("video"), 2)),
                seldom()));
  }

  private static Arbitrary<JsonNode> item(String kind) {
    Arbitrary<JsonNode> type =
        texts(Stream.of("GENERATED", "GENERATED", "UPLOADED", "INIT", "GENERATION", "VARIATION"));
    Arbitrary<JsonNode> media =
        object(
            List.of("id", "type", "url"),
            List.of(
                mostly(
                    Arbitraries.frequencyOf(
                        Tuple.of(12, texts(Stream.of("a1"))), Tuple.of(1, IDS))),
                mostly(
                    Arbitraries.frequencyOf(
                        Tuple.of(12, texts(Stream.of("GENERATED"))), Tuple.of(2, type))),
                seldom()));
    return mostly(object(List.of(kind, "x"), List.of(mostly(media), seldom())));
  }

  private static Arbitrary<JsonNode> list(Arbitrary<JsonNode> items, int most) {
    return items
        .list()
        .ofMaxSize(most)
        .map(
            list -> {
              ArrayNode array = JSON.arrayNode();
              list.stream().filter(item -> !item.isMissingNode()).forEach(array::add);
              return array;
            });
  }

  private static Arbitrary<JsonNode> object(List<String> keys, List<Arbitrary<JsonNode>> values) {
    return Combinators.combine(values)
        .as(
            list -> {
              ObjectNode object = JSON.objectNode();
              for (int i = 0; i < keys.size(); i++) {
                if (!list.get(i).isMissingNode()) {
                  object.set(keys.get(i), list.get(i));
                }
              }
              return object;
            });
  }

  private static Arbitrary<JsonNode> mostly(Arbitrary<? extends JsonNode> value) {
    return Arbitraries.frequencyOf(Tuple.of(60, value), Tuple.of(1, ODD), Tuple.of(1, LEFT_OUT));
  }

  private static Arbitrary<JsonNode> maybe(Arbitrary<? extends JsonNode> value) {
    return Arbitraries.frequencyOf(Tuple.of(30, value), Tuple.of(1, ODD), Tuple.of(30, LEFT_OUT));
  }

  private static Arbitrary<JsonNode> seldom() {
    return Arbitraries.frequencyOf(Tuple.of(1, ODD), Tuple.of(60, LEFT_OUT));
  }

  private static Arbitrary<JsonNode> texts(Stream<String> texts) {
    return Arbitraries.of(texts.<JsonNode>map(JSON::textNode).toList());
  }

  private static JsonNode sized(String size) {
    String[] sides = size.split("x");
    return JSON.objectNode()
        .put("width", Integer.parseInt(sides[0]))
        .put("height", Integer.parseInt(sides[1]));
  }

  private static JsonNode json(String text) {
    try {
      return StrictJson.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }
}
