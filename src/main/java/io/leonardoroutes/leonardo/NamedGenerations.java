package io.leonardoroutes.leonardo;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ids that an answer which cannot be read may name as its generation: in an unexpected shape, in a
 * JSON text inside another, or cut off behind it.
 */
final class NamedGenerations {
  private static final int MOST = 5;

  private static final String QUOTES = "[\\\\\"']{0,4}";

  private static final Pattern LABELLED =
      Pattern.compile(
          "(?i)\\b(?:generation[_-]?id|generation|id)"
              + QUOTES
              + "\\s{0,9}[:=]\\s{0,9}"
              + QUOTES
              + "([0-9a-z][0-9a-z._:~-]{0,199})(?![0-9a-z._:~-])");

  private static final Pattern UUID =
      Pattern.compile(
          "(?i)(?<![0-9a-z-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
              + "(?![0-9a-z-])");

  /** A user, a key or a picture is no generation. */
  private static final Pattern OF_ANOTHER =
      Pattern.compile(
          "(?i)(user|key|token|secret|password|team|image|variation|request|trace)[-_ ]?(id)?"
              + QUOTES
              + "\\s{0,9}[:=]\\s{0,9}"
              + QUOTES
              + "$");

  /** As in {@code {"user": {"id": ...}}}: whose id it is stands before it. */
  private static final Pattern INSIDE_ANOTHER =
      Pattern.compile(
          "(?i)(user|key|image|request)[a-z_]*" + QUOTES + "\\s*:\\s*\\{[\\s\\\\\"']*$");

  private NamedGenerations() {}

  /** At most five, the surest first. */
  static List<String> in(String body) {
    if (body == null) {
      return List.of();
    }
    Set<String> ids = new LinkedHashSet<>();
    Matcher labelled = LABELLED.matcher(body);
    while (ids.size() < MOST && labelled.find()) {
      add(ids, labelled.group(1), before(body, labelled.start()));
    }
    Matcher uuid = UUID.matcher(body);
    while (ids.size() < MOST && uuid.find()) {
      if (!OF_ANOTHER.matcher(before(body, uuid.start())).find()) {
        add(ids, uuid.group(), "");
      }
    }
    return List.copyOf(ids);
  }

  private static String before(String body, int at) {
    return body.substring(Math.max(0, at - 60), at);
  }

  private static void add(Set<String> ids, String id, String before) {
    boolean ofAnother = INSIDE_ANOTHER.matcher(before).find();
    String usable = ProviderAnswer.usableId(TextNode.valueOf(id));
    if (usable != null && !ofAnother && !id.matches("(?i)null|true|false")) {
      ids.add(usable);
    }
  }
}
