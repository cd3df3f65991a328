package io.leonardoroutes.command;

import io.leonardoroutes.app.ProgramSetup;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.main.Main;

/**
 * What commands know of the world.
 *
 * @param program makes the program with its settings, not started
 * @param variables the environment
 * @param folder the one that the user is in, from which the files of a command are named
 */
record CommandContext(
    Supplier<Main> program, Map<String, String> variables, Path folder, Clock clock) {
  /** The headings of the list of exit statuses in each help text. */
  static final String EXIT_STATUS = "%nExit status:%n";

  /** Done, and the answer is yes. */
  static final int DONE = 0;

  /** Not done, or the answer is no; the same again would end the same way. */
  static final int FAILED = 1;

  /** The running program did not answer: the same command may be given again. */
  static final int NO_ANSWER = 3;

  /** Set by the start script, which enters the program's folder. */
  private static final String STARTED_IN = "leonardo-routes.started-in";

  static CommandContext real() {
    return new CommandContext(
        ProgramSetup::program,
        System.getenv(),
        Path.of(System.getProperty(STARTED_IN, "")),
        Clock.systemUTC());
  }
}
