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

/** The commands {@code pause} and {@code resume}. */
final class PauseCommands {
  private PauseCommands() {}

  /** The command {@code pause}: stops an account, an intake, all submitting, or both of these. */
  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = {
        "Pauses an account, an intake, submitting, or all of it.",
        "Jobs that run go on to their end; all of it is a drain. It holds for all instances, and over",
        "a restart."
      })
  static final class Pause implements Callable<Integer> {
    private final CommandContext context;
    @Mixin private CommandOutput output;
    @Mixin private ConnectionOptions connection;
    @Mixin private Target target;

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        description = "why, for those who see the pause: up to 200 characters")
    private String reason;

    Pause(CommandContext context) {
      this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
      return target.post(connection.open(context), true, reason, output);
    }
  }

  /** The command {@code resume}: ends a pause. */
  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Ends a pause of an account, an intake, submitting, or all of it.")
  static final class Resume implements Callable<Integer> {
    private final CommandContext context;
    @Mixin private CommandOutput output;
    @Mixin private ConnectionOptions connection;
    @Mixin private Target target;

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        description = "why, for the audit: up to 200 characters")
    private String reason;

    Resume(CommandContext context) {
      this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
      return target.post(connection.open(context), false, reason, output);
    }
  }

  /** What is paused or resumed. */
  private static final class Target {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** What can be paused. */
    static final class Words implements Iterable<String> {
      @Override
      public Iterator<String> iterator() {
        return List.of("account", "intake", "submitting", "all").iterator();
      }
    }

    @Parameters(
        index = "0",
        paramLabel = "account|intake|submitting|all",
        completionCandidates = Words.class,
        description = "what: all is submitting and every intake")
    private String what;

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "NAME",
        description = "name of the account, or of the intake: file, rest, jms or other")
    private String name;

    int post(RunningProgram program, boolean pause, String reason, CommandOutput output)
        throws InterruptedException {
      ObjectNode body = CommandOutput.object();
      if (reason != null) {
        body.put("reason", reason);
      }
      JsonNode answer = program.post(path(pause), body);
      output.print(answer, () -> show(answer, output));
      return CommandContext.DONE;
    }

    private String path(boolean pause) {
      boolean named = what.equals("account") || what.equals("intake");
      if (!named && !what.equals("submitting") && !what.equals("all")) {
        throw wrong(what + " is not account, intake, submitting or all");
      }
      if (named != (name != null)) {
        throw wrong(named ? "name the " + what : what + " has no name");
      }
      if (what.equals("all")) {
        return pause ? "/drain" : "/drain/resume";
      }
      String place = named ? "/" + what + "s/" + RunningProgram.part(name) : "/submitting";
      return place + (pause ? "/pause" : "/resume");
    }

    private ParameterException wrong(String why) {
      return new ParameterException(command.commandLine(), why);
    }

    private static void show(JsonNode answer, CommandOutput output) {
      JsonNode all = answer.path(answer.has("items") ? "items" : "pauses");
      if (answer.has("done")) {
        output.line(
            answer.path("done").asBoolean()
                ? "nothing is under way"
                : "under way: %s at the provider, %s videos, %s deliveries"
                    .formatted(
                        shown(answer.path("atProvider")),
                        shown(answer.path("videos")),
                        shown(answer.path("deliveries"))));
      }
      (all.isArray() ? all : CommandOutput.tree(List.of(answer)))
          .forEach(one -> output.line(line(one)));
    }
  }

  /** One pause, as the program answers it. */
  static String line(JsonNode pause) {
    StringBuilder line = new StringBuilder(shown(pause.path("what")));
    if (pause.hasNonNull("name")) {
      line.append(' ').append(shown(pause.get("name")));
    }
    if (!pause.path("paused").asBoolean(true)) {
      return line.append(": not paused").toString();
    }
    line.append(": paused");
    if (pause.hasNonNull("since")) {
      line.append(" since ").append(shown(pause.get("since")));
    }
    if (pause.hasNonNull("by")) {
      line.append(" by ").append(shown(pause.get("by")));
    }
    if (pause.hasNonNull("reason")) {
      line.append(": ").append(shown(pause.get("reason")));
    }
    return line.toString();
  }
}
