package io.leonardoroutes.rest;

import io.leonardoroutes.problem.RequestRejected;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The query parameters of a call. Each must be known and given once: a misspelt one would give the
 * wrong answer, or cost money.
 */
public record QueryParameters(Map<String, String> values) {
  private static final String TIME =
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?(Z|[+-]\\d\\d:\\d\\d)";

  /**
   * Reads a query.
   *
   * @param query as it was sent, or null
   * @throws RequestRejected 400 for an unknown parameter, or one that is given twice
   */
  public static QueryParameters of(String query, String... known) {
    Map<String, String> values = new TreeMap<>();
    parsed(query)
        .forEach(
            (name, all) -> {
              if (!List.of(known).contains(name)) {
                throw bad(
                    name + " is no parameter of this call, which has " + String.join(", ", known));
              }
              if (all.size() > 1) {
                throw bad(name + " is there more than once");
              }
              values.put(name, all.get(0));
            });
    return new QueryParameters(values);
  }

  private static Map<String, List<String>> parsed(String query) {
    try {
      // Camel's own parser does not decode %2B.
      return query == null ? Map.of() : new QueryStringDecoder(query, false).parameters();
    } catch (IllegalArgumentException e) {
      throw bad("the query cannot be read: " + e.getMessage());
    }
  }

  /** The value, or null if it is absent or blank. */
  public String text(String name) {
    String value = values.get(name);
    return value == null || value.isBlank() ? null : value;
  }

  /** A boolean; false if it is absent. */
  public boolean flag(String name) {
    String value = values.getOrDefault(name, "false");
    if (!value.equals("true") && !value.equals("false")) {
      throw bad(name, value, "true or false");
    }
    return value.equals("true");
  }

  /** A whole number of at least 1. */
  public int number(String name, int absent, int most) {
    String value = text(name);
    try {
      int number = value == null ? absent : Integer.parseInt(value);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw bad(name, value, "1 to " + most);
  }

  /** An RFC 3339 time, or null if it is absent. */
  public Instant time(String name) {
    String value = text(name);
    if (value == null) {
      return null;
    }
    String upper = value.toUpperCase(Locale.ROOT);
    try {
      if (upper.matches(TIME)) {
        return OffsetDateTime.parse(upper).toInstant();
      }
    } catch (DateTimeParseException e) {
      // reported below
    }
    throw bad(name, value, "a time as 2026-07-01T00:00:00Z (a + in it is written %2B)");
  }

  public static RequestRejected bad(String name, String value, String allowed) {
    return bad(name + " '" + value + "' is not " + allowed);
  }

  private static RequestRejected bad(String detail) {
    return new RequestRejected(400, "bad-parameter", "A query parameter is not valid", detail);
  }
}
