package io.leonardoroutes.command;

import static io.leonardoroutes.command.CommandOutput.shown;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code status}: how the running program stands. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Says how the running program stands.",
      "Jobs by state, slots, accounts, sinks, pauses, and what is away.",
      "That is GET /summary, or where there is none its health, by the settings of this folder."
    })
final class StatusCommand implements Callable<Integer> {
  private static final int NOT_FOUND = 404;

  private final CommandContext context;
  @Mixin private CommandOutput output;
  @Mixin private ConnectionOptions connection;

  StatusCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    RunningProgram program = connection.open(context);
    RunningProgram.Answer answer = program.ask("/summary");
    if (answer.status() == NOT_FOUND) {
      return health(new RunningProgram(ConnectionOptions.management(context), null));
    }
    JsonNode summary = program.good(answer).body();
    output.print(summary, () -> lines(summary).forEach(output::line));
    return CommandContext.DONE;
  }

  private int health(RunningProgram management) throws InterruptedException {
    RunningProgram.Answer answer = management.ask("/health/ready");
    if (!answer.body().has("status")) {
      management.good(answer);
    }
    JsonNode health = answer.body();
    output.print(
        health,
        () -> {
          output.line("health: " + shown(health.path("status")));
          health.path("away").forEach(away -> output.line("away: " + shown(away)));
        });
    return answer.isGood() ? CommandContext.DONE : CommandContext.FAILED;
  }

  private static List<String> lines(JsonNode summary) {
    List<String> lines = new ArrayList<>();
    lines.add("jobs: " + counts(summary.path("states")));
    if (!summary.path("waitsFor").isEmpty()) {
      lines.add("waiting for: " + counts(summary.path("waitsFor")));
    }
    if (summary.hasNonNull("oldestQueuedAt")) {
      lines.add("oldest in the queue: since " + shown(summary.get("oldestQueuedAt")));
    }
    if (summary.has("slots")) {
      lines.add("slots: " + value(summary.get("slots")));
    }
    summary.path("accounts").forEach(one -> lines.add("account " + fields(one)));
    summary.path("sinks").forEach(one -> lines.add("sink " + fields(one)));
    summary.path("pauses").forEach(one -> lines.add(PauseCommands.line(one)));
    summary.path("away").forEach(one -> lines.add("away: " + fields(one)));
    return lines;
  }

  private static String counts(JsonNode counts) {
    List<String> all = new ArrayList<>();
    counts
        .properties()
        .forEach(
            one -> {
              if (!one.getValue().asText().equals("0")) {
                all.add(CommandOutput.plain(one.getKey()) + " " + shown(one.getValue()));
              }
            });
    return all.isEmpty() ? "none" : String.join(", ", all);
  }

  /** The name first, then what else there is. */
  private static String fields(JsonNode one) {
    if (!one.isObject()) {
      return shown(one);
    }
    List<String> all = new ArrayList<>();
    one.properties()
        .forEach(
            field -> {
              JsonNode value = field.getValue();
              if (!field.getKey().equals("name") && !value.isNull()) {
                all.add(CommandOutput.plain(field.getKey()) + " " + value(value));
              }
            });
    return shown(one.path("name")) + (all.isEmpty() ? "" : ": " + String.join(", ", all));
  }

  /** Of something that is used up, how much of it. */
  private static String value(JsonNode value) {
    if (value.isArray()) {
      return StreamSupport.stream(value.spliterator(), false)
          .map(CommandOutput::shown)
          .collect(Collectors.joining(" and "));
    }
    if (!value.has("used")) {
      return value.isValueNode() ? shown(value) : CommandOutput.plain(value.toString());
    }
    return shown(value.get("used"))
        + " of "
        + shown(value.has("of") ? value.get("of") : value.path("amount"))
        + (value.has("unit") ? " " + shown(value.get("unit")) : "");
  }
}
