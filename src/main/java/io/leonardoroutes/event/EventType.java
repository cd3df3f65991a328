package io.leonardoroutes.event;

import java.util.Locale;

/**
 * The types of events about a job. Their names are part of our contract: settings, events and file
 * names contain them.
 */
public enum EventType {
  SUBMITTED,
  COMPLETED,
  FAILED,
  REJECTED,
  IN_DOUBT,
  CANCELLED,
  APPROVAL;

  /** The name in settings and file names: {@code in_doubt}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The CloudEvents {@code type}: {@code leonardo.generation.in_doubt}. */
  public String type() {
    return type(word());
  }

  /** The CloudEvents {@code type} of the event with this {@link #word}. */
  public static String type(String word) {
    return "leonardo.generation." + word;
  }
}
