package io.leonardoroutes.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.deser.std.JsonNodeDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.Locale;
import java.util.OptionalInt;

/** Strict JSON as in RFC 8259: anything ambiguous is rejected. */
public final class StrictJson {
  /** The deepest nesting of objects and arrays. */
  static final int DEEPEST = 64;

  /** The most characters of one number. */
  static final int LONGEST_NUMBER = 100;

  private static final int LONGEST_REASON = 200;

  private StrictJson() {}

  /**
   * A mapper for reading requests: no key twice, no text after the end, bounded depth, numbers
   * exactly as written.
   */
  public static ObjectMapper mapper() {
    StreamReadConstraints bounds =
        StreamReadConstraints.builder()
            .maxNestingDepth(DEEPEST)
            .maxNumberLength(LONGEST_NUMBER)
            .build();
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(bounds)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();
    return JsonMapper.builder(factory)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .addModule(new SimpleModule().addDeserializer(JsonNode.class, new Tree()))
        .build();
  }

  public static String place(JsonProcessingException broken) {
    JsonLocation at = broken.getLocation();
    return at == null ? "somewhere" : "line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  public static String reason(JsonProcessingException broken) {
    if (broken instanceof MismatchedInputException) {
      return "there is more after the end of the request";
    }
    String words =
        broken
            .getOriginalMessage()
            .replaceAll("\\[Source: [^;]*; (line: \\d+, column: \\d+)]", "$1")
            .replaceAll(", from `[^`]*`", "");
    return SafeText.plain(words, LONGEST_REASON);
  }

  /** Reads a tree as Jackson does, and reports every failure as one of the JSON, with its place. */
  private static final class Tree extends StdDeserializer<JsonNode> {
    private static final long serialVersionUID = 1;
    private static final JsonDeserializer<? extends JsonNode> JACKSON =
        JsonNodeDeserializer.getDeserializer(JsonNode.class);

    private Tree() {
      super(JsonNode.class);
    }

    @Override
    public JsonNode deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      try {
        WholeCharacters whole = new WholeCharacters(parser);
        whole.check(parser.currentToken());
        return JACKSON.deserialize(whole, context);
      } catch (StreamConstraintsException e) {
        throw new JsonParseException(parser, e.getOriginalMessage(), e);
      } catch (ArithmeticException | NumberFormatException e) {
        // an exponent of ten digits and more passes Jackson and fails in BigDecimal
        throw new JsonParseException(parser, "Number out of every range", e);
      }
    }

    @Override
    public JsonNode getNullValue(DeserializationContext context) {
      return context.getNodeFactory().nullNode();
    }
  }

  /**
   * Rejects half of a surrogate pair, which only an escape can produce: it is not text, so we would
   * pay for a different prompt.
   */
  private static final class WholeCharacters extends JsonParserDelegate {
    private WholeCharacters(JsonParser parser) {
      super(parser);
    }

    @Override
    public JsonToken nextToken() throws IOException {
      return check(super.nextToken());
    }

    @Override
    public JsonToken nextValue() throws IOException {
      JsonToken token = nextToken();
      return token == JsonToken.FIELD_NAME ? nextToken() : token;
    }

    @Override
    public String nextFieldName() throws IOException {
      return nextToken() == JsonToken.FIELD_NAME ? currentName() : null;
    }

    private JsonToken check(JsonToken token) throws IOException {
      if (token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING) {
        OptionalInt half = half(getText());
        if (half.isPresent()) {
          throw new JsonParseException(
              this,
              String.format(
                  Locale.ROOT,
                  "Half of a character, \\u%04x: a surrogate needs the other of its pair",
                  half.getAsInt()),
              currentTokenLocation());
        }
      }
      return token;
    }

    private static OptionalInt half(String text) {
      // A pair is one code point, and only what has no other half is left as it is.
      return text.codePoints()
          .filter(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)
          .findFirst();
    }
  }
}
