package io.leonardoroutes.command;

import static io.leonardoroutes.command.CommandOutput.shown;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code redeliver}: delivers again what was given up. */
@Command(
    name = "redeliver",
    mixinStandardHelpOptions = true,
    description = "Delivers again what is DEAD: all of a sink, or one delivery.")
final class RedeliverCommand implements Callable<Integer> {
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
      description = "id of one delivery, as GET /sinks/{name}/deliveries lists it")
  private String delivery;

  RedeliverCommand(CommandContext context) {
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
