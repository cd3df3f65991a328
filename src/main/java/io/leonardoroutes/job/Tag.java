package io.leonardoroutes.job;

import java.util.Optional;

/** One tag of a job. Written as one text it is {@code name:value}; a name has no colon. */
public record Tag(String name, String value) {
  /** How a tag is written, for error messages. */
  public static final String FORM = "NAME:VALUE, as in team:red";

  /** Reads {@code name:value}; empty if the text is not like that. */
  public static Optional<Tag> of(String text) {
    int colon = text.indexOf(':');
    return colon < 1 || colon == text.length() - 1
        ? Optional.empty()
        : Optional.of(new Tag(text.substring(0, colon), text.substring(colon + 1)));
  }

  @Override
  public String toString() {
    return name + ":" + value;
  }
}
