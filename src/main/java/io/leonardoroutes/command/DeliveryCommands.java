package io.leonardoroutes.command;

import static io.leonardoroutes.command.CommandOutput.shown;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands {@code deliveries} and {@code redeliver}. */
final class DeliveryCommands {
  private DeliveryCommands() {}

  /** The command {@code deliveries}: lists what has not reached a sink. */
  @Command(
      name = "deliveries",
      mixinStandardHelpOptions = true,
      description = "Lists the deliveries of a sink that are pending or dead, the oldest first.")
  static final class Deliveries implements Callable<Integer> {
    private final CommandContext context;
    @Mixin private CommandOutput output;
    @Mixin private ConnectionOptions connection;

    @Parameters(
        paramLabel = "SINK",
        description = "name of the sink; reply for the answers to JMS callers")
    private String sink;

    @Option(names = "--state", paramLabel = "STATE", description = "only PENDING or DEAD")
    private String state;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "100",
        description = "how many, 1 to 1000; default ${DEFAULT-VALUE}")
    private int limit;

    @Option(
        names = "--after",
        paramLabel = "CURSOR",
        description = "the page after this one: what the page before calls next")
    private String after;

    Deliveries(CommandContext context) {
      this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
      Map<String, String> asked = new LinkedHashMap<>();
      asked.put("state", state);
      asked.put("limit", String.valueOf(limit));
      asked.put("after", after);
      JsonNode page =
          connection
              .open(context)
              .get(
                  "/sinks/"
                      + RunningProgram.part(sink)
                      + "/deliveries?"
                      + RunningProgram.query(asked));
      output.print(page, () -> show(page));
      return CommandContext.DONE;
    }

    private void show(JsonNode page) {
      page.path("items")
          .forEach(
              one ->
                  output.line(
                      "%s  %s  %s %s of %s  tries %s  since %s%s"
                          .formatted(
                              shown(one.path("id")),
                              shown(one.path("state")),
                              shown(one.path("event")),
                              shown(one.path("content")),
                              shown(one.path("job")),
                              shown(one.path("tries")),
                              shown(one.path("since")),
                              one.hasNonNull("error") ? ": " + shown(one.get("error")) : "")));
      if (page.path("next").isTextual()) {
        output.err().println("more: --after " + shown(page.get("next")));
      }
    }
  }

  /** The command {@code redeliver}: delivers again what was given up. */
  @Command(
      name = "redeliver",
      mixinStandardHelpOptions = true,
      description = "Delivers again what is DEAD: all of a sink, or one delivery.")
  static final class Redeliver implements Callable<Integer> {
    private final CommandContext context;
    @Mixin private CommandOutput output;
    @Mixin private ConnectionOptions connection;

    @Parameters(
        index = "0",
        paramLabel = "SINK",
        description = "name of the sink; reply for the answers to JMS callers")
    private String sink;

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "DELIVERY",
        description = "id of one delivery, as the command deliveries lists it")
    private String delivery;

    Redeliver(CommandContext context) {
      this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
      String path =
          "/sinks/"
              + RunningProgram.part(sink)
              + (delivery == null ? "" : "/deliveries/" + RunningProgram.part(delivery))
              + "/redeliver";
      JsonNode answer = connection.open(context).post(path, CommandOutput.object());
      output.print(
          answer,
          () ->
              output.line(
                  answer.has("deliveries")
                      ? shown(answer.path("sink"))
                          + ": "
                          + shown(answer.path("deliveries"))
                          + " deliveries wait again"
                      : CommandOutput.plain(sink) + ": the delivery waits again"));
      return CommandContext.DONE;
    }
  }
}
