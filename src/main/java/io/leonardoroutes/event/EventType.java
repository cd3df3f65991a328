package io.leonardoroutes.event;

import java.util.Locale;

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
}
