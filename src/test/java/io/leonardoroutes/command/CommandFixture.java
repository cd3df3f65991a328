package io.leonardoroutes.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leonardoroutes.app.ProgramSetup;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.main.Main;
import picocli.CommandLine;

/** The command line in this JVM, with settings, variables and a folder of a test's own. */
record CommandFixture(Supplier<Main> program, Path folder, Map<String, String> variables) {
  CommandFixture(Supplier<Main> program, Path folder) {
    this(program, folder, new HashMap<>());
  }

  static CommandFixture with(Map<String, String> settings, Path folder) {
    return new CommandFixture(
        () -> {
          Main main = ProgramSetup.program();
          settings.forEach(main::addOverrideProperty);
          return main;
        },
        folder);
  }

  CommandLine line(OutputStream out, OutputStream err) {
    CommandContext context = new CommandContext(program, variables, folder, Clock.systemUTC());
    return ProgramCommands.line(context)
        .setOut(new PrintWriter(out, true, UTF_8))
        .setErr(new PrintWriter(err, true, UTF_8));
  }

  /** What a command said, and its exit status. */
  record Ended(int status, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }
  }

  Ended run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = line(out, err).execute(arguments);
    return new Ended(status, out.toString(UTF_8), err.toString(UTF_8).strip());
  }
}
