package io.leonardoroutes.board;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** The paths of the pages. */
final class BoardPaths {
  private static final String ROOT = "/board/";

  private BoardPaths() {}

  static String job(String id) {
    return ROOT + "jobs/" + id;
  }

  static String sink(String name) {
    return ROOT + "sinks/" + encoded(name);
  }

  static String redeliver(String sink, String delivery) {
    return sink(sink) + "/deliveries/" + encoded(delivery) + "/redeliver";
  }

  static String limit(String name, String how) {
    return ROOT + "limits/" + encoded(name) + "/" + how;
  }

  static String pause(String what, String name, String how) {
    return ROOT + "pauses/" + what + "/" + encoded(name) + "/" + how;
  }

  /** As a part of a path, or of a query. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
