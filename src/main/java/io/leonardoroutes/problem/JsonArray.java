package io.leonardoroutes.problem;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leonardoroutes.json.StrictJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Splits a JSON array into the texts of its elements, exactly as they were sent. */
public final class JsonArray {
  private static final ObjectMapper STRICT = StrictJson.mapper();

  private JsonArray() {}

  /** Whether a text, assuming that it is JSON, is an array. */
  public static boolean looksLikeOne(String text) {
    return text.stripLeading().startsWith("[");
  }

  /**
   * Splits the array. Reading stops at the first element that is too many.
   *
   * @param most the largest allowed number of elements
   * @throws RequestRejected 400 if it is not a JSON array or is empty, 413 if it has too many
   *     elements
   */
  public static List<String> elements(String text, int most) {
    try (JsonParser parser = STRICT.createParser(text)) {
      List<String> elements = new ArrayList<>();
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (elements.size() == most) {
          throw tooMany(most);
        }
        elements.add(element(parser, text));
      }
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "there is more after the end of the request");
      }
      if (elements.isEmpty()) {
        throw new RequestRejected(
            400, "empty", "The request is empty", "there is no request in the array");
      }
      return elements;
    } catch (JsonProcessingException e) {
      throw RequestRejected.of(e).orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String element(JsonParser parser, String text) throws IOException {
    int start = (int) parser.currentTokenLocation().getCharOffset();
    parser.skipChildren();
    parser.finishToken();
    return text.substring(start, (int) parser.currentLocation().getCharOffset());
  }

  private static RequestRejected tooMany(int most) {
    return new RequestRejected(
        413,
        "batch-too-large",
        "The batch is too large",
        "it has more than " + most + " requests: send them in parts");
  }
}
