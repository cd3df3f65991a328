package io.leonardoroutes.delivery;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What can be told of a job. The words are a promise to users: settings and events carry them. */
public enum EventType {
  SUBMITTED,
  COMPLETED,
  FAILED,
  REJECTED,
  IN_DOUBT,
  CANCELLED;

  /** As settings and file names have it: {@code in_doubt}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As a CloudEvents {@code type}: {@code leonardo.generation.in_doubt}. */
  public String type() {
    return "leonardo.generation." + word();
  }

  /**
   * The type of that {@link #word}.
   *
   * @throws IllegalArgumentException if there is none; its message lists the known ones
   */
  public static EventType named(String word) {
    return Arrays.stream(values())
        .filter(type -> type.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no event '" + word + "': the events are " + words()));
  }

  private static String words() {
    return Arrays.stream(values()).map(EventType::word).collect(Collectors.joining(", "));
  }
}
