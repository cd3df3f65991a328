package io.leonardoroutes.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.json.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Requests of every kind: about half of them right, the others wrong in a few places. */
final class AnyRequest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Arbitrary<JsonNode> LEFT_OUT = Arbitraries.just(MissingNode.getInstance());
  private static final Set<String> NOT_SINGLE = Set.of("width", "height", "sizes");
  private static final List<ModelPage> PAGES = ModelPage.all();

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
              Stream.concat(
                      Stream.of(1, 40),
                      words("text", 1)
                          .map(Integer::valueOf)
                          .flatMap(n -> Stream.of(n - 1, n, n + 1)))
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

  /** The words of all fields of this kind, of all models, from this one on. */
  private static Stream<String> words(String kind, int from) {
    return PAGES.stream()
        .flatMap(page -> page.fields().values().stream())
        .filter(rule -> rule.get(0).equals(kind))
        .flatMap(rule -> rule.subList(from, rule.size()).stream())
        .distinct();
  }

  private static Stream<String> sizes() {
    return PAGES.stream().flatMap(page -> page.sizes().stream()).distinct();
  }

  private static List<String> names(String prefix, String odd) {
    Stream<String> names =
        PAGES.stream()
            .flatMap(page -> page.fields().keySet().stream())
            .filter(name -> name.startsWith(prefix))
            .map(name -> name.substring(prefix.length()))
            .filter(name -> !name.contains(".") && !NOT_SINGLE.contains(name));
    return Stream.concat(names, Stream.of(odd)).distinct().toList();
  }

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
    ModelPage page = ModelPage.of(model);
    List<String> names = new ArrayList<>(names("", "seed"));
    List<Arbitrary<JsonNode>> values =
        new ArrayList<>(names.stream().map(name -> single(page.fields().get(name))).toList());
    names.add("guidances");
    values.add(maybe(guidances(page)));
    List<String> sizes = Stream.concat(sizes(), Stream.of("1081x1")).toList();
    Arbitrary<JsonNode> sides =
        Arbitraries.of(
                sizes.stream().flatMap(size -> Stream.of(size.split("x"))).distinct().toList())
            .map(side -> JSON.numberNode(Integer.parseInt(side)));
    Arbitrary<JsonNode> size =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.just(JSON.objectNode())),
            Tuple.of(3, Arbitraries.of(page.sizes()).map(AnyRequest::sized)),
            Tuple.of(1, Arbitraries.of(sizes).map(AnyRequest::sized)),
            Tuple.of(1, object(List.of("width", "height"), List.of(maybe(sides), maybe(sides)))));
    return Combinators.combine(object(names, values), size)
        .as((all, sides2) -> ((ObjectNode) all.deepCopy()).setAll((ObjectNode) sides2));
  }

  /** A value for a field of this rule; null is a field that the model does not have. */
  private static Arbitrary<JsonNode> single(List<String> rule) {
    if (rule == null) {
      return seldom();
    }
    return switch (rule.get(0)) {
      case "text" ->
          mostly(
              Arbitraries.frequencyOf(
                  Tuple.of(12, texts(Stream.of("A cat"))), Tuple.of(3, PROMPTS)));
      case "boolean" -> maybe(Arbitraries.of(true, false).map(JSON::booleanNode));
      case "one" -> maybe(texts(rule.stream().skip(1)));
      default ->
          maybe(
              Arbitraries.frequencyOf(
                  Tuple.of(12, whole(possible(rule))), Tuple.of(2, whole(nearly(rule)))));
    };
  }

  private static Arbitrary<JsonNode> whole(IntStream numbers) {
    return Arbitraries.of(numbers.boxed().toList()).map(JSON::numberNode);
  }

  private static IntStream possible(List<String> rule) {
    IntStream numbers = numbers(rule);
    if (rule.get(0).equals("numbers")) {
      return numbers;
    }
    int[] ends = numbers.limit(2).toArray();
    return IntStream.rangeClosed(ends[0], ends[1]);
  }

  private static IntStream nearly(List<String> rule) {
    return numbers(rule).flatMap(number -> IntStream.of(number - 1, number + 1));
  }

  private static IntStream numbers(List<String> rule) {
    return rule.stream().skip(1).filter(word -> !word.startsWith("=")).mapToInt(Integer::parseInt);
  }

  private static Arbitrary<JsonNode> guidances(ModelPage page) {
    List<String> names = names("guidances.", "style");
    return object(
        names,
        names.stream()
            .map(name -> page.fields().get("guidances." + name))
            .map(
                rule ->
                    rule == null
                        ? seldom()
                        : maybe(list(item(rule.get(0)), Integer.parseInt(rule.get(1)) + 1)))
            .toList());
  }

  private static Arbitrary<JsonNode> item(String kind) {
    Arbitrary<JsonNode> type = texts(Stream.concat(words("image", 2), Stream.of("GENERATED")));
    Arbitrary<JsonNode> job =
        object(
            List.of("job", "type"),
            List.of(
                mostly(texts(Stream.of("j", "j".repeat(200), "j".repeat(201), " "))), seldom()));
    Arbitrary<JsonNode> known =
        object(
            List.of("id", "type", "colour"),
            List.of(
                mostly(
                    Arbitraries.frequencyOf(
                        Tuple.of(12, texts(Stream.of("a1"))), Tuple.of(1, IDS))),
                mostly(
                    Arbitraries.frequencyOf(
                        Tuple.of(12, texts(Stream.of("GENERATED"))), Tuple.of(2, type))),
                seldom()));
    Arbitrary<JsonNode> media =
        Arbitraries.frequencyOf(Tuple.of(6, known), Tuple.of(kind.equals("video") ? 3 : 1, job));
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
