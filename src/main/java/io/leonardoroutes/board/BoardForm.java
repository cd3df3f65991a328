package io.leonardoroutes.board;

import io.leonardoroutes.auth.ProblemHandler;
import io.leonardoroutes.problem.RequestRejected;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a form of the board sent.
 *
 * @param values by field; a field that was left empty is absent
 */
record BoardForm(Map<String, String> values) {
  static final String GENERATION = "generationId";
  static final String CONFIRM = "confirm";
  static final String REASON = "reason";
  static final String VALUE = "value";

  private static final Set<String> FIELDS = Set.of(GENERATION, CONFIRM, REASON, VALUE);
  private static final int LONGEST = 16 * 1024;

  /**
   * Reads a form that came from a page of ours. Fields that no form of ours has are ignored.
   *
   * @param origin the header; a list if there are several
   * @param url the address of the call, as the browser sees it
   * @param body bytes of our own server, or what another server has read of the form
   * @throws RequestRejected 403 for a page of others; 413 for a form that is too long
   */
  static BoardForm read(Object origin, Object url, Object body) {
    boolean ours = origin instanceof String from && SameOrigin.is(from, SameOrigin.authority(url));
    if (!ours) {
      throw new RequestRejected(ProblemHandler.FOREIGN_FORM);
    }
    Map<String, String> values = new TreeMap<>();
    if (body instanceof Map<?, ?> read) {
      read.forEach((name, value) -> put(values, String.valueOf(name), String.valueOf(value)));
    } else if (body instanceof byte[] bytes) {
      if (bytes.length > LONGEST) {
        throw new RequestRejected(413, "too-large", "The form is too long", "shorten its fields");
      }
      new QueryStringDecoder(new String(bytes, StandardCharsets.UTF_8), false)
          .parameters()
          .forEach((name, all) -> put(values, name, all.get(0)));
    }
    return new BoardForm(values);
  }

  private static void put(Map<String, String> values, String name, String value) {
    if (FIELDS.contains(name) && !value.isBlank()) {
      values.put(name, value.strip());
    }
  }

  /** The value of a field, or null. */
  String text(String name) {
    return values.get(name);
  }
}
