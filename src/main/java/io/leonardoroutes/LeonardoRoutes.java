package io.leonardoroutes;

import io.leonardoroutes.prove.Prove;
import io.leonardoroutes.rest.NewKey;
import io.leonardoroutes.settings.BadSetting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;

/**
 * The program: Camel's own main, with the settings of {@code config/} and the routes of {@code
 * routes/} in the folder it is started in.
 */
public final class LeonardoRoutes {
  private static final Path CONFIG = Path.of("config", "application.properties");
  private static final Path LOGGING = Path.of("config", "log4j2.properties");
  private static final Path ROUTES = Path.of("routes");
  private static final int SHORTEST_DRAIN_SECONDS = 90;
  private static final Duration AFTER_THE_DRAIN = Duration.ofSeconds(30);
  private static final int FAILED = 1;

  private LeonardoRoutes() {}

  /** Runs until SIGTERM or SIGINT, drains, and ends with 0; ends with 1 if it could not start. */
  public static void main(String[] arguments) {
    String logging =
        Files.isRegularFile(LOGGING)
            ? LOGGING.toString()
            : "classpath:leonardo-routes/config/log4j2.properties";
    System.setProperty(
        "log4j2.configurationFile", System.getProperty("log4j2.configurationFile", logging));
    if (NewKey.asked(arguments)) System.exit(NewKey.run(arguments, System.out, System.err));
    if (Prove.asked(arguments)) System.exit(Prove.run(arguments));
    Main main = program();
    if (Restored.asked(arguments)) {
      System.exit(Restored.run(main, System.out, System.err, arguments));
    }
    CountDownLatch drained = new CountDownLatch(1);
    // A JVM that a signal ends answers 143, however well it drained: this hook has the last word.
    Thread onSignal =
        new Thread(
            () -> {
              main.completed();
              Runtime.getRuntime().halt(isOver(drained, main) ? 0 : FAILED);
            });
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      main.run(arguments);
      drained.countDown();
      System.exit(0);
    } catch (Exception e) {
      System.err.println("leonardo-routes did not start: " + reason(e));
      Runtime.getRuntime().halt(FAILED);
    }
  }

  private static Main program() {
    Main main = new Main();
    main.setShutdownStrategy(new SimpleMainShutdownStrategy());
    main.configure().withName("leonardo-routes").withShutdownTimeout(SHORTEST_DRAIN_SECONDS);
    if (Files.isRegularFile(CONFIG)) {
      main.setPropertyPlaceholderLocations("file:" + CONFIG);
    }
    if (Files.isDirectory(ROUTES)) {
      main.bind(Boot.ROUTE_FILES, "file:" + ROUTES + "/*.camel.yaml");
    }
    return main;
  }

  /** Also where the drain took too long and cut something off: the ledger has what that was. */
  private static boolean isOver(CountDownLatch drained, Main main) {
    Duration drain =
        main.getCamelContext() == null ? Duration.ZERO : Drain.longest(main.getCamelContext());
    try {
      return drained.await(drain.plus(AFTER_THE_DRAIN).toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** One line: the setting at fault if there is one, else the innermost cause. */
  static String reason(Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof BadSetting) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
  }
}
