package io.leonardoroutes;

import io.leonardoroutes.command.ProgramCommands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The program: Camel's own main, with the settings of {@code config/} and the routes of {@code
 * routes/} in the folder it is started in. See {@link ProgramCommands} for what else it can be
 * asked for.
 */
public final class LeonardoRoutes {
  private static final Path LOGGING = Path.of("config", "log4j2.properties");

  private LeonardoRoutes() {}

  /** Ends with 0 if all went well, with 1 if it did not, and with 2 if it was asked wrongly. */
  public static void main(String[] arguments) {
    // What machines read is written without it here; libraries are not all so careful.
    Locale.setDefault(Locale.ROOT);
    String logging =
        Files.isRegularFile(LOGGING)
            ? LOGGING.toString()
            : "classpath:leonardo-routes/config/log4j2.properties";
    System.setProperty(
        "log4j2.configurationFile", System.getProperty("log4j2.configurationFile", logging));
    try {
      System.exit(ProgramCommands.run(arguments));
    } catch (NoClassDefFoundError e) {
      System.err.println(
          "leonardo-routes did not start: the jars of lib/ have to be beside leonardo-routes.jar,"
              + " and "
              + e.getMessage().replace('/', '.')
              + " is in none of them");
      Runtime.getRuntime().halt(1);
    }
  }
}
