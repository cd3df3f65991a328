package io.leonardoroutes.app;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line: what the program can be asked for, and how. */
@Command(
    name = "leonardo-routes",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramCommands.Version.class,
    synopsisSubcommandLabel = "[COMMAND]",
    description = "Makes videos from requests, and pays for each once.",
    footer = {
      "",
      "Without a command it starts. Settings stand in config/application.properties, in the",
      "environment, or before -jar: java -Dkey=value -jar leonardo-routes.jar"
    },
    subcommands = ProgramCommands.Prove.class)
public final class ProgramCommands implements Callable<Integer> {
  private static final int WIDTH = 100;

  @Spec private CommandSpec spec;

  private ProgramCommands() {}

  /** Does what it is asked for, and answers the exit status: 2 if that is nothing it knows. */
  public static int run(String... arguments) {
    return line().execute(arguments);
  }

  static CommandLine line() {
    return new CommandLine(new ProgramCommands())
        .setUsageHelpWidth(WIDTH)
        .setParameterExceptionHandler(ProgramCommands::askedWrongly);
  }

  private static int askedWrongly(ParameterException e, String[] arguments) {
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

  @Override
  public Integer call() {
    return StartCommand.run();
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Runs until SIGTERM, and drains. What no command at all does too.")
  int start() {
    return StartCommand.run();
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = {
        "Makes a ledger that was brought back from a backup safe to start on, while no program"
            + " runs",
        "on it: what may have been submitted since is in doubt."
      })
  int restored(
      @Option(
              names = "--at",
              required = true,
              paramLabel = "INSTANT",
              description = "when the backup was made, or any time before, as 2026-07-01T02:00:00Z")
          Instant at) {
    return RestoreCommand.run(StartCommand.program(), System.out, System.err, at);
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = {
        "Makes a key for a REST caller.",
        "Its line for the file of leonardo.rest.keys goes to the standard output, the key itself"
            + " to",
        "the other one."
      })
  int key(
      @Parameters(
              paramLabel = "NAME",
              description = "of the caller: 1 to 64 printable characters without spaces")
          String name,
      @Parameters(
              arity = "0..1",
              paramLabel = "operator",
              description = "the word, for one that may do what operators do")
          String role) {
    try {
      return KeyCommand.run(name, role, System.out, System.err);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.subcommands().get("key"), e.getMessage());
    }
  }

  /** See {@link io.leonardoroutes.prove}. */
  @Command(
      name = "prove",
      mixinStandardHelpOptions = true,
      description = {
        "Runs this program against a faulty provider on this machine, kills it again and again,"
            + " and",
        "shows that nothing that it confirmed is lost and nothing is paid twice. Nothing is paid"
            + " at",
        "all: it neither uses nor sees your settings and your key."
      },
      footer = {
        "",
        "Times are shorter than the program's own, as videos take less than a second here.",
        "Ends with 0; or with 1 if anything was lost or paid twice, more than --concurrent were at",
        "the provider at once or a point was not reached: then its folder stays."
      })
  static final class Prove implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--kills",
        paramLabel = "N",
        description = "kills (SIGKILL) at random moments, 0 to 100000; default 20")
    private String kills;

    @Option(
        names = "--points",
        paramLabel = "WHICH",
        description =
            "also one kill before and after every step that a request or a job goes through in the"
                + " route files: all (the default), none, or a regular expression, as in --points"
                + " create:")
    private String points;

    @Option(
        names = "--ambiguous",
        paramLabel = "N",
        description =
            "creates whose answer does not say whether they are paid, 0 to 50000; default 500")
    private String ambiguous;

    @Option(
        names = "--seed",
        paramLabel = "S",
        description = "the same number makes the same random choices; default 1")
    private String seed;

    @Option(
        names = "--instances",
        paramLabel = "N",
        description =
            "instances of the program that share one ledger, 1 to 8; default 1. Kills hit one of"
                + " them while the others go on")
    private String instances;

    @Option(
        names = "--ledger",
        paramLabel = "URL",
        description =
            "jdbc:postgresql:... of a database for it, in which it makes a schema of its own;"
                + " default: SQLite, for one instance")
    private String ledger;

    @Option(
        names = "--concurrent",
        paramLabel = "N",
        description =
            "jobs at the provider at once, 1 to 10000; default 10, as in the program, but 10000 for"
                + " the ambiguous creates, which hold their slots while in doubt")
    private String concurrent;

    @Override
    public Integer call() {
      List<String> given = new ArrayList<>();
      add(given, "--kills", kills);
      add(given, "--points", points);
      add(given, "--ambiguous", ambiguous);
      add(given, "--seed", seed);
      add(given, "--instances", instances);
      add(given, "--ledger", ledger);
      add(given, "--concurrent", concurrent);
      try {
        return io.leonardoroutes.prove.ProveCommand.run(given.toArray(String[]::new));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage());
      }
    }

    private static void add(List<String> given, String option, String value) {
      if (value != null) {
        given.add(option);
        given.add(value);
      }
    }
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = ProgramCommands.class.getPackage().getImplementationVersion();
      return new String[] {"leonardo-routes " + (version == null ? "(not packaged)" : version)};
    }
  }
}
