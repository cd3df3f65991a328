package io.leonardoroutes.command;

import static io.leonardoroutes.command.CommandOutput.shown;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code limits}: limits and budgets of a running program. */
@Command(
    name = "limits",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the limits and budgets, or sets one while the program runs.",
      "One that is set holds for all instances, and over a restart, until it is taken back."
    })
final class LimitsCommand implements Callable<Integer> {
  private static final String BACK = "default";

  private final CommandContext context;
  @Spec private CommandSpec spec;
  @Mixin private CommandOutput output;
  @Mixin private ConnectionOptions connection;

  @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "name of a limit")
  private String name;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "VALUE",
      description = "its new value; the word default takes it back to that of the settings")
  private String value;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "why, for those who see the limit: up to 200 characters")
  private String reason;

  LimitsCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    ObjectNode body = body();
    RunningProgram program = connection.open(context);
    JsonNode answer = value == null ? list(program) : set(program, body);
    JsonNode all = answer.path("items");
    output.print(
        answer,
        () -> {
          if (all.isArray()) {
            all.forEach(this::show);
          } else {
            show(answer);
          }
        });
    return CommandContext.DONE;
  }

  private ObjectNode body() {
    ObjectNode body = CommandOutput.object();
    if (value != null && !value.equals(BACK)) {
      if (!value.matches("\\d{1,12}(\\.\\d{1,9})?")) {
        throw new ParameterException(
            spec.commandLine(), value + " is no number such as 25.50, nor the word " + BACK);
      }
      body.put("value", new BigDecimal(value));
    }
    if (reason != null) {
      body.put("reason", reason);
    }
    return body;
  }

  private JsonNode list(RunningProgram program) throws InterruptedException {
    JsonNode all = program.get("/limits");
    if (name == null) {
      return all;
    }
    for (JsonNode one : all.path("items")) {
      if (one.path("name").asText().equals(name)) {
        return one;
      }
    }
    throw new CommandFailure("there is no limit " + CommandOutput.plain(name));
  }

  private JsonNode set(RunningProgram program, ObjectNode body) throws InterruptedException {
    String path = "/limits/" + RunningProgram.part(name);
    return value.equals(BACK)
        ? program.change("DELETE", path, CommandOutput.object())
        : program.change("PUT", path, body);
  }

  private void show(JsonNode limit) {
    String unit = limit.hasNonNull("unit") ? " " + shown(limit.get("unit")) : "";
    StringBuilder line = new StringBuilder(shown(limit.path("name")));
    line.append(": ").append(number(limit.path("inForce"))).append(unit);
    if (limit.hasNonNull("ledger")) {
      line.append(", set since ").append(shown(limit.path("since")));
      line.append(" by ").append(shown(limit.path("by")));
      line.append(limit.hasNonNull("reason") ? " (" + shown(limit.get("reason")) + ")" : "");
      line.append("; the settings have ").append(number(limit.path("file")));
    }
    output.line(line.toString());
  }

  private static String number(JsonNode number) {
    return number.isNumber() ? number.decimalValue().toPlainString() : "none";
  }
}
