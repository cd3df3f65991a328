package io.leonardoroutes.command;

import static io.leonardoroutes.command.CommandOutput.shown;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code job}: shows a job and what happened to it. */
@Command(
    name = "job",
    mixinStandardHelpOptions = true,
    description = "Shows a job and every change of its state.")
final class JobCommand implements Callable<Integer> {
  private final CommandContext context;
  @Mixin private CommandOutput output;
  @Mixin private ConnectionOptions connection;

  @Parameters(
      paramLabel = "ID",
      description = "id of the job, or its name in the log, such as koala-1a2b3c4d")
  private String id;

  JobCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    RunningProgram program = connection.open(context);
    String path = "/generations/" + RunningProgram.part(id);
    JsonNode job = program.get(path);
    JsonNode history = program.get(path + "/history").path("items");
    ObjectNode document = CommandOutput.object();
    document.setAll((ObjectNode) job.deepCopy());
    document.set("history", history);
    output.print(document, () -> show(job, history));
    return CommandContext.DONE;
  }

  private void show(JsonNode job, JsonNode history) {
    JobText.lines(job).forEach(output::line);
    history.forEach(
        change ->
            output.line(
                "%s  %s > %s  by %s, %s"
                    .formatted(
                        shown(change.path("at")),
                        shown(change.path("from")),
                        shown(change.path("to")),
                        shown(change.path("who")),
                        shown(change.path("where")))));
  }
}
