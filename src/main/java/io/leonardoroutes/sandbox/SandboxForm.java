package io.leonardoroutes.sandbox;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code multipart/form-data} body as it was received; Vert.x's own parser does not tell what
 * came before the file.
 *
 * @param fields those before the file
 * @param isFileLast whether nothing came after the file
 * @param file null if there was none
 */
record SandboxForm(Map<String, String> fields, boolean isFileLast, Buffer file) {
  private static final Pattern BOUNDARY =
      Pattern.compile("multipart/form-data;.*boundary=\"?([^\";]+)\"?.*");
  private static final Pattern NAME = Pattern.compile("(?s).*\\bname=\"([^\"]*)\".*");

  static SandboxForm read(String type, Buffer body) {
    Map<String, String> fields = new LinkedHashMap<>();
    Matcher boundary = BOUNDARY.matcher(type == null ? "" : type);
    if (!boundary.matches()) {
      return new SandboxForm(fields, false, null);
    }
    String delimiter = "\r\n--" + boundary.group(1);
    String text = "\r\n" + body.toString(StandardCharsets.ISO_8859_1);
    Buffer file = null;
    int from = text.indexOf(delimiter);
    for (int to = next(text, delimiter, from); to >= 0; to = next(text, delimiter, from)) {
      String part = text.substring(from + delimiter.length(), to);
      from = to;
      int head = part.indexOf("\r\n\r\n");
      Matcher name = NAME.matcher(part.substring(0, Math.max(0, head)));
      if (file != null || !name.matches()) {
        return new SandboxForm(fields, false, file);
      }
      byte[] content = part.substring(head + 4).getBytes(StandardCharsets.ISO_8859_1);
      if (name.group(1).equals("file")) {
        file = Buffer.buffer(content);
      } else {
        fields.put(name.group(1), new String(content, StandardCharsets.UTF_8));
      }
    }
    return new SandboxForm(fields, true, file);
  }

  private static int next(String text, String delimiter, int from) {
    return from < 0 ? -1 : text.indexOf(delimiter, from + delimiter.length());
  }
}
