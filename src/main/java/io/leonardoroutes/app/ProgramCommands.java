package io.leonardoroutes.app;

import java.io.PrintWriter;
import java.nio.file.Path;
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
    },
    subcommands = ProgramCommands.Prove.class)
public final class ProgramCommands implements Callable<Integer> {
  private static final int WIDTH = 100;

  @Spec private CommandSpec spec;

  private ProgramCommands() {}

  /** Runs the command and returns the exit status: 2 for an unknown command or option. */
  public static int run(String... arguments) {
    return line().execute(arguments);
  }

  static CommandLine line() {
    return new CommandLine(new ProgramCommands())
        .setUsageHelpWidth(WIDTH)
        .setParameterExceptionHandler(ProgramCommands::reportUsageError);
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

  @Override
  public Integer call() {
    return StartCommand.run();
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Runs until SIGTERM, then drains. The default without a command.")
  int start() {
    return StartCommand.run();
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = {
        "Makes a ledger that was restored from a backup safe to start on: puts every job in doubt",
        "that may have been submitted since. Run it while no program uses the ledger."
      })
  int restored(
      @Option(
              names = "--at",
              required = true,
              paramLabel = "INSTANT",
              description =
                  "when the backup was made, or any time before, for example 2026-07-01T02:00:00Z")
          Instant at) {
    return RestoreCommand.run(StartCommand.program(), System.out, System.err, at);
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = {
        "Makes a key for a REST caller. Standard output gets the line for the file of",
        "leonardo.rest.keys; standard error gets the key itself, which is shown only this once."
      })
  int key(
      @Parameters(
              paramLabel = "NAME",
              description = "name of the caller: 1 to 64 printable characters without spaces")
          String name,
      @Parameters(
              arity = "0..1",
              paramLabel = "operator",
              description = "the word operator, for a caller who may see and settle every job")
          String role) {
    try {
      return KeyCommand.run(name, role, System.out, System.err);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.subcommands().get("key"), e.getMessage());
    }
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = {
        "Says what the requests in a file (.json, .jsonl, .csv) or folder will cost, and how long",
        "they will take. It only reads, whether or not the program is running, and needs no key.",
        "Exits with 0 if every request has a price, else with 1."
      })
  int quote(
      @Parameters(
              paramLabel = "FILE|FOLDER",
              description = "a file with requests, or a folder with such files")
          Path target) {
    return QuoteCommand.run(StartCommand.program(), target, System.out, System.err);
  }

  /** See {@link io.leonardoroutes.prove}. */
  @Command(
      name = "prove",
      mixinStandardHelpOptions = true,
      description = {
        "The crash test: runs this program against a faulty provider on this machine, kills it",
        "again and again, and shows that nothing it confirmed is lost or paid twice. It costs",
        "nothing: it neither uses nor sees your settings and your key."
      },
      footer = {
        "",
        "Delays are shorter than usual, as videos take less than a second here.",
        "Exits with 0, or with 1 if anything was lost or paid twice, if more than --concurrent",
        "jobs were at the provider at once, or if a point was not reached: then its folder is kept."
      })
  static final class Prove implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--kills",
        paramLabel = "N",
        description = "number of kills (SIGKILL) at random moments, 0 to 100000; default 20")
    private String kills;

    @Option(
        names = "--points",
        paramLabel = "WHICH",
        description =
            "also kill once before and once after every step of a request or job in the route"
                + " files: all (default), none, or a regular expression for names of points, such"
                + " as --points create:")
    private String points;

    @Option(
        names = "--ambiguous",
        paramLabel = "N",
        description =
            "number of creates whose answer leaves open whether they are billed, 0 to 50000;"
                + " default 500")
    private String ambiguous;

    @Option(
        names = "--seed",
        paramLabel = "S",
        description = "seed of the random choices; default 1")
    private String seed;

    @Option(
        names = "--instances",
        paramLabel = "N",
        description =
            "instances of the program that share one ledger, 1 to 8; default 1. Each kill hits one"
                + " of them while the others continue")
    private String instances;

    @Option(
        names = "--ledger",
        paramLabel = "URL",
        description =
            "jdbc:postgresql:... of a database to use, in a schema of its own; default: SQLite, for"
                + " one instance")
    private String ledger;

    @Option(
        names = "--concurrent",
        paramLabel = "N",
        description =
            "jobs at the provider at once, 1 to 10000; default 10, as usual, but 10000 for the"
                + " ambiguous creates, which hold their slots while in doubt")
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
