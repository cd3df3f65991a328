package io.leonardoroutes.app;

import io.leonardoroutes.models.BadModel;
import io.leonardoroutes.settings.BadSetting;
import io.leonardoroutes.settings.SettingReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;

/** The command {@code start}: runs until SIGTERM or SIGINT, then drains. */
final class StartCommand {
  private static final Path CONFIG = Path.of("config", "application.properties");
  private static final Path ROUTES = Path.of("routes");
  private static final int SHORTEST_DRAIN_SECONDS = 90;
  private static final Duration MARGIN = Duration.ofSeconds(30);
  private static final int FAILED = 1;

  private StartCommand() {}

  /** Returns 0 after a drain; ends the process with status 1 if it could not start. */
  static int run() {
    Main main = program();
    CountDownLatch drained = new CountDownLatch(1);
    // After a signal the JVM would exit with 143 even if it drained: this hook sets the exit
    // status.
    Thread onSignal =
        new Thread(
            () -> {
              main.completed();
              Runtime.getRuntime().halt(isDrained(drained, main) ? 0 : FAILED);
            });
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      main.run();
      drained.countDown();
    } catch (Exception e) {
      System.err.println("leonardo-routes did not start: " + reason(e));
      Runtime.getRuntime().halt(FAILED);
    }
    return 0;
  }

  /** Camel's main with the settings and the route files of the current folder, not started. */
  static Main program() {
    Main main = new Main();
    main.setShutdownStrategy(new SimpleMainShutdownStrategy());
    main.configure().withName("leonardo-routes").withShutdownTimeout(SHORTEST_DRAIN_SECONDS);
    main.bind(SettingReader.PROGRAM, true);
    if (Files.isRegularFile(CONFIG)) {
      main.setPropertyPlaceholderLocations("file:" + CONFIG);
    }
    if (Files.isDirectory(ROUTES)) {
      main.bind(RouteLoader.ROUTE_FILES, "file:" + ROUTES + "/*.camel.yaml");
    }
    return main;
  }

  /** True even if the drain timed out and cut something off: the ledger knows about it. */
  private static boolean isDrained(CountDownLatch drained, Main main) {
    Duration drain =
        main.getCamelContext() == null
            ? Duration.ZERO
            : ShutdownTimeout.current(main.getCamelContext());
    try {
      return drained.await(drain.plus(MARGIN).toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  /**
   * The reason in one line: the setting or model at fault if there is one, else the innermost
   * cause.
   */
  static String reason(Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof BadSetting)
        && !(cause instanceof BadModel)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
  }
}
