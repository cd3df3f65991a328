package io.leonardoroutes.lines;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.json.StrictJson;
import io.leonardoroutes.problem.RequestRejected;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a line of a batch leaves out: a part of a request, from {@code NAME.defaults.json} beside
 * {@code NAME.csv}, else from {@code _defaults.json} of the folder.
 */
public final class LineDefaults {
  private static final String OF_FOLDER = "_defaults.json";
  private static final String OF_FILE = ".defaults.json";
  private static final ObjectMapper STRICT = StrictJson.mapper();

  private final ObjectNode defaults;

  private LineDefaults(ObjectNode defaults) {
    this.defaults = defaults;
  }

  /** Whether a file of that name holds defaults and no request. */
  public static boolean isName(String file) {
    String name = file.toLowerCase(Locale.ROOT);
    return name.equals(OF_FOLDER) || name.endsWith(OF_FILE);
  }

  /**
   * The defaults for a dropped file, whatever its ending, as JSON; null if there are none.
   *
   * @param most the most bytes they may have
   * @throws RequestRejected if they cannot be used
   */
  public static String read(Path dropped, int most) throws IOException {
    String name = dropped.getFileName().toString();
    String own = name.substring(0, name.lastIndexOf('.')) + OF_FILE;
    for (String file : List.of(own, OF_FOLDER)) {
      try (InputStream in =
          Files.newInputStream(dropped.resolveSibling(file), LinkOption.NOFOLLOW_LINKS)) {
        return checked(file, in.readNBytes(most + 1), most);
      } catch (NoSuchFileException noneThere) {
        continue;
      }
    }
    return null;
  }

  private static String checked(String file, byte[] bytes, int most) throws IOException {
    if (bytes.length > most) {
      throw wrong(file, "it is larger than " + most + " bytes");
    }
    try {
      JsonNode json = STRICT.readTree(new String(bytes, StandardCharsets.UTF_8));
      if (!(json instanceof ObjectNode object)) {
        throw wrong(file, "a JSON object is needed");
      }
      if (object.has("reference")) {
        throw wrong(file, "a `reference` stands for one request, and cannot be that of every line");
      }
      return object.toString();
    } catch (JsonProcessingException e) {
      throw wrong(file, StrictJson.place(e) + ": " + StrictJson.reason(e));
    }
  }

  /**
   * The request for a video that begins with a picture: what the defaults say, and that.
   *
   * @param defaults null if there are none
   * @throws RequestRejected if there are none
   */
  public static byte[] requestFor(String picture, String defaults) {
    if (defaults == null) {
      throw wrong(OF_FOLDER, "it is not there: drop one that names a model and a prompt first");
    }
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request
        .withObjectProperty("parameters")
        .withObjectProperty("guidances")
        .withArrayProperty("start_frame")
        .addObject()
        .putObject("image")
        .put("file", picture);
    return of(defaults).complete(request.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static RequestRejected wrong(String file, String why) {
    return new RequestRejected(
        400, "wrong-defaults", "The defaults cannot be used", file + ": " + why);
  }

  /**
   * @param json as it was read, or null
   */
  public static LineDefaults of(String json) {
    try {
      return new LineDefaults(json == null ? null : (ObjectNode) STRICT.readTree(json));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("defaults that were read before are no JSON", e);
    }
  }

  /** The request with what it leaves out; one that cannot be read stays as it is. */
  public byte[] complete(byte[] request) {
    if (defaults == null) {
      return request;
    }
    try {
      JsonNode given = STRICT.readTree(new String(request, StandardCharsets.UTF_8));
      return given instanceof ObjectNode object
          ? merged(defaults.deepCopy(), object).toString().getBytes(StandardCharsets.UTF_8)
          : request;
    } catch (JsonProcessingException rejectedLater) {
      return request;
    }
  }

  /**
   * The texts under a key, wherever it is in the complete request; none if it cannot be read.
   *
   * @param key that the line or its defaults {@linkplain RequestLine#mentions mention}
   */
  public List<String> texts(RequestLine line, String key) {
    boolean byDefault = defaults != null && defaults.findValue(key) != null;
    if (line.json() == null || !byDefault && !line.mentions(key)) {
      return List.of();
    }
    try {
      return STRICT
          .readTree(new String(complete(line.json()), StandardCharsets.UTF_8))
          .findValuesAsText(key);
    } catch (JsonProcessingException rejectedLater) {
      return List.of();
    }
  }

  private static ObjectNode merged(ObjectNode into, ObjectNode from) {
    for (Map.Entry<String, JsonNode> field : from.properties()) {
      JsonNode there = into.get(field.getKey());
      boolean both = there instanceof ObjectNode && field.getValue() instanceof ObjectNode;
      into.set(
          field.getKey(),
          both ? merged((ObjectNode) there, (ObjectNode) field.getValue()) : field.getValue());
    }
    return into;
  }
}
