package io.leonardoroutes.rest;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code multipart/form-data} body (RFC 7578), read strictly: its parts by their names, without
 * copies of their bytes. File names and headers other than the name are ignored.
 */
public final class FormData {
  private static final int MOST_PARTS = 50;
  private static final int LONGEST_HEAD = 8 * 1024;
  private static final Pattern BOUNDARY =
      Pattern.compile("(?i)multipart/form-data *;.*\\bboundary=(\"?)([-'()+_,./:=? \\w]{1,70})\\1");
  private static final Pattern NAME =
      Pattern.compile(
          "(?is)(?:.*\r\n)?content-disposition: *form-data(?=;).*?; *name=\"([^\"\r\n]*)\".*");

  private final byte[] body;
  private final Map<String, Part> parts = new HashMap<>();

  private record Part(int from, int length) {}

  private FormData(byte[] body) {
    this.body = body;
  }

  /** Whether a Content-Type is that of a form. */
  public static boolean isForm(String type) {
    return type != null && type.strip().toLowerCase(Locale.ROOT).startsWith("multipart/form-data");
  }

  /**
   * Reads a body.
   *
   * @throws IllegalArgumentException if it is none, with the reason
   */
  public static FormData read(String type, byte[] body) {
    Matcher boundary = BOUNDARY.matcher(type.strip());
    if (!boundary.find()) {
      throw new IllegalArgumentException("its Content-Type has no boundary");
    }
    FormData form = new FormData(body);
    form.split(("--" + boundary.group(2)).getBytes(StandardCharsets.US_ASCII));
    return form;
  }

  private void split(byte[] delimiter) {
    int at = next(delimiter, 0);
    while (at >= 0 && !startsWith(at + delimiter.length, "--")) {
      int head = at + delimiter.length + 2;
      int next = next(delimiter, head);
      if (next < 0) {
        break;
      }
      add(head, next - 2);
      at = next;
    }
    if (at < 0 || !startsWith(at + delimiter.length, "--")) {
      throw new IllegalArgumentException("it is cut off");
    }
  }

  private void add(int from, int to) {
    int content = from;
    while (!startsWith(content, "\r\n\r\n")) {
      content++;
      if (content >= to || content - from > LONGEST_HEAD) {
        throw new IllegalArgumentException("a part of it has no end of its headers");
      }
    }
    Matcher name = NAME.matcher(new String(body, from, content - from, StandardCharsets.UTF_8));
    if (!name.matches()) {
      throw new IllegalArgumentException("a part of it has no name");
    }
    int start = Math.min(content + 4, to);
    if (parts.put(name.group(1), new Part(start, to - start)) != null) {
      throw new IllegalArgumentException("two parts of it have the same name");
    }
    if (parts.size() > MOST_PARTS) {
      throw new IllegalArgumentException("it has more than " + MOST_PARTS + " parts");
    }
  }

  /** Where the delimiter begins a line, from there on; -1 if nowhere. */
  private int next(byte[] delimiter, int from) {
    for (int i = from; i <= body.length - delimiter.length; i++) {
      boolean begins = i == 0 || (i > 1 && body[i - 2] == '\r' && body[i - 1] == '\n');
      if (begins && body[i] == '-' && matches(delimiter, i)) {
        return i;
      }
    }
    return -1;
  }

  private boolean matches(byte[] delimiter, int at) {
    for (int i = 0; i < delimiter.length; i++) {
      if (body[at + i] != delimiter[i]) {
        return false;
      }
    }
    return true;
  }

  private boolean startsWith(int at, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (at + i >= body.length || body[at + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The bytes of a part; null if there is none of that name. */
  public InputStream open(String name) {
    Part part = parts.get(name);
    return part == null ? null : new ByteArrayInputStream(body, part.from(), part.length());
  }
}
