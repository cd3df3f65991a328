package io.leonardoroutes.command;

import io.leonardoroutes.app.ProgramSetup;
import io.leonardoroutes.prove.ProveCommand;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The command line of the program. */
@Command(
    name = "leonardo-routes",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramCommands.Version.class,
    synopsisSubcommandLabel = "[COMMAND]",
    description = "Turns requests into videos, and pays for each of them once.",
    footer = {
      "",
      "Without a command it starts. Settings come from config/application.properties, from the",
      "environment, or before -jar: java -Dkey=value -jar leonardo-routes.jar"
    })
public final class ProgramCommands implements Callable<Integer> {
  private static final int WIDTH = 100;

  private ProgramCommands() {}

  /** Runs the command and returns the exit status: 2 for an unknown command or option. */
  public static int run(String... arguments) {
    // A start needs no parser, and should not wait for one.
    if (arguments.length == 0 || arguments.length == 1 && arguments[0].equals("start")) {
      return StartCommand.run();
    }
    PrintStream out = System.out;
    // The log and what libraries print must not get between the lines of a result.
    System.setOut(System.err);
    return line(CommandContext.real())
        .setOut(writer(out))
        .setErr(writer(System.err))
        .execute(arguments);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  static CommandLine line(CommandContext context) {
    CommandLine line =
        new CommandLine(new ProgramCommands())
            .addSubcommand(new StartCommand())
            .addSubcommand(new ValidateCommand(context))
            .addSubcommand(new ModelCommands.Schema(context))
            .addSubcommand(new ModelCommands.Models(context))
            .addSubcommand(new QuoteCommand(context))
            .addSubcommand(new SubmitCommand(context))
            .addSubcommand(new StatusCommand(context))
            .addSubcommand(new JobCommands.Jobs(context))
            .addSubcommand(new JobCommands.Job(context))
            .addSubcommand(new WatchCommand(context))
            .addSubcommand(new ResolveCommand(context))
            .addSubcommand(new PauseCommands.Pause(context))
            .addSubcommand(new PauseCommands.Resume(context))
            .addSubcommand(new LimitsCommand(context))
            .addSubcommand(new DeliveryCommands.Deliveries(context))
            .addSubcommand(new DeliveryCommands.Redeliver(context))
            .addSubcommand(new JobCommands.Fetch(context))
            .addSubcommand(new DoctorCommand(context))
            .addSubcommand(new ReceiptCommand())
            .addSubcommand(new KeyCommand())
            .addSubcommand(new RestoreCommand(context))
            .addSubcommand(new ProveCommand())
            .addSubcommand(new GenerateCompletion());
    line.getSubcommands().values().forEach(command -> listExitStatus(command.getCommandSpec()));
    return line.registerConverter(Path.class, file -> context.folder().resolve(file))
        .setUsageHelpWidth(WIDTH)
        .setParameterExceptionHandler(ProgramCommands::reportUsageError)
        .setExecutionExceptionHandler(ProgramCommands::reportFailure);
  }

  private static void listExitStatus(CommandSpec command) {
    command.subcommands().values().forEach(each -> listExitStatus(each.getCommandSpec()));
    if (command.usageMessage().exitCodeList().isEmpty()) {
      Map<String, String> list = new LinkedHashMap<>();
      list.put("0", "it is done, or the answer is yes");
      list.put("1", "it cannot be done, or the answer is no; standard error says why");
      list.put("2", "wrong usage; nothing was done");
      if (command.optionsMap().containsKey("--url")) {
        list.put("3", "no answer from the running program: the same command may be given again");
      }
      command.usageMessage().exitCodeListHeading(CommandContext.EXIT_STATUS).exitCodeList(list);
    }
  }

  private static int reportUsageError(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    String hint =
        List.of(arguments).stream().anyMatch(argument -> argument.startsWith("-D"))
            ? "settings stand before -jar"
            : "see " + command.getCommandSpec().qualifiedName() + " --help";
    err.println(
        command.getCommandSpec().root().name()
            + ": "
            + e.getMessage().replaceAll("\\s+", " ")
            + "; "
            + hint);
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static int reportFailure(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    String why =
        failure instanceof InterruptedException ? "interrupted" : ProgramSetup.reason(failure);
    command.getErr().println(command.getCommandName() + ": " + why);
    if (!(failure instanceof CommandFailure expected)) {
      return CommandContext.FAILED;
    }
    if (expected.document() != null && command.getParseResult().hasMatchedOption("--json")) {
      command.getOut().println(expected.document());
    }
    return expected.exitStatus();
  }

  @Override
  public Integer call() {
    return StartCommand.run();
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = ProgramCommands.class.getPackage().getImplementationVersion();
      return new String[] {"leonardo-routes " + (version == null ? "(not packaged)" : version)};
    }
  }
}
