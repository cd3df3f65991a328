package io.leonardoroutes.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.json.SafeText;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The option {@code --json}, and where a command prints its result. */
final class CommandOutput {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Texts of others are cut off after this many characters. */
  private static final int LONGEST = 300;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--json",
      description = "print the result as JSON, one document in one line, in place of text")
  private boolean json;

  boolean isJson() {
    return json;
  }

  PrintWriter out() {
    return command.commandLine().getOut();
  }

  PrintWriter err() {
    return command.commandLine().getErr();
  }

  /** Prints one of the two. */
  void print(JsonNode document, Runnable text) {
    if (json) {
      out().println(document);
    } else {
      text.run();
    }
  }

  void line(String text) {
    out().println(text);
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static JsonNode tree(Object value) {
    return JSON.valueToTree(value);
  }

  /** A text from outside that cannot disturb a terminal. */
  static String plain(String text) {
    return SafeText.plain(text, LONGEST);
  }

  /** The same of a JSON value; a dash where there is none. */
  static String shown(JsonNode text) {
    return text.isMissingNode() || text.isNull() ? "-" : plain(text.asText());
  }
}
