package io.leonardoroutes.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leonardoroutes.app.ProgramSetup;
import io.leonardoroutes.doctor.DoctorCheck;
import io.leonardoroutes.doctor.DoctorChecks;
import io.leonardoroutes.doctor.ProviderChecks;
import io.leonardoroutes.flow.LeonardoSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The command {@code doctor}: looks at all that the program needs, before it starts or beside it.
 */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Looks at all that the program needs, and says what would do.",
      "That is settings, the provider with each key (by a call that is free), whether it has our",
      "models, clock, proxy, ledger, disk, ports and sinks. Each is one line: ok, warn or fail. It",
      "pays for nothing and changes nothing.",
      "Exits with 1 if anything fails."
    })
final class DoctorCommand implements Callable<Integer> {
  private final CommandContext context;
  @Mixin private CommandOutput output;

  private final List<DoctorCheck> found = new ArrayList<>();

  DoctorCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    try (OfflineProgram program = OfflineProgram.open(context.program())) {
      check(program);
    }
    boolean good = found.stream().noneMatch(one -> one.level() == DoctorCheck.Level.FAIL);
    if (output.isJson()) {
      ObjectNode document = CommandOutput.object().put("ok", good);
      ArrayNode checks = document.putArray("checks");
      found.forEach(
          one ->
              checks.add(
                  ((ObjectNode) CommandOutput.tree(one)).put("level", one.level().toString())));
      output.line(document.toString());
    }
    return good ? CommandContext.DONE : CommandContext.FAILED;
  }

  private void check(OfflineProgram program) {
    LeonardoSettings settings;
    Set<String> models;
    try {
      settings = settings(program);
      models = program.models(program.settings()).ids();
      add(
          DoctorCheck.ok(
              "settings",
              "accounts: %s; models with rules: %s"
                  .formatted(String.join(", ", settings.accounts().names()), models.size())));
    } catch (IOException | RuntimeException e) {
      add(DoctorCheck.fail("settings", ProgramSetup.reason(e), "mend it, and look again"));
      return;
    }
    DoctorChecks here = new DoctorChecks(program.keys(), settings);
    add(here.proxy());
    ProviderChecks provider =
        new ProviderChecks(program.context(), settings, models, context.clock());
    for (String account : settings.accounts().names()) {
      provider.check(account).forEach(this::add);
    }
    add(here.ledger());
    here.disks().forEach(this::add);
    here.ports(isRunning(program)).forEach(this::add);
    settings.sinks().forEach(sink -> add(here.sink(sink)));
    here.callers().ifPresent(this::add);
  }

  /** Reads them as a start does, which makes missing folders; these are gone again afterwards. */
  private static LeonardoSettings settings(OfflineProgram program) {
    List<Path> missing = new ArrayList<>();
    for (String key : List.of("leonardo.inbox", "leonardo.data")) {
      Path folder = Path.of(program.keys().text(key)).toAbsolutePath();
      for (Path at = folder; at != null && Files.notExists(at); at = at.getParent()) {
        missing.add(at);
      }
    }
    try {
      return LeonardoSettings.read(program.context(), program.keys());
    } finally {
      missing.forEach(DoctorCommand::deleteIfEmpty);
    }
  }

  private static void deleteIfEmpty(Path folder) {
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // somebody else uses it
    }
  }

  /** Whether the program runs on this machine, so that its ports are in use. */
  private static boolean isRunning(OfflineProgram settings) {
    String host = settings.keys().text("leonardo.management.host");
    String port = settings.keys().text("leonardo.management.port");
    try {
      RunningProgram program =
          new RunningProgram(ConnectionOptions.address(host, port, false), null);
      return program.ask("/health/live").isGood();
    } catch (CommandFailure e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void add(DoctorCheck check) {
    found.add(check);
    if (!output.isJson()) {
      output.line(check.line());
    }
  }
}
