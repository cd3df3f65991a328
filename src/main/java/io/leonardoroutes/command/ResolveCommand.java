package io.leonardoroutes.command;

import static io.leonardoroutes.command.CommandOutput.shown;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code resolve}: an operator's word on jobs in doubt. */
@Command(
    name = "resolve",
    mixinStandardHelpOptions = true,
    description = {
      "Ends the doubt about one job, or about all.",
      "paid: it was billed, as the generation that you name. unpaid: it was not, so it is submitted",
      "again. failed: it is given up."
    })
final class ResolveCommand implements Callable<Integer> {
  private final CommandContext context;
  @Spec private CommandSpec spec;
  @Mixin private CommandOutput output;
  @Mixin private ConnectionOptions connection;

  /** The words of an operator. */
  static final class Words implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("paid", "unpaid", "failed").iterator();
    }
  }

  @Parameters(
      index = "0",
      paramLabel = "paid|unpaid|failed",
      completionCandidates = Words.class,
      description = "what you know about it")
  private String as;

  @Parameters(index = "1", arity = "0..1", paramLabel = "ID", description = "id or name of the job")
  private String id;

  @Option(
      names = "--generation",
      paramLabel = "ID",
      description = "with paid: the provider's id of the generation")
  private String generation;

  @Option(
      names = "--confirm",
      paramLabel = "was-made",
      description =
          "with unpaid: the word was-made, to submit a job again that the provider's answer says"
              + " was made, and perhaps pay twice")
  private String confirm;

  @Option(names = "--all", description = "in place of an ID: all jobs in doubt")
  private boolean all;

  @Option(
      names = "--account",
      paramLabel = "NAME",
      description = "with --all: only jobs of this account")
  private String account;

  @Option(
      names = "--before",
      paramLabel = "INSTANT",
      description = "with --all: only jobs accepted before that time")
  private String before;

  ResolveCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    check();
    ObjectNode decision = CommandOutput.object().put("as", as);
    put(decision, "generationId", generation);
    put(decision, "confirm", confirm);
    put(decision, "account", account);
    put(decision, "before", before);
    RunningProgram program = connection.open(context);
    if (!all) {
      JsonNode job = program.post("/generations/" + RunningProgram.part(id) + "/resolve", decision);
      output.print(job, () -> output.line(JobCommands.line(job)));
      return CommandContext.DONE;
    }
    JsonNode answer = program.post("/resolve", decision);
    output.print(answer, () -> show(answer));
    return answer.path("left").isEmpty() ? CommandContext.DONE : CommandContext.FAILED;
  }

  private void check() {
    require(
        List.of("paid", "unpaid", "failed").contains(as), as + " is not paid, unpaid or failed");
    require(all != (id != null), "name a job, or all of them with --all");
    require(all || account == null && before == null, "--account and --before go with --all");
    require(
        !all || generation == null && confirm == null,
        "--generation and --confirm go with one job");
  }

  private void require(boolean so, String otherwise) {
    if (!so) {
      throw new ParameterException(spec.commandLine(), otherwise);
    }
  }

  private static void put(ObjectNode decision, String name, String value) {
    if (value != null) {
      decision.put(name, value);
    }
  }

  private void show(JsonNode answer) {
    output.line("resolved as " + as + ": " + shown(answer.path("resolved")));
    answer
        .path("left")
        .forEach(
            left ->
                output.line("left: " + shown(left.path("jobs")) + ", " + shown(left.path("why"))));
  }
}
