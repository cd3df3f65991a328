package io.leonardoroutes.command;

import com.fasterxml.jackson.databind.JsonNode;

/** A command cannot be done; its message is one line that says why and what would do. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitStatus;
  private final transient JsonNode document;

  CommandFailure(int exitStatus, String message, JsonNode document) {
    super(message);
    this.exitStatus = exitStatus;
    this.document = document;
  }

  CommandFailure(String message) {
    this(CommandContext.FAILED, message, null);
  }

  int exitStatus() {
    return exitStatus;
  }

  /** What the running program answered, for {@code --json}; null if there is nothing. */
  JsonNode document() {
    return document;
  }
}
